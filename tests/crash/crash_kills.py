"""Kills, one after the other, and what became of the runs."""

import random
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from crash_rig import Rig
from crash_scripts import Work

from agentic.local.functions.process_tree import children

CLOUD, DISK = "cloud", "disk"
WHILE_PAUSED = "while it waits for a person"
# By its distance from the process of the local cloud.
_DEPTHS = ("the local cloud", "the zygote", "a function", "the sandbox", "the script")
# A little more than a broker may take for a call.
_SENDING_SECONDS = 40.0
_ENDED = {"completed", "failed", "refused", "cancelled", "asks"}


@dataclass(frozen=True, slots=True)
class Kill:
    """SIGKILL for `victim` when `part` (0 to 1) of the events of the run at which it is at work have come.

    The victim `disk` is full from then on, until the run has ended; then the local cloud is killed.
    With a `point`: at the event of these words in the `call`-th call. Without a victim: at a random time, and of anything.
    `again`: the local cloud is killed once more at that event after its next start, in which it recovers the run.
    """

    works: tuple[Work, ...]
    victim: str = ""
    part: float = 0.0
    again: int = 0
    point: str = ""
    call: int = 1

    @property
    def number(self) -> int:
        if self.point:
            return self.call
        return 1 + int(self.part * sum(work.events(self.victim) for work in self.works)) if self.victim else 0


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one run. `seen` is what its record says, `turns` what its session knows."""

    kill: Kill
    work: Work
    point: str
    seen: Mapping[str, Any]
    effects: Mapping[str, int]
    run_id: str = ""
    turns: tuple[Mapping[str, Any], ...] = ()

    @property
    def status(self) -> str:
        return self.seen["status"]

    @property
    def error(self) -> str:
        error = self.seen.get("error") or {}
        return f"{error['code']}: {error['message']}" if error else ""

    @property
    def duplicates(self) -> int:
        return sum(max(0, count - self.work.effects.get(step, 0)) for step, count in self.effects.items())

    @property
    def fault(self) -> str:
        """What must not be; empty when all is well."""
        if self.duplicates:
            return "duplicated"
        if self.status == "never begun":
            return "effects of a run without a record" if self.effects else ""
        if self.status not in _ENDED:
            return "stuck"
        if any(call["state"] == "executing" for call in self.seen.get("calls") or ()):
            return "a call of an ended run is told as under way"
        if self.work.session and [(turn["run_id"], turn["status"]) for turn in self.turns] != [(self.run_id, self.status)]:
            return "its session knows something else"
        if self.status != "completed":
            return "" if self.error else "no reason given"
        if self.work.writes == "approve" and self.seen["approved_steps"] != sum(self.work.effects.values()):
            return "an approval counted twice, or was asked for twice"
        return "" if self.effects == self.work.effects else "completed without its effects"


@dataclass
class Figures:
    found: list[Found] = field(default_factory=list[Found])
    kills: Counter[tuple[str, str]] = field(default_factory=Counter[tuple[str, str]])
    seconds: float = 0.0

    @property
    def killed(self) -> int:
        return self.kills.total()

    @property
    def faults(self) -> list[Found]:
        return [found for found in self.found if found.fault]

    @property
    def duplicates(self) -> int:
        return sum(found.duplicates for found in self.found)

    def table(self) -> str:
        """For a person: kills by victim and by point, and how the runs ended."""
        lines = [f"crash test: {self.killed} kills, {len(self.found)} runs, {self.seconds:.0f} s"]
        for victim in sorted({found.kill.victim for found in self.found}):
            of_it = [found for found in self.found if found.kill.victim == victim]
            ends = ", ".join(f"{status} {count}" for status, count in sorted(Counter(one.status for one in of_it).items()))
            kills = sum(count for (killed, _), count in self.kills.items() if killed == victim)
            twice = sum(one.duplicates for one in of_it)
            lines.append(f"  {victim or 'at random':16} {kills:4} kills: {ends}; duplicated {twice}")
        points: Counter[str] = Counter()
        for (_, point), count in self.kills.items():
            points[point] += count
        lines += [f"    {point:44} {count}" for point, count in sorted(points.items())]
        reasons = Counter(one.error.partition(":")[0] for one in self.found if one.status == "failed")
        lines += [f"  failed as {reason or 'without a reason'}: {count}" for reason, count in reasons.most_common()]
        ends = Counter(one.fault or "well" for one in self.found)
        lines.append(f"  effects duplicated: {self.duplicates}; runs by verdict: {dict(ends)}")
        return "\n".join(lines)


def carried_out(rig: Rig, kills: Iterable[Kill], figures: Figures) -> Iterator[Found]:
    """Does each, and tells of each run. Where a run had ended before its point came, nothing is counted."""
    for kill in kills:
        started = time.monotonic()
        for found in _one(rig, kill, figures):
            figures.found.append(found)
            yield found
        figures.seconds += time.monotonic() - started


def _one(rig: Rig, kill: Kill, figures: Figures) -> Iterator[Found]:
    host = rig.host
    markers = {work: rig.marker() for work in kill.works}
    waiting = kill.point == WHILE_PAUSED
    if not waiting:
        host.order("arm", victim=kill.victim, number=kill.number, point=kill.point)
        host.hear(lambda news: "armed" in news)
    runs: dict[Work, str] = {}
    for work, marker in markers.items():
        host.order("run", fields=work.fields(marker))
        if began := host.hear(lambda news: "began" in news):
            runs[work] = began["began"]
    point = "" if kill.victim else _at_random(rig)
    ended = [host.hear(lambda news, run_id=run_id: news.get("ended") == run_id) for run_id in runs.values()]
    if kill.victim == DISK:
        host.order("free the disk")
        host.hear(lambda news: "free" in news)
    paused = waiting and any(news and news.get("status") == "paused" for news in ended)
    if paused or kill.victim == DISK:
        rig.kill(host.pid)
        point = WHILE_PAUSED if paused else ""
        host.hear(lambda _: False)
    if kill.again and not host.alive and (again := _killed_again(rig, kill, [*runs.values()])):
        figures.kills[CLOUD, f"recovering: {again}"] += 1
    ends = {work: _settled(rig, work, run_id) for work, run_id in runs.items()}
    if kill.victim and (killed := host.hear(lambda news: "killed" in news, 0)):
        point = killed["point"]
    if point:
        figures.kills[kill.victim, point] += 1
    for work, seen in ends.items():
        turns = tuple(rig.session(markers[work])) if work.session else ()
        yield Found(kill, work, point, seen, rig.fake.effects(markers[work]), runs[work], turns)


def _killed_again(rig: Rig, kill: Kill, run_ids: list[str]) -> str:
    """The point at which the next local cloud was killed; empty when the runs had been taken up before."""
    host = rig.started(str(kill.again))
    while host.alive:
        if all(rig.look(run_id)["status"] in {*_ENDED, "never begun", "paused", "nothing"} for run_id in run_ids):
            break
        time.sleep(0.2)
    again = host.hear(lambda news: "killed" in news, 0)
    return again["point"] if again else ""


def _settled(rig: Rig, work: Work, run_id: str) -> dict[str, Any]:
    """The run's end, once whoever was at its last call cannot be at it any more."""
    deadline = time.monotonic() + _SENDING_SECONDS
    while True:
        seen = rig.ended(run_id, approve=work.writes == "approve")
        if all(call["state"] != "executing" for call in seen.get("calls") or ()) or time.monotonic() > deadline:
            return seen
        time.sleep(0.5)


def _at_random(rig: Rig) -> str:
    """Kills one process of the local cloud; says which kind."""
    time.sleep(random.uniform(0, 0.7))
    depths = [{rig.host.pid}]
    while depths[-1]:
        depths.append(set().union(*(children(pid) for pid in depths[-1])))
    depth = random.randrange(len(depths) - 1)
    rig.kill(random.choice(sorted(depths[depth])))
    return f"at random: {_DEPTHS[min(depth, len(_DEPTHS) - 1)]}"
