"""Lets these tests use the agents' stage, which belongs to the tests of the local cloud's agents."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "local" / "agents"))
