"""The GitHub plugin as the registry takes it."""

import importlib
import json
import re
import subprocess
import sys

import pluggy

from agentic.apis import github as plugin
from agentic.apis.fakes.github import ROUTES
from agentic.apis.github import GITHUB
from agentic.broker.refusal import refuse
from agentic.broker.scrub import scrub
from agentic.core.spec import ApiSpec
from agentic.core.wire import HttpResponse
from agentic.registry import Registry, hookspecs
from agentic.validator import ValidationPolicy, validate


def test_the_hook_brings_one_api_that_the_registry_takes():
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    manager.register(plugin)
    manager.check_pending()
    specs = [spec for result in manager.hook.agentic_apis() for spec in result]
    assert Registry(specs).get("github") is GITHUB


def test_the_spec_survives_freezing():
    assert ApiSpec.from_data(json.loads(json.dumps(GITHUB.to_data()))) == GITHUB


def test_the_fake_answers_nothing_that_is_not_allowed():
    """And what people ask for most: each family of operations has routes in the fake, but those that only GitHub can answer."""
    allowed = {f"{operation.method} {operation.path}": operation.family for operation in GITHUB.hosts[0].operations}
    assert set(ROUTES) <= set(allowed)
    assert len(ROUTES) > 150
    assert {allowed[route] for route in ROUTES} == set(allowed.values()) - {"actions"}


def test_every_token_is_a_live_key_by_its_form_and_the_placeholder_and_the_fakes_value_are_none():
    secret = GITHUB.secrets[0]
    assert not secret.test_pattern
    fine_grained = "github_pat_11AAAAAAA0aBcDeFgHiJkL_mNoPqRsTuVwXyZ0123456789"
    for token in ("ghp_" + "aB3" * 12, fine_grained, "gho_" + "x" * 36, "ghs_" + "x" * 36, "0a" * 20):
        assert re.search(secret.live_pattern, token)
    assert len(secret.placeholder) == len("ghp_") + 36 == 40
    assert not re.search(secret.live_pattern, secret.placeholder)
    assert not re.search(secret.live_pattern, secret.fake_value.replace("{random}", "0a" * 16))


def test_a_refusal_is_an_error_of_the_sdk_with_the_reason():
    import github
    from github.Requester import Requester

    answer = refuse(GITHUB.refusal, 'Refused by the broker: "no"')
    error = Requester.createException(answer.status, {}, json.loads(answer.body))
    assert isinstance(error, github.GithubException)
    assert error.data["message"] == 'Refused by the broker: "no"'


def test_tokens_that_an_answer_holds_do_not_reach_a_script():
    body = {"temp_clone_token": "ABC", "nested": [{"token": "v1.abc", "name": "kept"}], "token_type": "kept"}
    shown = json.loads(scrub(GITHUB, HttpResponse(200, (), json.dumps(body).encode()), {"token": "ghp_secret"}).body)
    assert shown == {"temp_clone_token": "[removed]", "nested": [{"token": "[removed]", "name": "kept"}], "token_type": "kept"}


def test_the_names_that_scripts_may_not_use_are_the_sdks_own():
    for name, reason in GITHUB.sdk.refused:
        holder, _, last = name.rpartition(".")
        assert hasattr(_named(holder), last), name
        assert reason


def _named(path: str) -> object:
    try:
        return importlib.import_module(path)
    except ImportError:
        above, _, last = path.rpartition(".")
        return getattr(_named(above), last)


def test_a_script_that_signs_in_another_way_is_told_which_to_use():
    policy = ValidationPolicy.for_spec(GITHUB)
    (finding,) = validate("import github\nauth = github.Auth.AppAuth(1, 'x')\n", policy).findings
    assert finding.rule == "sdk_refused"
    assert "github.Auth.Token" in finding.message + finding.fix
    assert validate("import github\nauth = github.Auth.Token('x')\n", policy).valid


def test_recipes_and_prompt_name_only_what_is_allowed():
    assert len(GITHUB.recipes) >= 14
    assert "GITHUB_TOKEN" in GITHUB.prompt
    policy = ValidationPolicy.for_spec(GITHUB)
    assert all(validate(recipe.script, policy).valid for recipe in GITHUB.recipes)


_WARM = """
import sys, threading
from agentic.apis import github_sandbox
github_sandbox.warm_up()
assert "pluggy" not in sys.modules and "agentic.registry" not in sys.modules
import github
from github.Requester import HTTPRequestsConnectionClass, Requester
assert threading.active_count() == 1
before = set(sys.modules)
Requester.injectConnectionClasses(HTTPRequestsConnectionClass, github_sandbox._Canned)
client = github.Github(auth=github.Auth.Token("x"))
repository = client.get_repo("acme/widgets")
for found in (repository.get_issues(), repository.get_pulls(), repository.get_commits(), repository.get_labels()):
    list(found)
print(sorted(set(sys.modules) - before))
"""


def test_the_sandbox_module_needs_no_registry_and_a_warm_process_imports_nothing_more():
    """After the warm-up, calls through the SDK import no further module, and no thread is left."""
    done = subprocess.run([sys.executable, "-c", _WARM], capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout.strip(), done.stderr, done.returncode) == ("[]", "", 0)


_WAITS = """
import github
def shown():
    client = github.Github(auth=github.Auth.Token("x"))
    own = github.Github(auth=github.Auth.Token("x"), seconds_between_requests=0.25, seconds_between_writes=1.0)
    found = []
    for each in (client, own):
        kwargs = each.requester.kwargs
        found.append((kwargs["seconds_between_requests"], kwargs["seconds_between_writes"]))
    retry = client.requester.kwargs["retry"]
    return found, retry.total, retry.max_rate_limit_wait, "POST" in retry.allowed_methods
print(shown())
from agentic.apis import github_sandbox
github_sandbox.bootstrap()
github_sandbox.bootstrap()
print(shown())
"""


def test_the_sdk_waits_and_repeats_as_a_run_of_seconds_needs_it_and_a_scripts_own_choice_stays():
    """The first line is the control: what the SDK does without the bootstrap."""
    done = subprocess.run([sys.executable, "-c", _WAITS], capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        "([(0.25, 1.0), (0.25, 1.0)], 10, None, True)",
        "([(0.0, 0.1), (0.25, 1.0)], 3, 5, False)",
    ]
