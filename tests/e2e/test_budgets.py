"""Budgets of whole runs on the local cloud: each ends its run cleanly, exactly at its limit, and says how to raise it."""

from collections.abc import Iterator
from typing import Any

import pytest

from agentic import LocalCloud
from agentic.core.errors import UsageError
from agentic.core.values import RunResult

pytestmark = pytest.mark.cloud

HEAD = "import os\nimport stripe\nstripe.api_key = os.environ['STRIPE_API_KEY']\n"
READ = HEAD + "for _ in range({0}):\n    stripe.Customer.list(limit=1)\nprint('done')\n"
WRITE = HEAD + "for number in range({0}):\n    print(stripe.Customer.create(name=f'{1} {{number}}').id)\n"
THREADS = (
    HEAD
    + """
from concurrent.futures import ThreadPoolExecutor

def create(number):
    try:
        return stripe.Customer.create(name=f"{0} {{number}}", idempotency_key=f"mine-{{number}}").id
    except Exception as error:
        return type(error).__name__

with ThreadPoolExecutor(8) as pool:
    print(list(pool.map(create, range(16))))
"""
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(tmp_path_factory.mktemp("budgets") / ".agentic") as cloud:
        yield cloud


def execute(cloud: LocalCloud, code: str, **limits: float) -> RunResult:
    fields: dict[str, Any] = {"task": "Run it", "api": "stripe", "code": code, "limits": limits, "model": "offline"}
    return cloud.carry_out(cloud.request(fields))


def names(cloud: LocalCloud, of: str) -> int:
    """How many customers of this name the fake has."""
    code = HEAD + f"print(sum(c.name.startswith({of!r}) for c in stripe.Customer.list(limit=100).auto_paging_iter()))"
    return int(execute(cloud, code).answer)


def ended(result: RunResult) -> tuple[str, str, str]:
    assert result.error, result
    assert result.status == "failed"
    return result.error.code, result.error.message, result.error.hint


def test_calls(cloud: LocalCloud):
    assert execute(cloud, READ.format(3), calls=3).status == "completed"
    result = execute(cloud, READ.format(4), calls=3)
    assert ended(result) == ("budget", "the run's limit of 3 API calls is reached", "give it a higher --limit calls")
    assert len(result.calls) == 3


def test_writes(cloud: LocalCloud):
    assert execute(cloud, WRITE.format(2, "Exact"), writes=2).status == "completed"
    result = execute(cloud, WRITE.format(3, "Beyond"), writes=2)
    message = "the run's limit of 2 writes is reached; POST https://api.stripe.com/v1/customers was not sent"
    assert ended(result) == ("budget", message, "give it a higher --limit writes")
    assert (names(cloud, "Exact"), names(cloud, "Beyond")) == (2, 2)


def test_a_run_that_may_not_write_at_all_reads(cloud: LocalCloud):
    assert execute(cloud, READ.format(1), writes=0).status == "completed"
    assert ended(execute(cloud, WRITE.format(1, "None"), writes=0))[0] == "budget"
    assert names(cloud, "None") == 0


def test_attack_threads_do_not_pass_the_limit_of_writes(cloud: LocalCloud):
    assert ended(execute(cloud, THREADS.format("Thread"), writes=3))[0] == "budget"
    assert names(cloud, "Thread") == 3
    # Control: with enough allowed, each of them is made.
    assert execute(cloud, THREADS.format("Wide"), writes=16).status == "completed"
    assert names(cloud, "Wide") == 16


def test_attack_running_again_does_not_pass_the_limit_of_writes(cloud: LocalCloud):
    """Each approval brings a further attempt, in which what was done before is replayed: it stays one write."""
    fields = {"task": "Run it", "api": "stripe", "code": WRITE.format(3, "Again"), "writes": "approve", "model": "offline"}
    result = cloud.carry_out(cloud.request({**fields, "limits": {"writes": 2, "calls": 3}}))
    for made in (0, 1):
        assert result.pending, result
        assert names(cloud, "Again") == made
        result = cloud.approve(result.run_id, result.pending)
    assert ended(result)[:2] == (
        "budget",
        "the run's limit of 2 writes is reached; POST https://api.stripe.com/v1/customers was not sent",
    )
    assert names(cloud, "Again") == 2


def test_seconds(cloud: LocalCloud):
    result = execute(cloud, "while True:\n    pass\n", seconds=1)
    message = "the script took longer than 1 s and was stopped"
    assert ended(result) == ("timeout", message, "give it a higher --limit seconds")
    assert execute(cloud, "print(sum(range(1000)))", seconds=1).status == "completed"


def test_output_bytes(cloud: LocalCloud):
    assert execute(cloud, "import sys\nsys.stdout.write('x' * 2000)", output_bytes=2000).answer == "x" * 2000
    result = execute(cloud, "import sys\nsys.stdout.write('x' * 2001)", output_bytes=2000)
    message = "the run's limit of 2000 bytes of output is reached"
    assert ended(result) == ("budget", message, "give it a higher --limit output_bytes")
    assert result.outcome
    assert result.outcome.stdout.startswith("x" * 2000 + "\n[cut here")


def test_a_run_gets_at_most_what_its_stack_allows(cloud: LocalCloud):
    with pytest.raises(UsageError, match="allows a run 100 API calls at most, not 101"):
        execute(cloud, READ.format(1), calls=101)
    with pytest.raises(UsageError, match="'nonsense' is no limit"):
        execute(cloud, READ.format(1), nonsense=1)
    assert execute(cloud, READ.format(1), calls=100).status == "completed"


def test_what_no_limit_was_given_for_has_the_stacks(cloud: LocalCloud):
    result = execute(cloud, READ.format(101))
    assert ended(result) == ("budget", "the run's limit of 100 API calls is reached", "set agentic:run_calls higher")
