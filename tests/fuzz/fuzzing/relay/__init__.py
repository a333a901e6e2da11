"""Fuzzing the relay's HTTP/1.1: does it pass on exactly the requests that a strict reader finds in the same bytes?"""
