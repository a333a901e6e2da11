"""What every plugin must keep: the conformance suite, run for this one."""

from agentic.conformance.test_conformance import *  # noqa: F403

PLUGIN = "slack"
