"""The API has done a write and its answer is lost: through the functions as they ship, one effect and the right answer."""

from collections.abc import Iterator
from typing import Any

import pytest
from approving import execute

from agentic import LocalCloud
from agentic.core.fake import FakeRequest, FakeResponse
from agentic.core.values import RunStatus

SCRIPTS = {
    "stripe": """import os
import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
made = stripe.Customer.create(name="Lost once")
print(made.name, made.id == stripe.Customer.list(limit=1).data[0].id)
""",
    "github": """import os
from github import Auth, Github

repo = Github(auth=Auth.Token(os.environ["GITHUB_TOKEN"])).get_repo("acme/widgets")
made = repo.create_issue("Lost once", body="Its answer was lost.")
print(made.title, made.number == repo.get_issues()[0].number)
""",
}


class Losing:
    """A fake whose answer to one write, done or not, never gets there."""

    def __init__(self, fake: Any, *, done: bool) -> None:
        self._fake = fake
        self._done = done
        self._lost = False
        self.writes: list[str] = []

    def respond(self, request: FakeRequest) -> FakeResponse:
        if request.method == "POST":
            self.writes.append(request.path)
        losing, self._lost = request.method == "POST" and not self._lost, self._lost or request.method == "POST"
        answer = self._fake.respond(request) if self._done or not losing else None
        if losing or answer is None:
            raise ConnectionAbortedError("the answer is lost")
        return answer


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud(tmp_path_factory.mktemp("lost") / ".agentic", config={"agentic:apis": '["stripe", "github"]'}) as cloud:
        yield cloud


def losing(cloud: LocalCloud, api: str, *, done: bool) -> Losing:
    """Put before the API's fake until the next one is."""
    fakes = cloud._account.fakes._by_host
    made = None
    for host, (spec, fake, lock) in fakes.items():
        if spec.name == api:
            made = made or Losing(fake._fake if isinstance(fake, Losing) else fake, done=done)
            fakes[host] = (spec, made, lock)
    assert made
    return made


@pytest.mark.parametrize("api", SCRIPTS)
def test_a_write_whose_answer_is_lost_is_one_effect_with_the_right_answer(cloud: LocalCloud, api: str):
    fake = losing(cloud, api, done=True)
    result = execute(cloud, SCRIPTS[api], api, "allow")
    assert result.status is RunStatus.COMPLETED, result.error
    assert result.outcome
    assert result.outcome.stdout == "Lost once True\n"
    # Stripe knows the repeated request by its key; of GitHub it is found out by asking.
    assert len(fake.writes) == {"stripe": 2, "github": 1}[api]


def test_control_a_write_that_is_not_found_either_ends_the_run_and_is_not_sent_again(cloud: LocalCloud):
    fake = losing(cloud, "github", done=False)
    script = SCRIPTS["github"].replace("Lost once", "Never there")
    result = execute(cloud, script, "github", "allow")
    assert (result.status, result.error.code if result.error else "") == (RunStatus.FAILED, "unknown")
    assert len(fake.writes) == 1


def test_control_a_key_that_the_api_knows_is_what_lets_a_write_be_sent_again(cloud: LocalCloud):
    fake = losing(cloud, "stripe", done=False)
    result = execute(cloud, SCRIPTS["stripe"], "stripe", "allow")
    assert result.status is RunStatus.COMPLETED, result.error
    assert len(fake.writes) == 2
