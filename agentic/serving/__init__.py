"""The HTTP API and the web console: runs over HTTP, on a laptop and in a function, from one table of routes."""
