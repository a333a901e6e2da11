"""Many submitted runs on one local cloud: workers that are killed, messages that come twice, and what became of each run."""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from agentic import LocalCloud
from agentic.agents.front_door import RunRequest
from agentic.agents.run_queue import RunQueue
from agentic.agents.working import MOST_TAKES
from agentic.core.errors import AgenticError
from agentic.core.values import RunStatus, Target
from agentic.runs import RunRecord

# Far beyond what one run needs here, dead workers and their leases included: who does not move for so long is stuck.
STUCK_SECONDS = 180.0
_CALLERS = 4
# A worker is what is killed most; the others are what works for it.
_VICTIMS = ("worker", "worker", "worker", "execute_code", "invoke_generator", "invoke_executor", "call_api/stripe")


@dataclass
class Figures:
    """What became of `submitted` runs. Times in seconds where not said; memory in KiB of this process, after so many runs."""

    submitted: list[str]
    seconds: float = 0.0
    killed: int = 0
    doubled: int = 0
    statuses: Counter[str] = field(default_factory=Counter[str])
    errors: Counter[str] = field(default_factory=Counter[str])
    lost: list[str] = field(default_factory=list[str])
    stuck: list[str] = field(default_factory=list[str])
    wrong: list[str] = field(default_factory=list[str])
    platform_ms: list[float] = field(default_factory=list[float])
    memory: list[tuple[int, int]] = field(default_factory=list[tuple[int, int]])

    @property
    def well(self) -> bool:
        return not (self.lost or self.stuck or self.wrong)

    def percentile(self, share: float) -> float:
        ordered = sorted(self.platform_ms)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0

    def __str__(self) -> str:
        ends = ", ".join(f"{count} {status}" for status, count in sorted(self.statuses.items()))
        why = ", ".join(f"{count} {code}" for code, count in sorted(self.errors.items()))
        return "\n".join(
            [
                f"{len(self.submitted)} runs in {self.seconds:.0f} s: {ends}" + (f" ({why})" if why else ""),
                f"killed {self.killed} processes, delivered {self.doubled} messages twice",
                f"lost {len(self.lost)}, stuck {len(self.stuck)}, effects other than told {len(self.wrong)}",
                f"platform time of a run: p50 {self.percentile(0.5):.0f} ms, p95 {self.percentile(0.95):.0f} ms",
                "memory after runs: " + ", ".join(f"{runs}: {kib // 1024} MB" for runs, kib in self.memory),
            ]
        )


