"""Fuzzing the broker's rules: is every request that they accept one that any strict reader would accept too?"""
