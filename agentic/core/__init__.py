"""Frozen values, errors, settings and names: what every other layer shares. Standard library only."""
