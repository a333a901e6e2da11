"""A served stack whose runs table is in moto, and clients of its callers."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from tests.runs.conftest import clock as clock, dynamodb as dynamodb
from tests.runs.turned_clock import Clock
from tests.serving.serving_stage import ALICE, HOST, Stage, stage


@pytest.fixture
def served(dynamodb: Any, clock: Clock) -> Stage:
    return stage(dynamodb, clock)


@pytest.fixture
def alice(served: Stage) -> Iterator[TestClient]:
    """A client that shows that it is Alice's."""
    with TestClient(served.app(), base_url=f"http://{HOST}", headers={"Authorization": f"Bearer {ALICE}"}) as client:
        yield client
