"""The docs say what the code does: every command, option, error code and plugin part is there, every path exists."""

import argparse
import dataclasses
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import agentic
from agentic.core.errors import AgenticError
from agentic.core.spec import ApiSpec
from agentic.interfaces.cli import parser

ROOT = Path(agentic.__file__).parent.parent
REFERENCE = (ROOT / "docs" / "reference.md").read_text()
PAGES = [ROOT / "README.md", ROOT / "SECURITY.md", *sorted((ROOT / "docs").rglob("*.md"))]


def commands(node: argparse.ArgumentParser, words: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    nested = [action for action in node._actions if isinstance(action, argparse._SubParsersAction)]
    if not nested:
        yield words
    for action in nested:
        for name, child in action.choices.items():
            yield from commands(child, (*words, name))


@pytest.mark.parametrize("words", list(commands(parser())), ids=" ".join)
def test_every_command_is_in_the_reference(words: tuple[str, ...]):
    line = next((line for line in REFERENCE.splitlines() if f"`agentic {words[0]}" in line), "")
    assert all(f"`{word}`" in line or f" {word}" in line for word in words), line


def errors(kind: type[AgenticError] = AgenticError) -> Iterator[str]:
    yield kind.code
    for child in kind.__subclasses__():
        if child.__module__ == "agentic.core.errors":
            yield from errors(child)


@pytest.mark.parametrize("code", sorted(set(errors())))
def test_every_error_code_is_in_the_reference(code: str):
    assert f"`{code}`" in REFERENCE


def test_codes_in_run_records_are_in_the_reference():
    used: set[str] = set()
    for path in (ROOT / "agentic").rglob("*.py"):
        used |= set(re.findall(r'RunError\(\s*"(\w+)"', path.read_text()))
        used |= set(re.findall(r'_spoken\("(\w+)"', path.read_text()))
    assert {"declined", "timeout"} <= used
    assert {code for code in used if f"`{code}`" not in REFERENCE} == set()


@pytest.mark.parametrize("part", [item.name for item in dataclasses.fields(ApiSpec) if item.name != "surface_version"])
def test_every_part_of_a_plugin_is_in_its_page(part: str):
    assert f"`{part}`" in (ROOT / "docs" / "plugins.md").read_text()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_path_in_a_page_exists(page: Path):
    text = page.read_text()
    named = re.findall(r"`((?:agentic|lambdas|docs|tests|bench|tools|examples)/[\w./-]+)`", text)
    linked = [link for link in re.findall(r"\]\(([^)#]+)", text) if "://" not in link]
    missing = [path for path in named if not (ROOT / path).exists()]
    missing += [link for link in linked if not (page.parent / link).exists()]
    assert missing == []


def test_the_example_plugin_of_the_page_is_a_valid_one(tmp_path: Path):
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "docs" / "plugins.md").read_text(), re.DOTALL)
    (tmp_path / "acme.py").write_text(blocks[0])
    code = "import acme; (spec,) = acme.agentic_apis(); print(spec.name, spec.environment)"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout == "acme {'ACME_KEY': 'acme_test_placeholder'}\n"


def test_no_page_or_source_names_a_machine_path():
    foreign = re.compile("/" + "root/|/" + "work/(main|steering)|/home/\\w+/")
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip("not a git checkout")
    # Attacks try such paths on purpose.
    names = [name for name in done.stdout.split() if not name.endswith(".lock") and "/escape/attacks/" not in name]
    files = [ROOT / name for name in names]
    assert [str(path) for path in files if path.is_file() and foreign.search(path.read_text(errors="replace"))] == []


def test_the_public_names_are_these():
    names = ["AgenticApi", "AgenticError", "ApiSpec", "LocalCloud", "RunResult", "Settings", "Stack", "hookimpl"]
    assert agentic.__all__ == names
    # In a process of its own: importing all of Pulumi's provider brings warnings of its own.
    code = f"import agentic; assert all(getattr(agentic, name) is not None for name in {names})"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = agentic.nothing
