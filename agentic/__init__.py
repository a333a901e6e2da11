"""Agentic API Developer: three agents write, check and run API scripts; generated code never holds a key."""
