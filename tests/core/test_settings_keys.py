"""A key of an API in settings or a stack file is refused with the right command, and is in no message whatsoever."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from agentic.core.errors import AgenticError, ConfigurationError, PluginError
from agentic.core.key_forms import key_forms, looks_like_key, quoted
from agentic.core.settings import Settings
from agentic.core.spec import ApiSpec, Host, Sdk, SecretField
from agentic.local.project import read_stack_file
from agentic.registry import Registry

CANARY = "CANARY7f3aCANARY7f3aCANARY"
# Of a service whose form only its plugin knows: nobody could tell it from any other word.
ODD = "weather-9f3aCANARY7f3aCA"
ODD_FORMS = key_forms(
    [
        ApiSpec(
            "odd",
            "Odd",
            Sdk("odd", ("odd",)),
            (Host("odd.example", ()),),
            (SecretField("k", "K", (), "", live_pattern=r"weather-\w+"),),
            "",
        )
    ]
)
KEYS = {
    "stripe test": f"sk_test_{CANARY}",
    "stripe live": f"rk_live_{CANARY}",
    "github": f"ghp_{CANARY}",
    "github fine": f"github_pat_{CANARY}",
    "slack": f"xoxb-12-{CANARY}",
    "openai": f"sk-proj-{CANARY}",
    "webhook": f"whsec_{CANARY}",
    "aws": "AKIACANARYCANARY7F3A",
    "a plugin's": ODD,
}
TEXTS = [key for key, default, _ in Settings.describe() if default.startswith('"')]


def message_of(config: dict[str, str], **options: Any) -> str:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_stack(config, key_forms=ODD_FORMS, **options)
    return f"{caught.value.message} {caught.value.hint} {caught.value.data}"


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
@pytest.mark.parametrize("setting", ["model.executor", "bucket_suffix", "run_seconds", "apis", "nothing", "stripe.live_keys"])
def test_a_key_in_a_setting_is_refused_with_the_command_and_not_shown(setting: str, key: str):
    message = message_of({f"agentic:{setting}": key})
    assert "holds what looks like a key" in message
    assert "agentic keys set API --stack NAME" in message
    assert "CANARY" not in message


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_anywhere_in_a_stack_file_is_refused_and_not_shown(tmp_path: Path, key: str):
    path = tmp_path / "Pulumi.dev.yaml"
    for text in (
        f"stripe:apiKey: {key}",
        f"aws:defaultTags:\n    tags: {{note: 'x {key}'}}",
        f"agentic-api-developer:key: {key}",
        f"{key}: x",
    ):
        path.write_text(f"config:\n  {text}\n")
        message = message_of(read_stack_file(path))
        assert "holds what looks like a key" in message
        assert "CANARY" not in message


def test_a_setting_that_pulumi_keeps_encrypted_is_refused_and_its_value_not_shown(tmp_path: Path):
    message = message_of({"agentic:run_seconds": "canary"}, encrypted={"agentic:run_seconds"})
    assert "agentic:run_seconds is encrypted" in message
    assert "canary" not in message
    path = tmp_path / "Pulumi.dev.yaml"
    path.write_text("config:\n  agentic:model.executor:\n    secure: v1:abcdef\n")
    assert "agentic:model.executor is encrypted" in message_of(read_stack_file(path))
    # Others may keep secrets of their own in the stack: this project's settings are all that it judges.
    assert Settings.from_stack({"mine:token": KEYS["github"]}, encrypted={"mine:token"}) == Settings()
    path.write_text("config:\n  mine:token:\n    secure: v1:abcdef\n")
    assert Settings.from_stack(read_stack_file(path)) == Settings()


@pytest.mark.parametrize("key", KEYS.values(), ids=KEYS)
def test_a_key_in_a_toml_file_is_refused_and_not_shown_wherever_it_stands(tmp_path: Path, key: str):
    path = tmp_path / "settings.toml"
    for text in (
        f'model = "{key}"',
        f'apis = ["{key}"]',
        f'"{key}" = 1',
        f'[x]\ny = {{ z = ["{key}"] }}',
        f"[{key}]\nx = 1\n[{key}]\n",
        f"x = {key}",
        f"{key}",
    ):
        path.write_text(text)
        with pytest.raises(ConfigurationError) as caught:
            Settings.from_toml(path, key_forms=ODD_FORMS)
        assert "CANARY" not in f"{caught.value.message} {caught.value.hint} {caught.value.data}"


@pytest.mark.parametrize("name", [key.replace(".", "__") for key in TEXTS])
def test_a_key_in_python_code_is_refused_and_not_shown(name: str):
    with pytest.raises(ConfigurationError) as caught:
        Settings(**{name: KEYS["stripe live"]})
    assert "CANARY" not in f"{caught.value.message} {caught.value.data}"


def test_a_key_in_a_broken_stack_file_is_not_shown(tmp_path: Path):
    path = tmp_path / "Pulumi.dev.yaml"
    for text in (
        "config: [{}",
        "config:\n  a: {}\n b: 2",
        "a: *{}",
        "config:\n  x: !{} y",
        "config:\n  {0}: 1\n  {0}: 2",
        "{}",
    ):
        path.write_text(text.format(KEYS["stripe live"]))
        with pytest.raises(ConfigurationError) as caught:
            read_stack_file(path)
        assert "CANARY" not in f"{caught.value.message} {caught.value.hint}"


@given(
    st.dictionaries(
        st.sampled_from(["agentic:model.executor", "agentic:run_seconds", "agentic:apis", "agentic:x", "y:z"]),
        st.tuples(st.text(max_size=9), st.sampled_from(sorted(KEYS.values())), st.text(max_size=9)).map(" ".join),
        min_size=1,
    )
)
@hypothesis_settings(max_examples=200, deadline=None)
def test_a_key_among_other_words_is_in_no_message(config: dict[str, str]):
    assert "CANARY" not in message_of(config)


def test_what_only_might_be_a_key_is_taken_where_it_is_right_and_not_quoted_where_it_is_wrong():
    random = "Zx81Kq02Lm93Wv74Rt65"
    assert Settings.from_config({"model.executor": random}).model__executor == random
    assert random not in message_of({"agentic:run_seconds": random})
    # The control: ordinary words are quoted.
    assert "'in half an hour'" in message_of({"agentic:run_seconds": "in half an hour"})
    for word in ("anthropic.claude-haiku-4-5-20251001-v1:0", "delete_artifacts_after_days2", "agentic-api-developer-dev"):
        assert quoted(word) == repr(word)


@pytest.mark.parametrize(
    "text",
    [
        "task_force",
        "risk_test",
        "team-sk-bratislava",
        "ask_question",
        "desk-proj",
        "key/mrk-1234567890abcdef1234567890abcdef",
        "",
    ],
)
def test_ordinary_words_are_not_taken_for_keys(text: str):
    hexadecimal = key_forms([_with_pattern("[0-9a-f]{32}")])
    assert not looks_like_key(text, hexadecimal)
    # The control: what the pattern is for.
    assert looks_like_key("0123456789abcdef0123456789abcdef", hexadecimal)


def test_the_plugins_that_are_here_say_how_their_keys_look():
    forms = key_forms(Registry.load())
    assert forms
    assert any(form.match("sk_live_x") for form in forms)


def test_a_plugin_whose_pattern_is_none_is_named():
    with pytest.raises(PluginError, match=r"'odd'.*is not a pattern"):
        key_forms([_with_pattern("[")])
    assert issubclass(PluginError, AgenticError)


def _with_pattern(pattern: str) -> ApiSpec:
    field = SecretField("k", "K", (), "", test_pattern=pattern)
    return ApiSpec("odd", "Odd", Sdk("odd", ("odd",)), (Host("odd.example", ()),), (field,), "")
