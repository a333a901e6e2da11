"""`agentic serve`: the HTTP API and the console for one person on one machine."""
