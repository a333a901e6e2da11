"""The functions: one folder each with a thin handler, and the build of their zips."""
