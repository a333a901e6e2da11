"""A local Lambda for each test, in both ways of starting processes."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from function_stage import Lambda


@pytest.fixture(scope="session", params=["zygote", "plain"])
def shared(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lambda]:
    """One for each way of starting processes, for all tests that need not end it."""
    made = Lambda(tmp_path_factory.mktemp("lambda"), plain=request.param == "plain")
    yield made
    made.functions.close()


@pytest.fixture
def both(shared: Lambda) -> Iterator[Lambda]:
    """The test runs once with each way of starting processes; it has the function `trial` for itself."""
    yield shared
    shared.forget()


@pytest.fixture(params=["zygote", "plain"])
def both_alone(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Lambda]:
    """As `both`, for tests that end it."""
    made = Lambda(tmp_path, plain=request.param == "plain")
    yield made
    made.functions.close()


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Callable[..., Lambda]]:
    """Makes one with options; plain processes unless told otherwise, which start the sooner for a single one."""
    opened: list[Lambda] = []

    def build(**options: Any) -> Lambda:
        opened.append(Lambda(tmp_path, **{"plain": True, **options}))
        return opened[-1]

    yield build
    for made in opened:
        made.functions.close()
