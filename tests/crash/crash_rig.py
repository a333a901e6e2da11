"""Starts a local cloud in a process of its own, has things killed in it, starts it again, and looks what became of the run."""

import itertools
import json
import os
import secrets
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, Self

from crash_fake import OutsideFake

from agentic.local.functions.process_tree import children
from agentic.sandbox.libc import libc

_PR_SET_CHILD_SUBREAPER = 36
# Within it, everything that a killed local cloud has started must have ended too.
_ORPHANED_SECONDS = 20.0
# Far beyond what a run can need on a slow machine: who is not done then is stuck.
STUCK_SECONDS = 90.0
_HERE = Path(__file__).parent
# Nothing of the person's own settings reaches a run.
_KEPT = ("PATH", "HOME", "LANG", "TMPDIR", "XDG_CACHE_HOME", "AGENTIC_CACHE")
_PLUGINS = ("stripe = crash_plugin", "openweather = agentic.apis.openweather")


class Host:
    """One process with a local cloud, from its start to its death."""

    def __init__(self, folder: Path, environment: dict[str, str], *arguments: str) -> None:
        with (folder / "host.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, str(_HERE / "crash_host.py"), str(folder / ".agentic"), *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
                text=True,
                start_new_session=True,
            )
        self._news: deque[dict[str, Any]] = deque()
        self._told = threading.Condition()
        self._over = False
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        return not self._over

    def order(self, do: str, **facts: Any) -> None:
        try:
            print(json.dumps({"do": do, **facts}), file=self._process.stdin, flush=True)
        except (OSError, ValueError):
            return

    def hear(self, wanted: Callable[[dict[str, Any]], bool], seconds: float = STUCK_SECONDS) -> dict[str, Any] | None:
        """The first news that is `wanted`, taken out of what was told; None when the host has died, or the time is over."""

        def found() -> bool:
            return self._over or any(map(wanted, self._news))

        with self._told:
            self._told.wait_for(found, seconds)
            news = next(filter(wanted, self._news), None)
            if news:
                self._news.remove(news)
            return news

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        self._reader.join()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with_pipe_closed(pipe)

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            with self._told:
                self._news.append(json.loads(line))
                self._told.notify_all()
        with self._told:
            self._over = True
            self._told.notify_all()


def with_pipe_closed(pipe: Any) -> None:
    try:
        pipe.close()
    except OSError:
        return


def _look(host: Host, run_id: str) -> dict[str, Any] | None:
    host.order("look", run=run_id)
    return host.hear(lambda news: news.get("look") == run_id)


def _command(pid: int) -> str:
    return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")[:300]


class Rig:
    """A state folder, the fake that outlives everything, and the host of the moment, whose stack has this `backend`."""

    def __init__(self, folder: Path, *, deaf: bool = False, backend: str = "harness") -> None:
        self.folder = folder
        self.fake = OutsideFake(deaf=deaf)
        self.left: list[str] = []
        """The processes that outlived the local cloud which had started them."""
        self._numbers = itertools.count(1)
        # In the host, and only there, the plugins are ours: this distribution hides the project's own.
        information = folder / "agentic_api_developer-999.dist-info"
        information.mkdir(parents=True, exist_ok=True)
        (information / "METADATA").write_text("Metadata-Version: 2.1\nName: agentic-api-developer\nVersion: 999\n")
        (information / "entry_points.txt").write_text("[agentic.apis]\n" + "\n".join(_PLUGINS))
        self._environment = {
            **{name: os.environ[name] for name in _KEPT if name in os.environ},
            "PYTHONPATH": os.pathsep.join(map(str, (folder, _HERE, _HERE.parents[1]))),
            "CRASH_FAKE": self.fake.address,
            "CRASH_CONFIG": json.dumps({"agentic:backend": backend} if backend != "harness" else {}),
        }
        self._host: Host | None = None
        self._others = children(os.getpid())

    def __enter__(self) -> Self:
        # What a killed host leaves behind becomes a child of ours: then it is seen.
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        return self

    def __exit__(self, *_: object) -> None:
        try:
            self._end_host()
        finally:
            libc.prctl(_PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0)
            self.fake.close()

    @property
    def host(self) -> Host:
        """The running one; a new one where the last was killed."""
        return self.started()

    def started(self, *arguments: str) -> Host:
        if self._host and not self._host.alive:
            self._end_host()
        if self._host is None:
            self._host = Host(self.folder, self._environment, *arguments)
            # With arguments it may be killed before it is ready: then the next one is asked for.
            if not self._host.hear(lambda news: "ready" in news) and not arguments:
                raise AssertionError(f"no local cloud: {(self.folder / 'host.log').read_text()[-3000:]}")
        return self._host

    def _end_host(self) -> None:
        if self._host is None:
            return
        self._host.end()
        self._host = None
        deadline = time.monotonic() + _ORPHANED_SECONDS
        while orphans := children(os.getpid()) - self._others:
            if time.monotonic() > deadline:
                self.left += map(_command, orphans)
                for pid in orphans:
                    self.kill(pid)
            self._reap()
            time.sleep(0.02)
        self._reap()

    def _reap(self) -> None:
        """What has ended of what became ours."""
        with suppress(ChildProcessError):
            while (ended := os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)) and ended.si_pid not in self._others:
                os.waitpid(ended.si_pid, 0)

    def rival(self) -> Host:
        """One more host for the same folder, which is not waited for. The caller ends it."""
        return Host(self.folder, self._environment)

    def marker(self) -> str:
        return f"Crash{next(self._numbers)}{secrets.token_hex(3)}"

    def kill(self, pid: int) -> None:
        """Of a process that this rig's host has started."""
        try:
            os.kill(pid, signal.SIGKILL)
        except ProcessLookupError:
            return

    def session(self, name: str) -> list[dict[str, Any]]:
        """The turns that a session knows."""
        self.host.order("session", name=name)
        told = self.host.hear(lambda news: news.get("session") == name)
        return told["turns"] if told else []

    def look(self, run_id: str) -> dict[str, Any]:
        """What the record says now, to the host that is there."""
        return (_look(self._host, run_id) if self._host else None) or {"status": "nothing"}

    def ended(self, run_id: str, *, approve: bool = False) -> dict[str, Any]:
        """What the run's record says once it has ended, or waits and is not to be approved; its last state when it does not."""
        deadline = time.monotonic() + STUCK_SECONDS
        while True:
            host = self.host
            seen = _look(host, run_id)
            if seen and seen["status"] == "paused" and approve and seen["pending"]:
                host.order("approve", run=run_id)
                host.hear(lambda news: news.get("approved") == run_id)
            elif seen and seen["status"] not in {"queued", "generating", "validating", "executing"}:
                return seen
            if time.monotonic() > deadline:
                return seen or {"status": "nothing to be heard"}
            time.sleep(0.05)
