"""What an exported test needs to do a recorded run again: only the standard library, the SDK, and what is in this folder."""
