"""Recipes that are about something: the fake's `EXAMPLES` makes it, and says what stands in the place of the recipe's value."""

from pathlib import Path

import pytest
from kit_stage import as_installed, conformance, edited, new, pytest_in

SHOW = '''"""Show a thing."""

import os
import sys

import requests

THING = "thing_ABC"

key = os.environ["ACME_KEY"]
answer = requests.get(f"https://api.acme.dev/v1/things/{THING}", headers={"Authorization": f"Bearer {key}"}, timeout=30)
if not answer.ok:
    print("Acme:", answer.status_code, answer.text, file=sys.stderr)
    sys.exit(1)
print(answer.json()["name"])
'''
ROW = """    Recipe(
        name="show_thing",
        task="Show the thing thing_ABC",
        words=("show|print", "thing"),
        script=_script("show_thing"),
        parameters=(Parameter("THING", ParameterKind.ID, required=True, pattern="thing_"),),
    ),
)
"""
EXAMPLES = '''EXAMPLES = """
import json, os, requests
key = {"Authorization": f"Bearer {os.environ['ACME_KEY']}"}
made = requests.post("https://api.acme.dev/v1/things", json={"name": "Bob"}, headers=key, timeout=30).json()
print(json.dumps({"show_thing": {"thing_ABC": made["id"]}}))
"""
'''


@pytest.fixture
def package(tmp_path: Path) -> Path:
    made = as_installed(new(tmp_path, "--host", "api.acme.dev"))
    (made / "src/agentic_api_acme/recipes/show_thing.py").write_text(SHOW)
    return edited(made, "recipes/__init__.py", lambda text: text.removesuffix(")\n") + ROW)


def test_a_recipe_about_something_runs_with_the_examples_of_the_fake(package: Path):
    done = conformance(edited(package, "fake.py", lambda text: text + "\n\n" + EXAMPLES))
    assert (done.failed, done.passed) == (set(), 16), done.out


def test_control_without_examples_it_fails_and_says_what_the_fake_answered(package: Path):
    done = conformance(package)
    assert done.failed == {"test_a_recipe_does_its_task"}, done.out
    assert "no thing thing_ABC" in done.out


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("print('hello')", "the preparing script printed no JSON object of objects"),
        ("raise SystemExit(3)", "the preparing script of the fake failed: exit 3"),
    ],
)
def test_a_preparing_script_that_is_none_is_told(package: Path, tmp_path: Path, script: str, told: str):
    path = tmp_path / "prepare.py"
    path.write_text(script)
    line = ["-p", "agentic.conformance.options", "--pyargs", "agentic.conformance", "--plugin", "acme", "--prepare", path]
    done = pytest_in(package, *line)
    assert done.failed == {"test_its_sdk_and_its_fake_start"}, done.out
    assert told in done.out
