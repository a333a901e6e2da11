"""Strands' model providers, set up for a laptop: one short retry, bounded silence, keys of this run only.

One module each, with `make(id, credentials, limits)`; importing one imports that provider's package.
"""
