"""Our stand-ins for the built-in plugins' APIs, and the store that they share."""
