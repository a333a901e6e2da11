"""Local clouds in the test's own process: at most one at a time, so one per module."""

from collections.abc import Iterator

import pytest
from owned_stage import Owned, Stage

from agentic import LocalCloud


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """An honest local cloud."""
    with LocalCloud(tmp_path_factory.mktemp("stage") / ".agentic") as cloud:
        yield Stage(cloud)


@pytest.fixture(scope="module")
def owned(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owned]:
    """A local cloud whose `run_code` belongs to the attacker."""
    folder = tmp_path_factory.mktemp("owned")
    with LocalCloud(folder / ".agentic") as cloud:
        yield Owned(cloud, folder)
