"""Runs with names, which together use every right that a local run can use."""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from agentic import LocalCloud
from agentic.core.limits import RunLimits
from agentic.core.names import new_handle, new_run_id
from agentic.core.values import RunResult, RunStatus, Target
from agentic.local.permissions import Decision
from agentic.runs import NewRun, RunStore

API = "stripe"
TASK = "Create a Stripe customer named Alice Example with email alice@example.com"


@dataclass(frozen=True)
class Ended:
    """How a named run ended. `good` is what it must be with all rights; `told` is what anybody was told."""

    good: bool
    told: str


Run = Callable[[LocalCloud], Ended]

_LONG_CUSTOMERS = """import os
import stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
for number in range(4):
    stripe.Customer.create(name=f"Long {number}", metadata={f"key{place}": "x" * 500 for place in range(50)})
"""
_READ_THEN_WRITE = """import os
import stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
print(len(str(stripe.Customer.list(limit=100))))
print(stripe.Customer.create(name="After").id)
"""


def task(cloud: LocalCloud) -> Ended:
    """A person's task, from its words to the API call."""
    result = cloud.run(TASK, api=API)
    return Ended(result.status is RunStatus.COMPLETED, _told(result))


def task_with_new_processes(cloud: LocalCloud) -> Ended:
    """A task whose broker has just been started: it does not know the API's key yet."""
    functions = cloud._account.functions
    broker = cloud.stack("dev").names.function("call_api", API)
    functions.create(functions._find(broker)[0].declaration)
    return task(cloud)


def task_with_its_log(cloud: LocalCloud) -> Ended:
    """A task whose execution is kept in the bucket, with its calls. The run itself does not wait for that or tell of it."""
    result = cloud.run(TASK, api=API)
    s3, bucket = cloud._account.endpoint.client("s3"), str(cloud.stack("dev").door._services.setting("bucket"))
    listed = s3.list_objects_v2(Bucket=bucket, Prefix=f"executions/{API}/").get("Contents", [])
    keys = [item["Key"] for item in listed if result.run_id in item["Key"]]
    kept = [json.loads(s3.get_object(Bucket=bucket, Key=key)["Body"].read()) for key in keys]
    return Ended([len(log["calls"]) for log in kept] == [1], f"{_told(result)}\nlogs kept: {len(kept)}")


def approved_after_a_long_answer(cloud: LocalCloud) -> Ended:
    """A script that has read more than an item of the journal holds waits for approval, and is given it again from there."""
    done = cloud.carry_out(cloud.request({"task": TASK, "api": API, "code": _LONG_CUSTOMERS}))
    asked = cloud.carry_out(cloud.request({"task": TASK, "api": API, "code": _READ_THEN_WRITE, "writes": "approve"}))
    if done.status is not RunStatus.COMPLETED or asked.pending is None:
        return Ended(False, f"{_told(done)}\n{_told(asked)}")
    result = cloud.approve(asked.run_id, asked.pending)
    return Ended(result.status is RunStatus.COMPLETED and result.calls[0].replayed, _told(result))


def asked_twice(cloud: LocalCloud) -> Ended:
    """An agent that calls its two tools again with the same arguments is told what was done, and nothing happens twice."""
    stack = cloud.stack("dev")
    run_id = new_run_id()
    handle = new_handle(run_id)
    run = NewRun(run_id=run_id, api=API, task=TASK, target=Target.FAKE, limits=RunLimits(calls=10), model="offline")
    stack.door.store.create(run, handle)
    client = cloud._account.endpoint.client("lambda")

    def twice(tool: str, arguments: dict[str, Any]) -> list[Any]:
        payload = json.dumps(arguments).encode()
        asked = [client.invoke(FunctionName=stack.names.function(tool), Payload=payload) for _ in range(2)]
        return [json.loads(answer["Payload"].read()) for answer in asked]

    try:
        generated = twice("invoke_generator", {"handle": handle})
        executed = twice("invoke_executor", {"handle": handle, "code_key": generated[0].get("code_key", "")})
    finally:
        stack.door.store.finish(run_id, RunStatus.CANCELLED)
    good = generated[0] == generated[1] and executed[0] == executed[1] and executed[0].get("status") == "completed"
    return Ended(good, json.dumps([generated, executed]))


def submitted(cloud: LocalCloud) -> Ended:
    """A task that is recorded, waits in the queue, and is done and forgotten there by a worker."""
    return _worked(cloud, {"task": TASK, "api": API})


def submitted_script(cloud: LocalCloud) -> Ended:
    """The same with a script that the person brings."""
    return _worked(cloud, {"task": TASK, "api": API, "code": _READ_THEN_WRITE, "writes": "allow"})