class Load:
    """One local cloud under load. `workers`: how many runs are worked on at once (1 to 8)."""

    def __init__(
        self, folder: Path, *, workers: int, seed: int = 1, lease_seconds: int = 5, config: Mapping[str, str] | None = None
    ) -> None:
        config = {
            "agentic:apis": '["stripe"]',
            "agentic:workers": str(max(2, workers)),
            "agentic:caller_runs": "5000",
            "agentic:lease_seconds": str(lease_seconds),
            **(config or {}),
        }
        self.cloud = LocalCloud(folder, config=config)
        self._workers = workers
        self._drawn = random.Random(seed)  # noqa: S311  a plan to be repeated, no secret
        self._over = threading.Event()
        self._names: dict[str, str] = {}

    def __enter__(self) -> "Load":
        self.cloud.start()
        self.stack = self.cloud.stack("dev")
        if self._workers == 1:
            # The setting's least is AWS's, which is two.
            (poller,) = self.cloud._account.mappings._pollers.values()
            poller._free.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self.cloud.close()

    def carried_out(self, runs: int, *, kill_each: float = 0.0, doubled: float = 0.0) -> Figures:
        """Submit `runs` runs and wait until all have ended. About each `kill_each` seconds a process is killed."""
        started = time.monotonic()
        figures = Figures([])
        over = threading.Event()
        helpers = [threading.Thread(target=self._sweep, args=(over,), daemon=True)]
        if kill_each:
            helpers.append(threading.Thread(target=self._kill, args=(over, kill_each, figures), daemon=True))
        for helper in helpers:
            helper.start()
        queue = RunQueue(self.stack.submitter._services)
        for number in range(runs):
            run_id = self._submitted(number)
            figures.submitted.append(run_id)
            if self._drawn.random() < doubled:
                queue.send(run_id, f"caller {self._drawn.randrange(_CALLERS)}")
                figures.doubled += 1
        records = self._waited(figures)
        over.set()
        figures.seconds = time.monotonic() - started
        for helper in helpers:
            helper.join()
        self._judge(figures, records)
        return figures

    def _submitted(self, number: int) -> str:
        return self.stack.submitter.submit(self.request(), caller=f"caller {number % _CALLERS}").run_id

    def request(self) -> RunRequest:
        """For a customer whose name no other run's has."""
        name = f"Zoe Load{self._drawn.randrange(16**8):08x}"
        fields = {"task": f"Create a Stripe customer named {name}", "api": "stripe"}
        request = RunRequest.of(fields, tuple(self.stack.registry), Target.FAKE, "offline", person="load")
        self._names[request.run_id] = name
        return request

    def _waited(self, figures: Figures) -> Mapping[str, RunRecord]:
        """Each run's record, once all have ended or nothing has moved for long."""
        store, ended = self.stack.door.store, dict[str, RunRecord]()
        moved = time.monotonic()
        mark = 0
        while len(ended) < len(figures.submitted):
            before = len(ended)
            for run_id in figures.submitted:
                if run_id in ended:
                    continue
                record = store.get(run_id)
                if not record.status.final:
                    # They are done in about this order: those after it have hardly begun.
                    if record.status is RunStatus.QUEUED and not record.takes:
                        break
                    continue
                ended[run_id] = record
            if len(ended) > before:
                moved = time.monotonic()
                self.progress(len(ended), len(figures.submitted))
            if len(ended) >= mark:
                figures.memory.append((len(ended), _memory()))
                mark += max(10, len(figures.submitted) // 10)
            if time.monotonic() - moved > STUCK_SECONDS:
                break
            time.sleep(0.5)
        figures.memory.append((len(ended), _memory()))
        return ended

    def progress(self, done: int, of: int) -> None:
        """Told as runs end."""

    def _judge(self, figures: Figures, records: Mapping[str, RunRecord]) -> None:
        effects = self.effects(figures.submitted)
        for run_id in figures.submitted:
            record = records.get(run_id)
            if record is None:
                try:
                    figures.stuck.append(f"{run_id} {self.stack.door.store.get(run_id).status}")
                except AgenticError:
                    figures.lost.append(run_id)
                continue
            figures.statuses[record.status] += 1
            if record.error:
                figures.errors[record.error.code] += 1
            expected = {1} if record.status is RunStatus.COMPLETED else {0, 1}
            if effects[run_id] not in expected:
                figures.wrong.append(f"{run_id} {record.status}: {effects[run_id]} effects")
            steps = [step.at for step in record.steps if step.name != RunStatus.QUEUED]
            if record.status is RunStatus.COMPLETED and len(steps) > 1:
                api = sum(call.duration_ms for call in self.stack.door.store.calls(run_id)) if len(records) <= 200 else 0.0
                figures.platform_ms.append((steps[-1] - steps[0]) * 1000 - api)

    def effects(self, run_ids: Sequence[str]) -> Counter[str]:
        """How many customers there are of each run's name."""
        by_name = {self._names[run_id]: run_id for run_id in run_ids}
        found: Counter[str] = Counter()
        state: Mapping[str, str] = self.cloud._account.endpoint.durable.mapping("fake-stripe")
        for key, text in list(state.items()):
            if key.startswith("customer"):
                for name, run_id in by_name.items():
                    if name in text:
                        found[run_id] += 1
        return found

    def sweep(self) -> None:
        """What the schedule does each minute."""
        with suppress(AgenticError):
            self.cloud._account.functions.invoke(self.stack.names.function("sweep"), b"{}")

    def _sweep(self, over: threading.Event) -> None:
        while not over.wait(5.0):
            self.sweep()

    def _kill(self, over: threading.Event, each: float, figures: Figures) -> None:
        while not over.wait(self._drawn.uniform(0.5, 1.5) * each):
            tool, _, api = self._drawn.choice(_VICTIMS).partition("/")
            processes = self.cloud._account.functions.processes(self.stack.names.function(tool, api))
            for process in self._drawn.sample(processes, min(1, len(processes))):
                with suppress(OSError, AgenticError):
                    if process.pid:
                        os.kill(process.pid, signal.SIGKILL)
                        figures.killed += 1


def poisoned(load: Load) -> str:
    """A run whose worker has died each time that it was taken, and the sweep has looked: its id."""
    request, caller, store = load.request(), "caller 0", load.stack.door.store
    run_id = request.run_id
    # As a submission, but for the message: no worker of ours is to come to it and do it.
    store.submissions.mark(run_id, caller)
    store.submissions.admit(caller, run_id)
    store.create(load.stack.door.new_run(load.stack.door.checked(request), None, caller=caller, submitted=True))
    store.submissions.enqueued(run_id)
    for _ in range(MOST_TAKES):
        store.leases.take(run_id, "dead", 60)
        store.submissions.begun(run_id)
        store.leases.void(run_id)
        # A lease is over when its moment has passed.
        time.sleep(0.01)
    load.sweep()
    return run_id


def dead_letters(load: Load) -> list[str]:
    """The bodies of the messages that were given up."""
    sqs: Any = load.cloud._account.endpoint.client("sqs")
    url = load.stack.exports["queue"]["dead_letters"]
    answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0)
    return [message["Body"] for message in answer.get("Messages", [])]


def _memory() -> int:
    """This process's resident memory, in KiB."""
    (line,) = [line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1])
