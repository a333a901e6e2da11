"""Generated inputs for what reads hostile material, and a second, independent reader for each.

A target makes a case from a string of bytes (`choices`), gives it to the project's code, and asks a reader that shares no code
with it whether what was accepted should have been. Hypothesis, a seeded generator and atheris all drive the same targets.
"""
