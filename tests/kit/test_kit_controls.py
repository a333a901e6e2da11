"""The conformance suite finds each fault: a plugin that is spoilt in one way fails exactly the check that is named for it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from kit_stage import as_installed, conformance, edited, new

Change = tuple[str, Callable[[str], str]]


def swap(file: str, old: str, by: str) -> Change:
    return file, lambda text: text.replace(old, by)


_HOST = 'Host("api.acme.dev", OPERATIONS, Credential(CredentialKind.HEADER, "Bearer {key}", "Authorization")),'
_NOT_OK = """if not answer.ok:
    print("Acme:", answer.status_code, answer.text, file=sys.stderr)
    sys.exit(1)
"""
_RECIPE = "recipes/create_thing.py"

# The check, what spoils it, and words of what the author is told.
SPOILT: dict[str, tuple[str, Change, str]] = {
    "an import that raises": (
        "test_the_plugin_can_be_loaded",
        swap("plugin.py", "OPERATIONS = (", 'raise RuntimeError("half written")\nOPERATIONS = ('),
        "half written",
    ),
    "an SDK that is not there": (
        "test_its_sdk_and_its_fake_start",
        swap("plugin.py", 'modules=("requests",)', 'modules=("requests", "acme_sdk")'),
        "there is no module acme_sdk; pip install",
    ),
    "a fake that cannot be made": (
        "test_its_sdk_and_its_fake_start",
        swap("fake.py", "    return AcmeFake(store, secrets)", '    raise OSError("no such file")'),
        "the fake of acme cannot be made: OSError",
    ),
    "a lock that was never written": (
        "test_its_sdk_is_pinned",
        swap("plugin.py", 'modules=("requests",)', 'modules=("requests",), lock="agentic_api_acme:requirements.lock"'),
        "`agentic plugins lock acme` writes it",
    ),
    "a key of the fake that everybody knows": (
        "test_the_spec_makes_sense",
        swap("plugin.py", 'fake_value="acme_fake_{random}"', 'fake_value="acme_fake_0123456789"'),
        "`fake_value` needs '{random}'",
    ),
    "an operation for every path": (
        "test_the_spec_makes_sense",
        swap("plugin.py", 'Operation("GET", "/v1/things/{id}", "things"),', 'Operation("GET", "/{a}/{b}", "things"),'),
        "allows every path of that length",
    ),
    "an operation that is refused as well": (
        "test_the_spec_makes_sense",
        swap("plugin.py", "    recipes=RECIPES,", '    recipes=RECIPES,\n    refused=(Operation("GET", "/v1/things", "x"),),'),
        "is declared, and refused all the same",
    ),
    "a kind of spec of its own": (
        "test_the_frozen_spec_is_the_spec",
        swap("plugin.py", "SPEC = ApiSpec(", "class Special(ApiSpec):\n    pass\n\n\nSPEC = Special("),
        "it is a Special, not ApiSpec itself",
    ),
    "an import that fills the memory": (
        "test_importing_it_is_cheap",
        swap("plugin.py", "OPERATIONS = (", 'WASTE = b"x" * 200_000_000\nOPERATIONS = ('),
        "the most is 150 MiB",
    ),
    "a recipe with a module that scripts may not import": (
        "test_honest_code_is_accepted",
        swap(_RECIPE, "import os\n", "import os\nimport subprocess\n"),
        "recipe create_thing",
    ),
    "a recipe that sends the wrong field": (
        "test_a_recipe_does_its_task",
        swap(_RECIPE, '{"name": NAME}', '{"title": NAME}'),
        "a thing needs a name",
    ),
    "a recipe that asks for what is not declared": (
        "test_a_recipe_does_its_task",
        swap(_RECIPE, "found = ", 'requests.get("https://api.acme.dev/v1/others", timeout=30)\nfound = '),
        "was refused a call",
    ),
    "a task in other words": (
        "test_a_task_finds_its_recipe",
        swap("recipes/__init__.py", 'task="Create an Acme thing named Alice"', 'task="Water the plants on Sundays"'),
        "finds no recipe",
    ),
    "a recipe that lets the error through": (
        "test_a_refusal_is_the_sdks_own_error",
        swap(_RECIPE, _NOT_OK, "answer.raise_for_status()\n"),
        "raise its own error, to be caught",
    ),
    "a recipe that keeps the reason to itself": (
        "test_a_refusal_is_the_sdks_own_error",
        swap(_RECIPE, "answer.status_code, answer.text,", "answer.status_code,"),
        "it does not tell why",
    ),
    "a fake that logs the key": (
        "test_the_key_is_never_visible",
        swap(
            "fake.py",
            "        wanted =",
            '        __import__("logging").warning("key %s", self._secrets["key"])\n        wanted =',
        ),
        "the key is in a line that was logged",
    ),
    "a host of somebody else": (
        "test_other_hosts_are_refused",
        swap("plugin.py", _HOST, f'{_HOST} Host("foreign.example", OPERATIONS),'),
        "declare only hosts of the API's own",
    ),
    "a field named in another notation": (
        "test_fields_are_scrubbed",
        swap("plugin.py", "    recipes=RECIPES,", '    recipes=RECIPES,\n    scrubbed_fields=("$.session.token",),'),
        "lets the field through",
    ),
}


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = new(tmp_path_factory.mktemp("kit"), "--sdk", "requests", "--host", "api.acme.dev")
    return as_installed(folder)


def test_the_plugin_that_is_not_spoilt_keeps_everything(package: Path):
    done = conformance(package)
    assert (done.failed, done.passed) == (set(), 13), done.out


@pytest.mark.parametrize("spoilt", SPOILT)
def test_a_spoilt_plugin_fails_exactly_its_check_and_says_how_to_mend_it(spoilt: str, package: Path, tmp_path: Path):
    import shutil

    check, (file, change), told = SPOILT[spoilt]
    copy = tmp_path / package.name
    shutil.copytree(package, copy, ignore=shutil.ignore_patterns("__pycache__"))
    done = conformance(edited(copy, file, change))
    assert done.failed == {check}, done.out
    assert told in done.out


def test_every_check_of_the_suite_has_a_plugin_that_fails_it():
    from agentic.conformance import test_conformance

    checks = {name for name in vars(test_conformance) if name.startswith("test_")}
    assert {check for check, _, _ in SPOILT.values()} == checks
