"""The link to the background local cloud: held for as long as the server runs, and made again when that cloud was restarted."""

import contextlib
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local import control

Built = Callable[[Mapping[str, Any], Callable[[str], Any]], Any]


class Link:
    """`build` makes what serves a stack, from its exports and clients; it is made again for each local cloud that is found.

    `notice` is told when a local cloud is being started.
    """

    def __init__(self, folder: Path, stack: str, build: Built, notice: Callable[[str], None]) -> None:
        self._folder = folder
        self._stack = stack
        self._build = build
        self._notice = notice
        self._lock = threading.Lock()
        self._held: contextlib.ExitStack | None = None
        self._remote: control.Remote | None = None
        self._built: Any = None

    def current(self) -> Any:
        """What was built for the local cloud that runs; one is started where none does. Raises `AgenticError`."""
        with self._lock:
            if self._built is None:
                self._open()
            return self._built

    def close(self) -> None:
        """Let go of the local cloud, which stays as it is."""
        with self._lock:
            self._drop()

    def _open(self) -> None:
        control.ensure(self._folder, self._notice)
        with contextlib.ExitStack() as held:
            remote = held.enter_context(control.connect(self._folder))
            if remote is None:
                raise LocalCloudError("the background local cloud went away", hint="try again")
            found = remote.hold("attend", {"stack": self._stack})
            self._built = self._build(found["exports"], clients_of(found["credentials"]))
            self._remote, self._held = remote, held.pop_all()
        threading.Thread(target=self._watch, args=(remote,), daemon=True, name="link").start()

    def _watch(self, remote: control.Remote) -> None:
        remote.wait()
        with self._lock:
            if self._remote is remote:
                self._drop()

    def _drop(self) -> None:
        if self._remote and self._held:
            self._remote.abandon()
            self._held.close()
        self._built = self._remote = self._held = None


def clients_of(credentials: Mapping[str, str]) -> Callable[[str], Any]:
    """boto3 clients of the local cloud, by service, safe from any thread; `credentials` as environment variables."""
    import boto3  # pyright: ignore[reportMissingTypeStubs]
    from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

    config = Config(connect_timeout=5, read_timeout=60, retries={"total_max_attempts": 2}, max_pool_connections=50)
    session: Any = boto3.Session(
        aws_access_key_id=credentials["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=credentials["AWS_SECRET_ACCESS_KEY"],
        region_name=credentials["AWS_REGION"],
    )
    made: dict[str, Any] = {}
    lock = threading.Lock()

    def client(service: str) -> Any:
        with lock:
            if service not in made:
                made[service] = session.client(service, endpoint_url=credentials["AWS_ENDPOINT_URL"], config=config)
            return made[service]

    return client
