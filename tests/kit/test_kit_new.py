"""`agentic plugins new`: a complete package from a name and a host, and refusals that leave everything as it was."""

import ast
import json
import sys
import tomllib
from pathlib import Path

import pytest
from kit_stage import as_installed, command, new, pytest_in

from agentic.core.errors import UsageError
from agentic.kit import Order, files_of, write
from agentic.kit.description import things
from agentic.kit.names import check_name, choose_sdk


def order(name: str = "acme", sdk: str = "requests") -> Order:
    return Order(name, choose_sdk(sdk), things("Acme", "api.acme.dev"))


@pytest.mark.parametrize("sdk", ["requests", "acme-sdk", "stripe"])
def test_the_package_passes_its_own_tests_and_the_suite_from_the_first_minute(sdk: str, tmp_path: Path):
    """With requests, with an SDK that is to be had nowhere, and with one that is installed and has calls nobody here knows."""
    package = as_installed(new(tmp_path, "--sdk", sdk, "--host", "api.acme.dev"))
    done = pytest_in(package)
    assert (done.failed, done.passed) == (set(), 16), done.out


def test_an_sdk_that_is_not_installed_is_said_to_be_missing_and_how_to_change_over(tmp_path: Path):
    done = command("plugins", "new", "acme", "--sdk", "acme-sdk>=2", "--host", "api.acme.dev", cwd=tmp_path)
    assert "acme-sdk>=2 is not installed here, so its scripts use requests" in done.stdout
    package = tmp_path / "agentic-api-acme"
    assert "`pip install acme-sdk" in (package / "README.md").read_text()
    project = tomllib.loads((package / "pyproject.toml").read_text())["project"]
    assert [text.split(">")[0] for text in project["dependencies"]] == ["agentic-api-developer", "requests"]


def test_an_sdk_that_this_project_does_not_pin_gets_a_lock_of_the_packages_own(tmp_path: Path):
    pinned, other = files_of(order(sdk="stripe")), files_of(order(sdk="agentic-api-developer"))
    assert "lock=" not in pinned["src/agentic_api_acme/plugin.py"]
    assert 'lock="agentic_api_acme:requirements.lock"' in other["src/agentic_api_acme/plugin.py"]


@pytest.mark.parametrize(("sdk", "pins"), [("agentic-api-developer", True), ("stripe", False), ("requests", False)])
def test_the_next_step_pins_an_sdk_that_this_project_does_not_pin(sdk: str, pins: bool, tmp_path: Path):
    """Without it the first run of the suite fails, because nothing pins the SDK."""
    done = command("plugins", "new", "acme", "--sdk", sdk, "--host", "api.acme.dev", cwd=tmp_path)
    assert (" && agentic plugins lock acme && pytest" in done.stdout) == pins


def test_of_several_packages_that_an_sdk_brings_the_one_of_its_name_is_taken(tmp_path: Path):
    """slack-sdk brings `slack` too, which cannot be imported without more."""
    facts = tmp_path / "two_sides-1.0.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text("Metadata-Version: 2.1\nName: two-sides\nVersion: 1.0\n")
    (facts / "top_level.txt").write_text("two\ntwo_sides\n")
    sys.path.insert(0, str(tmp_path))
    try:
        assert choose_sdk("two-sides").modules == ("two_sides",)
        (facts / "top_level.txt").write_text("two\nsides\n")
        assert choose_sdk("two-sides").modules == ("sides", "two")
    finally:
        sys.path.remove(str(tmp_path))


def test_a_name_with_a_digit_has_a_recipe_that_its_own_task_finds(tmp_path: Path):
    """Though the host says nothing of it: "Create a S3X thing named Alice" for api.acme.dev."""
    package = as_installed(_named(tmp_path, "s3x"), "s3x")
    done = pytest_in(package)
    assert (done.failed, done.passed) == (set(), 16), done.out


