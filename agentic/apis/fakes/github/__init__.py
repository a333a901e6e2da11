"""Our stand-in for GitHub: one store, one file per family of resources.

What it leaves out: docs/limitations/fakes-github.md.
"""

from agentic.apis.fakes.github.service import ROUTES, GitHubFake, fake_github

__all__ = ["ROUTES", "GitHubFake", "fake_github"]
