"""How people reach the tool: the command line now, the HTTP API and the console later."""