def _named(folder: Path, name: str) -> Path:
    done = command("plugins", "new", name, "--host", "api.acme.dev", "--into", folder, cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / f"agentic-api-{name}"


def test_the_entry_point_is_in_the_group_and_named_like_the_api(tmp_path: Path):
    files = files_of(order("two_words"))
    project = tomllib.loads(files["pyproject.toml"])["project"]
    assert (project["name"], project["entry-points"]) == (
        "agentic-api-two-words",
        {"agentic.apis": {"two_words": "agentic_api_two_words.plugin"}},
    )
    for name, text in files.items():
        if name.endswith(".py"):
            ast.parse(text, name)


NAMES = [
    "",
    "Acme",
    "1acme",
    "a-b",
    "a__b",
    "_a",
    "a_",
    "../x",
    "acme/..",
    "a b",
    "a\nb",
    "é",
    "x" * 33,
    "import os",
    "acme\0",
    "python",
    "agentic",
    "ld",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_name_that_cannot_be_one_is_refused(name: str):
    with pytest.raises(UsageError, match="cannot be a plugin's name"):
        check_name(name, ())


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("stripe", "--host", "api.acme.dev"), "a plugin named stripe is installed here already"),
        (("acme", "--host", "api.stripe.com"), "api.stripe.com is a host of the installed plugin stripe"),
        (("acme", "--host", "https://API.acme.dev:443/v1"), "in lower case: --host api.acme.dev\n"),
        (("acme", "--host", "api.münchen.de"), "in lower case: --host api.xn--mnchen-3ya.de\n"),
        (("acme", "--host", "localhost"), "is not a host's name"),
        (("acme", "--host", "*.acme.dev"), "is not a host's name"),
        (("acme",), "where is the API? name its host"),
        (("acme", "--host", "api.acme.dev", "--sdk", "x; rm -rf /"), "is not a package's name"),
        (("acme", "--host", "api.acme.dev", "--sdk", "git+https://example.com/x"), "is not a package's name"),
        (("acme", "--openapi", "none.json"), "cannot read none.json: No such file"),
    ],
)
def test_what_cannot_be_used_is_one_line_and_nothing_is_written(arguments: tuple[str, ...], told: str, tmp_path: Path):
    done = command("plugins", "new", *arguments, cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr
    assert done.stderr.count("\n") <= 2
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", ["folder", "file", "dangling link"])
def test_what_is_there_already_is_left_as_it_is(kind: str, tmp_path: Path):
    """Also a link that leads nowhere: writing through it would be writing somewhere else."""
    there = tmp_path / "agentic-api-acme"
    if kind == "folder":
        there.mkdir()
        (there / "mine.txt").write_text("a day's work")
    elif kind == "file":
        there.write_text("a day's work")
    else:
        there.symlink_to(tmp_path / "elsewhere")
    done = command("plugins", "new", "acme", "--host", "api.acme.dev", cwd=tmp_path)
    assert done.returncode == 2
    assert "is there already, and is left as it is" in done.stderr
    assert list(tmp_path.iterdir()) == [there]
    if kind != "dangling link":
        assert (there / "mine.txt" if there.is_dir() else there).read_text() == "a day's work"


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path):
    (tmp_path / "file").write_text("")
    done = command("plugins", "new", "acme", "--host", "api.acme.dev", "--into", "file/inside", cwd=tmp_path)
    assert done.returncode == 1
    assert "cannot write in" in done.stderr
    assert "choose another folder: --into" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_into_makes_the_folder_that_is_named(tmp_path: Path):
    folder = write(order(), tmp_path / "deep" / "er")
    assert folder == tmp_path / "deep" / "er" / "agentic-api-acme"
    assert sorted(path.name for path in (tmp_path / "deep" / "er").iterdir()) == ["agentic-api-acme"]


def test_json_says_where_the_package_is(tmp_path: Path):
    done = command("plugins", "new", "acme", "--host", "api.acme.dev", "--json", cwd=tmp_path)
    assert json.loads(done.stdout) == {"folder": "agentic-api-acme", "package": "agentic-api-acme", "hosts": ["api.acme.dev"]}
