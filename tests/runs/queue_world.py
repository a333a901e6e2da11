"""A stack's table, bucket and queues in moto, and agents and functions that the test plays on them."""

import io
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3

from agentic.agents.front_door import FrontDoor
from agentic.agents.request import RunRequest
from agentic.agents.run_queue import run_of_message
from agentic.agents.submitting import Submitter
from agentic.agents.sweeping import Sweep
from agentic.agents.tools.services import Services
from agentic.agents.working import Worker
from agentic.core.limits import RunLimits
from agentic.core.names import StackNames, new_grant, new_handle, run_of
from agentic.core.values import CodeRef, Outcome, PendingCall, Target, Usage, Verdict
from agentic.runs import RunRecord, RunStore, Step
from tests.runs.turned_clock import Clock

HARNESS = "arn:aws:bedrock-agentcore:eu-central-1:123456789012:harness/orchestrator"
NAMES = StackNames("dev")
_HANDLE = re.compile(r"run_[0-9a-f]{16}\.\S+")
_REF = CodeRef("generated/stripe/Do_it.py", "ab" * 32)


def nothing() -> None:
    """What happens in the middle of a run where nothing happens."""


@dataclass
class Functions:
    """Lambda: validates everything, and executes once per attempt; `middle` is what happens while a script is executed."""

    store: RunStore
    middle: Callable[[], None] = nothing
    executed: list[str] = field(default_factory=list[str])
    asks: bool = False

    def invoke(self, *, FunctionName: str, Payload: bytes) -> Mapping[str, Any]:  # noqa: N803
        handle = json.loads(Payload)["handle"]
        record = self.store.of_handle(handle, "executor")
        if FunctionName.endswith("validate-code"):
            self.store.record_verdict(record.run_id, Verdict(True))
        else:
            self.execute(record)
        return {"Payload": io.BytesIO(b"{}")}

    def execute(self, record: RunRecord) -> None:
        grant = new_grant(record.run_id)
        opened = self.store.attempts.open(record, grant, 60)
        self.middle()
        if self.asks and not opened.approval:
            self.store.ledger.pause(self.store.ledger.take_call(grant, "stripe", write=True), _question(opened))
            return
        self.executed.append(record.run_id)
        self.store.attempts.close(opened, Outcome(True, "done"), None)


@dataclass
class Agents:
    """InvokeHarness: the orchestrator has the two others do what they do; `before` happens when it has been asked."""

    store: RunStore
    functions: Functions
    before: Callable[[], None] = nothing
    asked: list[str] = field(default_factory=list[str])

    def invoke_harness(self, **request: Any) -> Mapping[str, Any]:
        found = _HANDLE.search(request["messages"][0]["content"][0]["text"])
        assert found
        handle, run_id = found[0], run_of(found[0])
        self.asked.append(run_id)
        self.before()
        generator, executor = new_handle(run_id), new_handle(run_id)
        self.store.claim_generate(handle, generator)
        self.store.record_code(generator, _REF)
        self.store.end_step(run_id, Step.GENERATE, Usage())
        self.store.claim_execute(handle, _REF.key, executor)
        self.store.record_verdict(run_id, Verdict(True))
        self.functions.execute(self.store.get(run_id))
        self.store.end_step(run_id, Step.EXECUTE, Usage())
        return {"stream": _Stream("It is done.")}


class _Stream:
    def __init__(self, text: str) -> None:
        self._events = [{"contentBlockDelta": {"delta": {"text": text}}}, {"messageStop": {"stopReason": "end_turn"}}]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._events)

    def close(self) -> None:
        """As botocore's event stream has it."""


class QueueWorld:
    """Everything of one stack. `clients` may be changed by the test before anything is asked."""

    def __init__(self, dynamodb: Any, store: RunStore, clock: Clock) -> None:
        given: dict[str, Any] = {
            "region_name": "eu-central-1",
            "aws_access_key_id": "test",
            "aws_secret_access_key": "test",
        }
        self.clock, self.store = clock, store
        self.sqs: Any = boto3.client("sqs", **given)
        s3: Any = boto3.client("s3", **given)
        s3.create_bucket(Bucket="scripts", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
        self.dead_url: str = self.sqs.create_queue(QueueName="dead")["QueueUrl"]
        self.url: str = self.sqs.create_queue(QueueName="runs", Attributes={"VisibilityTimeout": "960"})["QueueUrl"]
        self.functions = Functions(store)
        self.agents = Agents(store, self.functions)
        self.told: list[str] = []
        self.clients: dict[str, Any] = {
            "dynamodb": dynamodb,
            "sqs": self.sqs,
            "s3": s3,
            "lambda": self.functions,
            "bedrock-agentcore": self.agents,
        }
        environment = {
            "AGENTIC_TABLE": "runs",
            "AGENTIC_BUCKET": "scripts",
            "AGENTIC_QUEUE_URL": self.url,
            "AGENTIC_DEAD_LETTERS_URL": self.dead_url,
        }
        self.services = Services(environment, self.clients.__getitem__, clock=clock, sleep=self.sleep, tell=self.told.append)
        self.door = FrontDoor(self.services, NAMES, HARNESS, RunLimits(calls=9))
        self.sweep = Sweep(self.services, NAMES)

    def sleep(self, seconds: float) -> None:
        self.clock.now += seconds

    def worker(self, arn: str = HARNESS, *, lease_seconds: float = 60) -> Worker:
        return Worker(self.services, NAMES, arn, lease_seconds=lease_seconds)

    def submitter(self, **limits: int) -> Submitter:
        return Submitter(self.services, self.door, **limits)

    def submitted(self, **fields: Any) -> str:
        """A submitted run's id."""
        return self.submitter().submit(asked(**fields), caller="me").run_id

    def messages(self) -> list[str]:
        """The runs in the queue, whose messages are taken out of it."""
        found: list[str] = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", []):
            for message in messages:
                found.append(run_of_message(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found


def asked(task: str = "Do it", **fields: Any) -> RunRequest:
    return RunRequest(**{"api": "stripe", "task": task, "target": Target.FAKE, **fields})


def _question(record: RunRecord) -> PendingCall:
    return PendingCall(
        digest="d",
        method="POST",
        url="u",
        body="",
        what="",
        target=Target.FAKE,
        account="",
        code_sha256=record.code_ref.sha256 if record.code_ref else "",
        asked_at=record.pins_started,
        expires=record.pins_started + 9e6,
    )
