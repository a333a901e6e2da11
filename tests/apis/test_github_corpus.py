"""Honest GitHub scripts, as people and models write them: valid, and run to exit 0 behind all walls against the fake.

They hold nothing but the placeholder. How long the platform takes for each is printed at the end (`platform_times.py`).
"""

import sysconfig
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from watched import Watched

from agentic.apis.github import GITHUB
from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.transport import FakeTransport
from agentic.core.cache import cache_folder
from agentic.core.values import Outcome, Target
from agentic.local.fakes import Fakes
from agentic.sandbox import Sandbox, SandboxPolicy
from agentic.validator import ValidationPolicy, validate
from agentic.validator.describe import installed_index

SCRIPTS = sorted((Path(__file__).parents[1] / "corpus" / "github").glob("*.py"))
RECIPES = {recipe.name: recipe.script for recipe in GITHUB.recipes}
GRANT = "run_00000000000000cc.0123456789abcdef0123456789abcdef"
# What each must print, beside ending with 0: it has done its task, not merely run.
EXPECTED = {
    "02_open_issues_by_label": ("acme/widgets: 7 open issues", "bug"),
    "04_sync_labels": ("updated  priority:high", "created  priority:low", "created  needs-triage"),
    "06_repo_stats": ('"name": "acme/widgets"', '"stars": 128', '"license": "MIT"', "Python"),
    "08_top_contributors": ("ada", "grace", "octocat", "commits"),
    "10_read_readme": ("# Widgets", "4 headings"),
    "12_create_branch": ("Created refs/heads/feature/dark-mode", "feature/dark-mode, feature/export"),
    "14_rate_limit": ("of 5000 requests left", "'core'"),
    "16_issues_to_csv": ("number,title,state,author,created,labels", "1,Round widgets are not quite round,open,ada"),
    "18_async_repo_summary": ("acme/widgets (default branch main)", "Latest release: v1.2.0"),
    "20_comment_on_prs": ("reminded hubot", "reminded ada", "2 reminder(s) posted"),
}


@dataclass
class Chain:
    """Validator, sandbox, relay, broker and fake, as a run has them."""

    sandbox: Sandbox
    policy: ValidationPolicy
    # Seconds that the last script took, without those of the API.
    took: float = 0.0

    def run(self, code: str, ledger: MemoryLedger, *, checked: bool = True) -> Outcome:
        """Against a fresh world. The validator must take it, or it fails here, unless `checked` is false."""
        states: dict[str, dict[str, str]] = {}
        fakes = Fakes(lambda name: states.setdefault(name, {}))
        fakes.add(GITHUB)
        fakes.start()
        api = Watched(FakeTransport(fakes.url))
        broker = Broker(GITHUB, ledger, lambda _: fakes.secrets["github"], {Target.FAKE: api})
        hosts = [host.name for host in GITHUB.hosts]
        relay = Relay(hosts, lambda asked, _origin: broker.call(GRANT, asked), Authority(), refusal=GITHUB.refusal)
        try:
            start = time.monotonic()
            verdict = validate(code, self.policy)
            assert verdict.valid or not checked, verdict.findings
            outcome = self.sandbox.run(code, SandboxPolicy(GITHUB.environment, seconds=60), relay)
            self.took = time.monotonic() - start - api.seconds
            assert fakes.secrets["github"]["token"] not in outcome.stdout + outcome.stderr
        finally:
            fakes.close()
        return outcome


@pytest.fixture(scope="module")
def chain() -> Iterator[Chain]:
    index = installed_index(GITHUB.sdk, cache_folder())
    policy = ValidationPolicy.for_spec(GITHUB, sdk=index) if index else ValidationPolicy.for_spec(GITHUB)
    with Sandbox(GITHUB.sdk, python_path=(sysconfig.get_path("purelib"), str(Path(__file__).parents[2]))) as sandbox:
        yield Chain(sandbox, policy)


@pytest.fixture
def run(chain: Chain) -> Callable[[str], tuple[Outcome, MemoryLedger]]:
    def run(code: str) -> tuple[Outcome, MemoryLedger]:
        ledger = MemoryLedger(GRANT, "github", limit=100)
        return chain.run(code, ledger), ledger

    return run


