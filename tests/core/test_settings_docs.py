"""The page about settings says what the code does: its table, and every example on it."""

import re
import tomllib
from pathlib import Path

import pytest
import yaml

import agentic
from agentic.core.errors import ConfigurationError
from agentic.core.settings import Settings

PAGE = (Path(agentic.__file__).parent.parent / "docs" / "settings.md").read_text()


def block(language: str) -> str:
    return re.findall(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)[0]


def test_the_table_has_every_setting_as_it_is_declared_and_no_other():
    expected = [f"| `{item.key}` | {item.allowed} | `{item.default}` | {item.help} |" for item in Settings.described()]
    assert [line for line in PAGE.splitlines() if line.startswith("| `") and line.count(" | ") == 3] == expected


def test_the_three_examples_are_the_same_settings(tmp_path: Path):
    (tmp_path / "prod.toml").write_text(block("toml"))
    assert tomllib.loads(block("toml"))
    config = {
        key: value if isinstance(value, str) else ",".join(value)
        for key, value in yaml.safe_load(block("yaml"))["config"].items()
    }
    names: dict[str, object] = {}
    exec(block("python"), names)  # noqa: S102 # our own page
    assert names["settings"] == Settings.from_stack(config) == Settings.from_toml(tmp_path / "prod.toml")
    assert names["settings"] != Settings()


def test_the_message_of_the_page_is_the_message():
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_config({"modle.executor": "x", "run_seconds": "0"})
    assert f"agentic: {caught.value.message}\n" in PAGE
