"""Recipes as files: for each built-in API a folder of complete scripts beside the table that says what they are for."""
