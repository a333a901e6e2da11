"""Where a person's answer to a paused run goes: the background local cloud, or one in this process.

The third place, a deployed stack, is `agentic.interfaces.deployed`.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any

from agentic.core.errors import LocalCloudError
from agentic.interfaces.live import LiveView
from agentic.local import control

if TYPE_CHECKING:
    from agentic.local.cloud import LocalCloud

# How long the main thread waits at most before it looks for a Ctrl-C.
_LOOK_SECONDS = 0.2

Secret = Callable[[], Mapping[str, str]]


class Background:
    """The background local cloud of the state folder `folder`.

    `secret` gives the key of a run on the live API once more; `credentials` are those of the run's model.
    """

    def __init__(
        self, folder: Path, stack: str, view: LiveView, secret: Secret, credentials: Mapping[str, str] | None = None
    ) -> None:
        self._folder = folder
        self._stack = stack
        self._view = view
        self._secret = secret
        self._credentials = dict(credentials or {})

    def approve(self, run_id: str, pending: Mapping[str, Any], *, every: bool) -> dict[str, Any]:
        secret = dict(self._secret()) if pending["target"] == "real" else None
        arguments = {"run_id": run_id, "pending": dict(pending), "every": every, "secret": secret}
        return self._request("approve", {**arguments, "credentials": self._credentials})

    def reject(self, run_id: str) -> dict[str, Any]:
        return self._request("reject", {"run_id": run_id})

    def _request(self, operation: str, arguments: Mapping[str, Any]) -> dict[str, Any]:
        with control.connect(self._folder) as remote:
            if remote is None:
                raise LocalCloudError("the background local cloud went away", hint="`agentic runs show` tells how far it is")
            return remote.request(operation, {**arguments, "stack": self._stack}, self._view)


class InProcess:
    """A local cloud of this process; `secret` and `credentials` as above."""

    def __init__(
        self, cloud: "LocalCloud", stack: str, view: LiveView, secret: Secret, credentials: Mapping[str, str] | None = None
    ) -> None:
        self._cloud = cloud
        self._stack = stack
        self._view = view
        self._secret = secret
        self._credentials = dict(credentials or {})

    def approve(self, run_id: str, pending: Mapping[str, Any], *, every: bool) -> dict[str, Any]:
        from agentic.core.values import PendingCall, to_json

        asked = PendingCall.from_json(pending)
        secret = self._secret() if pending["target"] == "real" else None

        def approved() -> Any:
            return self._cloud.approve(
                run_id,
                asked,
                every=every,
                stack=self._stack,
                secret=secret,
                credentials=self._credentials,
                on_event=lambda event: self._view(to_json(event)),
            )

        return to_json(until_done(self._cloud, run_id, self._stack, approved))

    def reject(self, run_id: str) -> dict[str, Any]:
        from agentic.core.values import to_json

        return to_json(self._cloud.reject(run_id, stack=self._stack))


def until_done(cloud: "LocalCloud", run_id: str, stack: str, work: Callable[[], Any]) -> Any:
    """What `work` gives, which goes on in a thread beside this one: a Ctrl-C here cancels the run."""
    with ThreadPoolExecutor(1, "run") as beside:
        running = beside.submit(work)
        try:
            # In short steps: a Ctrl-C that comes just before the main thread blocks is seen only when that is over.
            while not wait((running,), _LOOK_SECONDS).done:
                pass
        except KeyboardInterrupt:
            cloud.cancel(run_id, stack=stack)
            raise
    return running.result()
