"""A local cloud in a process of its own, which ends itself or one of its parts at a given point: `crash_host.py FOLDER`.

Reads commands and writes news, one JSON object per line. A point is the n-th event of the local cloud (a request to a service
or to the fake, before and after it is done; a function's or model's start and end) at which the victim is at work.
"""

import json
import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import crash_plugin

from agentic import LocalCloud
from agentic.core.errors import AgenticError, UnknownRunError
from agentic.core.values import to_json
from agentic.local.functions.process_tree import children
from agentic.local.trace import Event

CLOUD, ZYGOTE, SANDBOX, SCRIPT = "cloud", "zygote", "sandbox", "script"
# Not a process: from the point on nothing can be written to any file.
DISK = "disk"
APIS, OF_AN_API = ("stripe", "github"), ("run-code", "call-api")


class Points:
    """Counts the events at which the victim is at work, and kills it at one of them."""

    def __init__(self) -> None:
        self.functions: Any = None
        self._lock = threading.Lock()
        self._victim = ""
        self._point = ""
        self._left = 0
        self.seen = 0

    def arm(self, victim: str, number: int, point: str = "") -> None:
        """`point`: only events of these words count."""
        with self._lock:
            self._victim, self._left, self._point, self.seen = victim, number, point, 0

    def __call__(self, phase: str, name: str) -> None:
        with self._lock:
            point = f"{'before' if phase == 'start' else 'after'} {name}".replace("agentic-api-developer-dev-", "")
            if not self._victim or self._point not in ("", point):
                return
            pids = self.victims(self._victim)
            if not pids:
                return
            self.seen += 1
            if self.seen != self._left:
                return
            victim, self._victim = self._victim, ""
            # Written before: what is killed may be ourselves.
            say({"killed": victim, "point": point})
            if victim == DISK:
                write_to_disk(most=0)
                return
            for pid in pids:
                os.kill(pid, signal.SIGKILL)
        if victim == CLOUD:
            time.sleep(60)

    def victims(self, victim: str) -> list[int]:
        """The victim's processes that are at work now."""
        if victim in {CLOUD, DISK}:
            return [os.getpid()]
        if victim == ZYGOTE:
            return [self.functions._starter.zygote_pid] if self.functions else []
        if victim in {SANDBOX, SCRIPT}:
            zygotes = [child for pid in self._busy("run-code") for child in children(pid)]
            return zygotes if victim == SANDBOX else [script for pid in zygotes for script in children(pid)]
        return self._busy(victim)

    def _busy(self, function: str) -> list[int]:
        """The function's processes that have an event; of one that every API has its own of, those of all APIs."""
        if not self.functions:
            return []
        names = [f"{function}-{api}" for api in APIS] if function in OF_AN_API else [function]
        processes = [found for name in names for found in self.functions.processes(f"agentic-api-developer-dev-{name}")]
        return [found.pid for found in processes if found.pid and found._current]


def write_to_disk(*, most: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))


def say(news: Mapping[str, Any]) -> None:
    os.write(1, json.dumps(news).encode() + b"\n")


def carry_out(cloud: LocalCloud, fields: Mapping[str, Any]) -> None:
    asked = cloud.request(fields)
    say({"began": asked.run_id})
    try:
        result = cloud.carry_out(asked)
        say({"ended": asked.run_id, "status": result.status})
    except AgenticError as error:
        say({"ended": asked.run_id, "raised": f"{error.code}: {error.message}"})


def obey(cloud: LocalCloud, points: Points, order: Mapping[str, Any]) -> None:
    match order["do"]:
        case "arm":
            points.arm(order["victim"], order["number"], order["point"])
            say({"armed": order["victim"]})
        case "run":
            threading.Thread(target=carry_out, args=(cloud, order["fields"]), daemon=True).start()
        case "look":
            try:
                result = to_json(cloud.result(order["run"]))
            except UnknownRunError:
                say({"look": order["run"], "status": "never begun"})
                return
            calls = [{key: call[key] for key in ("method", "url", "status", "state", "write")} for call in result["calls"]]
            facts = {key: result[key] for key in ("status", "error", "pending", "outcome")}
            approved = sum(step["name"] == "approved" for step in result["steps"])
            say({"look": order["run"], **facts, "calls": calls, "approved_steps": approved, "seen": points.seen})
        case "session":
            say({"session": order["name"], "turns": cloud.sessions("show", order["name"])})
        case "approve":
            door = cloud.stack("dev").door
            pending = door.store.get(order["run"]).pending
            try:
                say({"approved": order["run"], "status": door.approve(order["run"], pending, "a test").status})
            except AgenticError as error:
                say({"approved": order["run"], "raised": f"{error.code}: {error.message}"})
        case "free the disk":
            write_to_disk(most=resource.RLIM_INFINITY)
            say({"free": True})


def main(folder: Path) -> None:
    points = Points()
    crash_plugin.told.append(points)

    def notice(event: Event) -> None:
        if event.kind != "resource":
            points(event.phase, f"{event.kind} {event.name}".removeprefix("request "))

    config = json.loads(os.environ.get("CRASH_CONFIG", "{}"))
    with LocalCloud(folder, observer=notice, config=config) as cloud:
        points.functions = cloud._account.functions
        if len(sys.argv) > 2:
            # To be killed in the middle of its recovery.
            points.arm(CLOUD, int(sys.argv[2]))
        say({"ready": os.getpid()})
        for line in sys.stdin:
            order = json.loads(line)
            if order["do"] == "approve":
                threading.Thread(target=obey, args=(cloud, points, order), daemon=True).start()
            else:
                obey(cloud, points, order)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
