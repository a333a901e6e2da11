"""Takes up what the last local cloud of this folder left in the middle, beside the work of this one."""

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from agentic.local.stacks.stack import LocalStack

_LETTING_GO_SECONDS = 10.0


class Recovery:
    """A thread that ends or finishes the runs that had not ended when it was started; no new run waits for it.

    One local cloud per folder: what is unfinished in its records, and nobody here has touched, was a crash. What it has not
    come to when it is closed, the next one finds. Submitted runs go through the queue again, which was in memory.
    """

    def __init__(self, stacks: "Sequence[LocalStack]") -> None:
        self._stacks = tuple(stacks)
        self._started = time.time()
        self._closing = threading.Event()
        self._thread = threading.Thread(target=self._recover, name="recover", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """A script that runs again is let finish, if it can soon: its functions would be ended under it otherwise."""
        self._closing.set()
        self._thread.join(_LETTING_GO_SECONDS)

    def _recover(self) -> None:
        for stack in self._stacks:
            with suppress(Exception):
                for run_id in stack.door.unfinished(self._started):
                    if self._closing.is_set():
                        return
                    # One that cannot be taken up stands in no other's way.
                    with suppress(Exception):
                        _recover_one(stack, run_id)
            with suppress(Exception):
                stack.sweep()


def _recover_one(stack: "LocalStack", run_id: str) -> None:
    api = stack.door.store.get(run_id).api
    if api:
        stack.ready(api)
    stack.door.recover(run_id)
