"""A runs table in moto, as the topology makes it, and a clock that the tests turn."""

import threading
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from agentic.core.limits import RunLimits
from agentic.core.names import new_handle, new_run_id
from agentic.core.values import Target
from agentic.runs import NewRun, RunStore
from tests.runs.queue_world import QueueWorld
from tests.runs.turned_clock import Clock


class OneAtATime:
    """A client whose calls wait for each other: each is atomic in DynamoDB, but not in moto, which knows no threads."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._lock = threading.Lock()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._client, name)
        if name == "exceptions":
            return found

        def call(**arguments: Any) -> Any:
            with self._lock:
                return found(**arguments)

        return call


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def dynamodb() -> Iterator[Any]:
    with mock_aws():
        client = boto3.client("dynamodb", region_name="eu-central-1", aws_access_key_id="test", aws_secret_access_key="test")
        runs_table(client)
        yield OneAtATime(client)


def runs_table(client: Any) -> None:
    """Makes the table `runs`, as the topology makes it."""
    client.create_table(
        TableName="runs",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "run_id", "KeyType": "HASH"}, {"AttributeName": "item", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in ("run_id", "item", "kind", "created_at")],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "recent",
                "KeySchema": [
                    {"AttributeName": "kind", "KeyType": "HASH"},
                    {"AttributeName": "created_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
    )


@pytest.fixture
def store(dynamodb: Any, clock: Clock) -> RunStore:
    return RunStore(dynamodb, "runs", clock=clock)


@pytest.fixture
def started(store: RunStore) -> tuple[str, str]:
    """A new run: its id and the orchestrator's handle."""
    run_id = new_run_id()
    handle = new_handle(run_id)
    store.create(NewRun(run_id=run_id, api="stripe", task="Do it", target=Target.FAKE, limits=RunLimits(calls=3)), handle)
    return run_id, handle


@pytest.fixture
def world(dynamodb: Any, store: RunStore, clock: Clock) -> QueueWorld:
    return QueueWorld(dynamodb, store, clock)
