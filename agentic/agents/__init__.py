"""The agents: what they are told, which tools they have, and the core of each tool."""
