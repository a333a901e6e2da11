"""A sandbox without an SDK, shared by the tests of this folder."""

from collections.abc import Callable, Iterator

import pytest

from agentic.core.spec import Sdk
from agentic.core.values import Outcome
from agentic.sandbox import Sandbox, SandboxPolicy

Run = Callable[..., Outcome]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(Sdk("", ("json",))) as sandbox:
        yield sandbox


@pytest.fixture
def run(sandbox: Sandbox) -> Run:
    def run(code: str, policy: SandboxPolicy | None = None) -> Outcome:
        return sandbox.run(code, policy or SandboxPolicy(seconds=10))

    return run
