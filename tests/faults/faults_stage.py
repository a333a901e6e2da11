"""One local cloud whose services fail as a plan says, and what became of a run in it."""

import secrets
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from fault_plan import API, Fault, FaultPlan

from agentic import LocalCloud
from agentic.core.errors import AgenticError, UnknownRunError
from agentic.core.values import RunStatus

# Beyond every limit that a run here has: its script's 10 s, the 300 s of the tools that wait are cut by `tool_wait`.
STUCK_SECONDS = 150.0
CONFIG = {"agentic:apis": '["stripe"]', "agentic:run_seconds": "10", "agentic:tool_wait": "5"}


_SEVERAL_CALLS = """import os
import stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
made = stripe.Customer.create(name="{name}")
print(len(stripe.Customer.list(limit=3).data))
stripe.Customer.modify(made.id, description="seen")
print(stripe.Customer.retrieve(made.id).description)
"""


@dataclass(frozen=True)
class Found:
    """How a run ended while a service failed. `told` is what the caller heard, `status` the record's in the end."""

    fault: Fault
    run_id: str
    told: str
    status: str
    effects: int
    wrong: str = ""

    def __str__(self) -> str:
        return f"{self.fault} (hit {len(self.fault.hit)}): {self.told!r} -> {self.status}, {self.effects} effects {self.wrong}"


class Stage:
    """`plan` stands before the endpoint and before the fakes."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.cloud = cloud
        self.plan = FaultPlan()
        account = cloud._account
        self.plan.on(account.endpoint._front)
        self.plan.on(account.fakes._front, API)

    def suffered(self, fault: Fault, **fields: Any) -> Found:
        """A run that creates one customer, while `fault` is on; after that it is taken up where it was left."""
        name = f"Zoe Fault{secrets.token_hex(4)}"
        # An ordinary run asks its API once; one that is to fail in the middle needs more.
        script = {"code": _SEVERAL_CALLS.format(name=name)} if fault.service == API else {}
        asked = self.cloud.request({"task": f"Create a Stripe customer named {name}", "api": "stripe", **script, **fields})
        told: list[str] = []

        def carry_out() -> None:
            try:
                told.append(str(self.cloud.carry_out(asked).status))
            except AgenticError as error:
                told.append(f"{error.code}: {error.message}")
            except BaseException as error:  # noqa: BLE001  the finding itself
                told.append(f"TRACEBACK {type(error).__name__}: {error}")

        thread = threading.Thread(target=carry_out, daemon=True)
        with self.plan.with_fault(fault):
            thread.start()
            thread.join(STUCK_SECONDS)
            stuck = thread.is_alive()
        thread.join(STUCK_SECONDS)
        return self._found(fault, asked.run_id, name, told[0] if told else "", stuck=stuck)

    def submitted(self, fault: Fault) -> Found:
        """A run that is submitted while `fault` is on; after that the sweep looks for it, and a worker does it."""
        name, stack = f"Zoe Fault{secrets.token_hex(4)}", self.cloud.stack("dev")
        asked = self.cloud.request({"task": f"Create a Stripe customer named {name}", "api": "stripe"})
        with self.plan.with_fault(fault):
            try:
                told = f"position {stack.submitter.submit(asked, caller='somebody').position}"
            except AgenticError as error:
                told = f"{error.code}: {error.message}"
        self._a_minute_later(asked.run_id)
        self.cloud._account.functions.invoke(stack.names.function("sweep"), b"{}")
        end = time.monotonic() + STUCK_SECONDS
        with suppress(UnknownRunError):
            while not stack.door.store.get(asked.run_id).status.final and time.monotonic() < end:
                time.sleep(0.1)
        return self._found(fault, asked.run_id, name, told, stuck=time.monotonic() >= end)

    def _a_minute_later(self, run_id: str) -> None:
        """Make the run's mark as old as the sweep wants it, if it has one still."""
        client, table = self.cloud._account.endpoint.client("dynamodb"), self.cloud.stack("dev").exports["table"]
        with suppress(client.exceptions.ConditionalCheckFailedException):
            client.update_item(
                TableName=table,
                Key={"run_id": {"S": run_id}, "item": {"S": "submission"}},
                UpdateExpression="SET marked_at = :then",
                ConditionExpression="attribute_exists(run_id)",
                ExpressionAttributeValues={":then": {"N": f"{time.time() - 100:.3f}"}},
            )

    def _found(self, fault: Fault, run_id: str, name: str, told: str, *, stuck: bool) -> Found:
        door = self.cloud.stack("dev").door
        try:
            record = door.store.get(run_id)
            if not record.status.final:
                door.recover(run_id)
                record = door.store.get(run_id)
            status = str(record.status)
        except UnknownRunError:
            record, status = None, "unknown"
        effects = self.effects(name)
        wrong = ""
        if stuck:
            wrong = "it hung beyond every limit"
        elif told.startswith("TRACEBACK") or not told:
            wrong = "its caller was told nothing that a person can use"
        elif record and not record.status.final:
            wrong = "it was left without an end"
        elif record is None and effects:
            wrong = "it has effects and no record"
        elif effects > 1 or (record and record.status is RunStatus.COMPLETED and effects != 1):
            wrong = "its effects are not what it says"
        elif effects and not any(call.method == "POST" for call in self.cloud.stack("dev").door.store.calls(run_id)):
            wrong = "its journal does not know what it did"
        elif record and not record.error and record.status is not RunStatus.COMPLETED:
            wrong = "it does not say why it has ended"
        return Found(fault, run_id, told, status, effects, wrong)

    def effects(self, name: str) -> int:
        """How many customers of this name the fake has."""
        state: Mapping[str, str] = self.cloud._account.endpoint.durable.mapping("fake-stripe")
        return sum(name in text for key, text in dict(state).items() if key.startswith("customer"))


@contextmanager
def opened(folder: Path, **config: str) -> Iterator[Stage]:
    with LocalCloud(folder, config={**CONFIG, **config}) as cloud:
        yield Stage(cloud)
