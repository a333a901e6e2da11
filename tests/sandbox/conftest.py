"""Sandboxes without an SDK, shared by the tests of this folder: with all walls of this machine, and as inside AWS Lambda."""

from collections.abc import Callable, Iterator

import pytest

from agentic.core.spec import Sdk
from agentic.core.values import Outcome
from agentic.sandbox import KERNEL, Sandbox, SandboxPolicy, Terms

Run = Callable[..., Outcome]

AS_ON_LAMBDA = Terms(without=KERNEL, own_function=True)
"""There the kernel offers none of its layers; what is tested with these terms must hold by the process alone."""


def _runner(sandbox: Sandbox) -> Run:
    def run(code: str, policy: SandboxPolicy | None = None) -> Outcome:
        return sandbox.run(code, policy or SandboxPolicy(seconds=10))

    return run


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Sdk("", ("json",))) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def lambda_sandbox() -> Iterator[Sandbox]:
    with Sandbox(Sdk("", ("json",)), terms=AS_ON_LAMBDA) as sandbox:
        yield sandbox


@pytest.fixture
def run(sandbox: Sandbox) -> Run:
    return _runner(sandbox)


@pytest.fixture
def lambda_run(lambda_sandbox: Sandbox) -> Run:
    return _runner(lambda_sandbox)


@pytest.fixture(params=["sandbox", "lambda_sandbox"])
def either_run(request: pytest.FixtureRequest) -> Run:
    """The same in both places."""
    return _runner(request.getfixturevalue(request.param))