def test_the_corpus_is_there():
    assert {path.stem for path in SCRIPTS} == set(EXPECTED)


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.stem)
def test_each_script_is_valid_ends_with_0_and_prints_what_its_task_asks_for(
    path: Path, run, chain: Chain, record_property: Callable[[str, object], None]
):
    text = path.read_text("utf-8")
    assert "ghp_" not in text.replace("ghp_placeholder", "")
    outcome, ledger = run(text)
    record_property("platform_ms", round(1000 * chain.took, 1))
    assert (outcome.exit, outcome.reason) == (0, ""), outcome.stderr
    assert {"process", "rlimits", "relay"} <= set(outcome.layers)
    assert not [part for part in EXPECTED[path.stem] if part not in outcome.stdout], outcome.stdout
    assert ledger.calls
    assert not [call for call in ledger.calls if call.refused]


@pytest.mark.parametrize("name", RECIPES)
def test_each_recipe_is_valid_and_ends_with_0_behind_all_walls(name: str, run):
    outcome, ledger = run(RECIPES[name])
    assert (outcome.exit, outcome.reason, outcome.stderr) == (0, "", "")
    assert outcome.stdout.strip()
    assert not [call for call in ledger.calls if call.refused]


def test_what_the_broker_refuses_is_the_sdks_own_error_at_once(chain: Chain):
    """The validator would not let this through; the broker does not rely on it."""
    ledger = MemoryLedger(GRANT, "github", limit=100)
    code = """
import os
import github

repository = github.Github(auth=github.Auth.Token(os.environ["GITHUB_TOKEN"])).get_repo("octocat/hello-world")
try:
    repository.delete()
except github.GithubException as error:
    print(type(error).__name__, error.status, error.data["message"])
try:
    repository.edit(private=True)
except github.GithubException as error:
    print(type(error).__name__, error.status, error.data["message"])
repository.edit(description="Hello")
print("description is now", repository.description)
"""
    assert [finding.rule for finding in validate(code, chain.policy).findings] == ["sdk_refused"]
    outcome = chain.run(code, ledger, checked=False)
    assert outcome.exit == 0, outcome.stderr
    first, second, third = outcome.stdout.splitlines()
    assert first.startswith("GithubException 403")
    assert "DELETE /repos/octocat/hello-world is not among the allowed operations" in first
    assert second.startswith("GithubException 403")
    assert "the field private is not allowed" in second
    assert "description is now Hello" in third
    assert len([call for call in ledger.calls if call.refused]) == 2


def test_control_a_script_for_another_host_or_with_another_variable_is_not_valid(chain: Chain):
    """So the corpus is accepted for what it is."""
    asks_for_another = "import os\nprint(os.environ['AWS_SECRET_ACCESS_KEY'])"
    calls_another = "import requests\nrequests.get('https://evil.example/x')"
    assert not validate(asks_for_another, chain.policy).valid
    assert not validate(calls_another, chain.policy).valid


def test_control_with_a_wrong_token_the_same_script_fails(chain: Chain):
    """So it is the broker that brings the token: the sandbox's environment holds the placeholder only."""
    assert GITHUB.environment == dict.fromkeys(("GITHUB_TOKEN", "GH_TOKEN"), GITHUB.secrets[0].placeholder)
    states: dict[str, dict[str, str]] = {}
    fakes = Fakes(lambda name: states.setdefault(name, {}))
    fakes.add(GITHUB)
    fakes.start()
    try:
        ledger = MemoryLedger(GRANT, "github")
        broker = Broker(GITHUB, ledger, lambda _: {"token": "wrong"}, {Target.FAKE: FakeTransport(fakes.url)})
        hosts = [host.name for host in GITHUB.hosts]
        relay = Relay(hosts, lambda asked, _origin: broker.call(GRANT, asked), Authority(), refusal=GITHUB.refusal)
        outcome = chain.sandbox.run(RECIPES["show_user"], SandboxPolicy(GITHUB.environment, seconds=60), relay)
        assert outcome.exit == 1
        assert "Bad credentials" in outcome.stderr
    finally:
        fakes.close()
