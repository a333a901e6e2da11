"""The two stack files of the project, and how a stack file is read."""

from pathlib import Path

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

import agentic
from agentic.core.errors import AgenticError, ConfigurationError, StorageError
from agentic.core.names import StackNames
from agentic.core.settings import Settings
from agentic.local.project import read_stack_file, stack_config

ROOT = Path(agentic.__file__).parent.parent


def of(stack: str) -> Settings:
    return Settings.from_stack(stack_config(ROOT / "__main__.py", stack))


def test_the_two_stack_files_differ_as_such_stacks_do():
    dev, prod = of("dev"), of("prod")
    assert (dev.protect, prod.protect) == (False, True)
    assert (dev.log_retention_days, prod.log_retention_days) == (7, 90)
    assert (dev.delete_artifacts_after_days, prod.delete_artifacts_after_days) == (0, 30)
    assert prod.isolated
    assert prod.live_keys == ()
    configs = [stack_config(ROOT / "__main__.py", stack) for stack in ("dev", "prod")]
    assert configs[0]["aws:region"] != configs[1]["aws:region"]
    assert configs[0]["aws:defaultTags"] != configs[1]["aws:defaultTags"]


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_line_of_a_stack_file_has_a_comment_before_it_or_before_its_group(stack: str):
    above = ""
    for line in (ROOT / f"Pulumi.{stack}.yaml").read_text().splitlines():
        if line.startswith("  ") and not line.startswith("   ") and ":" in line and not line.lstrip().startswith("#"):
            group = line.strip().split(".")[0]
            assert above.lstrip().startswith("#") or above.strip().startswith(group), line
        above = line


def test_commented_settings_of_the_production_file_are_right_once_the_sign_is_taken_off(tmp_path: Path):
    text = (ROOT / "Pulumi.prod.yaml").read_text()
    path = tmp_path / "Pulumi.prod.yaml"
    path.write_text(text.replace("  # agentic:", "  agentic:"))
    made = Settings.from_stack(read_stack_file(path))
    assert made.live_keys == ("stripe",)
    assert made.kms_key.startswith("arn:aws:kms:eu-central-1:")


def test_the_two_stacks_share_no_name():
    dev, prod = (names_of(StackNames(stack)) for stack in ("dev", "prod"))
    assert dev & prod == set()
    # The control: names of one stack are those of one stack.
    assert names_of(StackNames("dev")) == dev


def names_of(names: StackNames) -> set[str]:
    agents = ("orchestrator", "generator", "executor")
    functions = ("run_code", "call_api", "generate_code", "execute_code", "invoke_generator")
    per_agent = [make(agent) for agent in agents for make in (names.gateway, names.agent_log_group)]
    per_function = [make(function, "stripe") for function in functions for make in (names.function, names.function_log_group)]
    harnesses = [names.harness(agent, "x") for agent in agents]
    return {names.bucket("1"), names.secret("stripe"), names.runs_table, *harnesses, *per_agent, *per_function}


def test_words_and_dates_are_the_texts_that_pulumi_takes_them_for(tmp_path: Path):
    path = tmp_path / "Pulumi.x.yaml"
    path.write_text("config:\n  a: yes\n  b: true\n  c: 30\n  d: 2026-01-12\n  e: [x, y]\n  f: 2.5\n  g: 1:30\n  h: 'null'\n")
    assert read_stack_file(path) == {
        "a": "yes",
        "b": "true",
        "c": "30",
        "d": "2026-01-12",
        "e": '["x", "y"]',
        "f": "2.5",
        "g": "1:30",
        "h": "null",
    }


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("config: [1", "line 1, column 11"),
        ("config:\n  a: 1\n b: 2", "line 3, column 2"),
        ("config:\n  a: 1\n  a: 2", "a key is there twice (line 2, column 3)"),
        ("config: 5", "no settings below `config:`"),
        ("- a", "no settings below `config:`"),
        ("config:\n  a: &a [*a]", "no settings below `config:`"),
        ("config:\n  a: " + "[" * 3000, "no settings below `config:`"),
        ("\0", "not allowed"),
    ],
    ids=["list", "indent", "twice", "number", "no mapping", "itself", "nesting", "null"],
)
def test_a_file_that_is_no_stack_file_is_told_with_its_name_and_line(tmp_path: Path, text: str, says: str):
    path = tmp_path / "Pulumi.x.yaml"
    path.write_text(text)
    with pytest.raises(ConfigurationError) as caught:
        read_stack_file(path)
    assert caught.value.message.startswith("Pulumi.x.yaml is not a stack file: ")
    assert says in caught.value.message


def test_no_file_is_no_configuration_and_one_that_cannot_be_read_is_told(tmp_path: Path):
    assert read_stack_file(tmp_path / "Pulumi.none.yaml") == {}
    for path in (tmp_path, Path("/proc/self/mem")):
        with pytest.raises(StorageError, match="cannot read"):
            read_stack_file(path)


@given(st.one_of(st.binary(max_size=80), st.text("config:\n -[]{}&*!#'\"ab01,", max_size=60).map(str.encode)))
@hypothesis_settings(max_examples=300, deadline=None)
def test_no_bytes_of_a_stack_file_end_in_anything_but_texts_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
):
    path = tmp_path_factory.getbasetemp() / "Pulumi.fuzzed.yaml"
    path.write_bytes(content)
    message, found = "", {}
    try:
        found = read_stack_file(path)
    except AgenticError as error:
        message = error.message
    assert "\n" not in message
    assert all(type(key) is str and type(text) is str for key, text in found.items())
