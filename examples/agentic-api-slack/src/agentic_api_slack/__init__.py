"""Slack for the Agentic API Developer."""
