"""The suite's options. Installed as the module `agentic_pytest` too, which every test run loads; it imports next to nothing."""

import contextlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest


def pytest_addoption(parser: "pytest.Parser") -> None:
    group = parser.getgroup("agentic", "agentic.conformance")
    # Named by hand (`-p agentic.conformance.options`) where it is installed as well: then the options are there already.
    with contextlib.suppress(ValueError):
        group.addoption("--plugin", default="", metavar="API", help="the API plugin that agentic.conformance looks at")
        group.addoption(
            "--prepare",
            default="",
            metavar="FILE",
            help="a script that makes in the fake what recipes are about, and prints it as JSON: see docs/plugins.md",
        )
