"""The core of each tool: one function per Lambda, around the run record. Thin handlers adapt the events."""
