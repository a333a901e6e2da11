"""Settings are declared once, and all faults are told at once."""

import pytest

from agentic import sandbox
from agentic.core.errors import ConfigurationError
from agentic.core.settings import WALLS, Settings


def test_texts_as_pulumi_keeps_them_become_typed_values():
    settings = Settings.from_config(
        {
            "apis": '["stripe", "github"]',
            "tool_wait": "3",
            "stripe.live_keys": "true",
            "model.generator": "eu.x",
            "protect": "true",
        }
    )
    assert settings.apis == ("stripe", "github")
    assert settings.tool_wait == 3.0
    assert settings.live_keys == ("stripe",)
    assert settings.model__generator == "eu.x"
    assert settings.protect is True


def test_every_fault_is_in_one_message_with_key_and_what_is_allowed():
    config = {"aips": "x", "run_calls": "0", "architecture": "mips", "protect": "maybe", "github.live_keys": "true"}
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_config(config)
    message = caught.value.message
    for part in (
        "agentic:aips is not a setting",
        "agentic:run_calls must be at least 1, not 0",
        "agentic:architecture must be one of x86_64, arm64, not 'mips'",
        "agentic:protect must be true or false, not 'maybe'",
        "agentic:github.live_keys names an API",
    ):
        assert part in message


def test_a_setting_can_be_described_for_the_docs():
    described = {key: default for key, default, _ in Settings.describe()}
    assert described["run_seconds"] == "30"
    assert described["<api>.live_keys"] == "[]"


def test_walls_that_can_be_asked_for_are_the_sandboxs():
    assert tuple(sandbox.WALLS) == WALLS
    assert Settings().sandbox__require == WALLS