def _worked(cloud: LocalCloud, fields: dict[str, Any]) -> Ended:
    _quiet(cloud)
    stack = cloud.stack("dev")
    run_id = stack.submitter.submit(stack.request(fields), caller="somebody").run_id
    store = stack.door.store
    good = _soon(
        cloud,
        lambda: (
            store.get(run_id).status is RunStatus.COMPLETED
            and store.submissions.mark_of(run_id) is None
            and _messages(cloud, "url") == 0
        ),
    )
    stack.submitter.cancel(run_id)
    return Ended(good, str(store.get(run_id).error))


def message_of_nobody(cloud: LocalCloud) -> Ended:
    """A message that names no run comes again at once, until it is among the dead letters."""
    _quiet(cloud)
    client, urls = cloud._account.endpoint.client("sqs"), cloud.stack("dev").exports["queue"]
    before = _messages(cloud, "dead_letters")
    client.send_message(QueueUrl=urls["url"], MessageBody="nothing of ours")
    return Ended(_soon(cloud, lambda: _messages(cloud, "dead_letters") > before), "")


def swept(cloud: LocalCloud) -> Ended:
    """Of three submitted runs one was never sent, one was given up by SQS, and one has had too many workers."""
    _quiet(cloud)
    stack, account = cloud.stack("dev"), cloud._account
    client, urls = account.endpoint.client("sqs"), stack.exports["queue"]
    store = stack.door.store
    long_ago = RunStore(account.endpoint.client("dynamodb"), str(stack.exports["table"]), clock=lambda: time.time() - 200)
    runs = [new_run_id() for _ in range(3)]
    for run_id in runs:
        long_ago.submissions.mark(run_id, "somebody")
        store.create(stack.door.new_run(replace(stack.request({"task": TASK, "api": API}), run_id=run_id), submitted=True))
    unsent, given_up, often = runs
    client.send_message(QueueUrl=urls["dead_letters"], MessageBody=json.dumps({"run_id": given_up}))
    for number in range(5):
        store.leases.take(often, str(number), 0)
    store.submissions.begun(often)
    wanted = [RunStatus.COMPLETED, RunStatus.FAILED, RunStatus.FAILED]
    good = _soon(
        cloud,
        lambda: [store.get(run_id).status for run_id in (unsent, given_up, often)] == wanted,
        lambda: account.schedules.due(stack.names.sweep_schedule),
    )
    told = [str(store.get(run_id).status) for run_id in runs]
    for run_id in runs:
        stack.submitter.cancel(run_id)
        store.submissions.settled(run_id, "somebody")
    return Ended(good, str(told))


def _quiet(cloud: LocalCloud) -> None:
    """What is left of runs before is out of the queues, and each poll of it began with the rights of now."""
    endpoint = cloud._account.endpoint
    with endpoint._moto.lock("sqs"):
        for queue in endpoint._moto.models("sqs", endpoint.region).queues.values():
            queue._messages.clear()
            queue.pending_messages.clear()
    time.sleep(3)


def _messages(cloud: LocalCloud, queue: str) -> int:
    client, url = cloud._account.endpoint.client("sqs"), cloud.stack("dev").exports["queue"][queue]
    counts = client.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
    return sum(int(number) for name, number in counts.items() if name.startswith("ApproximateNumberOfMessages"))


def _soon(
    cloud: LocalCloud, reached: Callable[[], bool], start: Callable[[], object] = lambda: None, seconds: float = 30
) -> bool:
    """Whether it comes to that after `start`; as soon as it does, or somebody was refused something for which it cannot."""
    refused, deadline = threading.Event(), time.monotonic() + seconds

    def look(decision: Decision) -> None:
        if not decision.allowed:
            refused.set()

    with cloud._account.permissions.watched(look):
        start()
        while not reached():
            if refused.wait(0.1):
                # What does not depend on it may still be done.
                time.sleep(1)
                return reached()
            if time.monotonic() > deadline:
                return False
    return True


def _told(result: RunResult) -> str:
    return "\n".join([result.error.message if result.error else "", result.answer])


ASKED_TWICE = {"harness", "classic"}
"""Backends whose tools an agent may call again."""


def runs_of(backend: str) -> tuple[Run, ...]:
    """The cheapest first."""
    return (
        task,
        task_with_its_log,
        approved_after_a_long_answer,
        *((asked_twice,) if backend in ASKED_TWICE else ()),
        task_with_new_processes,
        submitted,
        submitted_script,
        message_of_nobody,
        swept,
    )
