"""A background local cloud stays for as long as somebody holds on to it, however idle, and ends by itself after that."""

import threading
from pathlib import Path
from typing import Any, cast

import pytest

from agentic.core.errors import UsageError
from agentic.local import control
from agentic.local.background import Background
from agentic.local.cloud import LocalCloud

_IDLE_SECONDS = 0.5


class QuietCloud:
    """A cloud that nobody asks for anything but the way to its one stack."""

    def exports(self, stack: str) -> dict[str, Any]:
        if stack != "dev":
            raise UsageError(f"the stack {stack} does not exist in this local cloud")
        return {"environment": stack}

    def credentials(self, stack: str) -> dict[str, str]:
        return {"AWS_REGION": "eu-central-1"}

    def ready_next(self) -> bool:
        return False


@pytest.fixture
def life(tmp_path: Path) -> threading.Thread:
    """The background's life in `tmp_path`: it ends when it was idle for half a second."""
    background = Background(cast("LocalCloud", QuietCloud()), tmp_path, "digest", idle_seconds=_IDLE_SECONDS)
    thread = threading.Thread(target=background.serve)
    thread.start()
    return thread


def test_while_it_is_attended_it_stays_and_then_it_ends(tmp_path: Path, life: threading.Thread):
    with control.held(tmp_path, "attend", {"stack": "dev"}) as found:
        assert found == {"exports": {"environment": "dev"}, "credentials": {"AWS_REGION": "eu-central-1"}}
        life.join(_IDLE_SECONDS * 6)
        assert life.is_alive()
    life.join(30)
    assert not life.is_alive()


def test_left_alone_it_ends_and_who_holds_on_is_told(tmp_path: Path, life: threading.Thread):
    life.join(30)
    assert not life.is_alive()
    with control.connect(tmp_path) as remote:
        assert remote is None


def test_a_stack_that_is_not_there_is_nothing_to_hold_on_to(tmp_path: Path, life: threading.Thread):
    with pytest.raises(control.AgenticError, match="does not exist"), control.held(tmp_path, "attend", {"stack": "other"}):
        pass
    life.join(30)
    assert not life.is_alive()
