"""Fuzzing the scrubbing of answers: can the secret be read from what is left, and is everything else left alone?"""
