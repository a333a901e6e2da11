"""Fuzzing the validator: does a second walker, and a watched run, find anything in the scripts that it accepts?"""
