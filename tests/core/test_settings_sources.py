"""The same settings from a stack, from Python, from values and from TOML; and back to what Pulumi keeps."""

import json
import tomllib
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from agentic.core.errors import ConfigurationError, StorageError
from agentic.core.settings import WALLS, Settings, own_settings

API = st.from_regex(r"[a-z][a-z0-9_]{0,8}", fullmatch=True)
MODEL = st.from_regex(r"[a-z]{2}\.[a-z]{3,9}\.[a-z0-9-]{1,12}:[0-9]", fullmatch=True)


@st.composite
def any_settings(draw: st.DrawFn) -> Settings:
    apis = tuple(draw(st.lists(API, min_size=1, max_size=4, unique=True)))
    count = st.integers(1, 2**31 - 1)
    return Settings(
        apis=apis,
        architecture=draw(st.sampled_from(["x86_64", "arm64"])),
        backend=draw(st.sampled_from(["harness", "classic", "workflow"])),
        bucket_suffix=draw(st.sampled_from(["", "a", "team-7", "1"])),
        delete_artifacts_after_days=draw(st.integers(0, 2**31 - 1)),
        isolated=draw(st.booleans()),
        kms_key=draw(st.sampled_from(["", KMS])),
        live_keys=tuple(draw(st.lists(st.sampled_from(apis), unique=True))),
        log_retention_days=draw(count),
        model__executor=draw(MODEL),
        model__generator=draw(MODEL),
        model__orchestrator=draw(MODEL),
        protect=draw(st.booleans()),
        python_runtime=draw(st.sampled_from(["python3.12", "python3.13", "python3.14"])),
        regenerations=draw(st.integers(0, 5)),
        reserved_concurrency=draw(st.sampled_from([0, 2, 7])),
        run_calls=draw(st.integers(1, 50_000)),
        run_writes=draw(st.integers(0, 5_000)),
        run_seconds=draw(count),
        sandbox__require=tuple(draw(st.lists(st.sampled_from(WALLS), unique=True))),
        tool_wait=draw(st.floats(1, 2**31 - 1)),
    )


KMS = "arn:aws-us-gov:kms:us-gov-west-1:123456789012:key/12345678-90ab-cdef-1234-567890abcdef"


@given(any_settings())
def test_what_pulumi_keeps_of_settings_reads_back_as_the_same_settings(made: Settings):
    texts = made.to_config()
    assert Settings.from_config(texts) == made
    assert Settings.from_config(dict(sorted(texts.items(), reverse=True))) == made
    assert all(type(key) is str and type(text) is str for key, text in texts.items())


@given(any_settings())
def test_a_stacks_configuration_by_full_key_gives_the_same_settings(made: Settings):
    full = {f"agentic:{key}": text for key, text in made.to_config().items()} | {"aws:region": "eu-west-1"}
    assert Settings.from_stack(full) == made == Settings.from_config(own_settings(full))


@given(any_settings())
def test_typed_values_by_key_give_the_same_settings(made: Settings):
    assert Settings.from_values(values_of(made)) == made


@given(any_settings())
@hypothesis_settings(deadline=None)
def test_a_toml_file_of_the_values_gives_the_same_settings(tmp_path_factory: pytest.TempPathFactory, made: Settings):
    path = tmp_path_factory.mktemp("toml") / "settings.toml"
    path.write_text(toml_of(values_of(made)))
    assert Settings.from_toml(path) == made


def test_every_setting_is_written_so_that_a_default_overwrites_what_a_stack_had():
    texts = Settings(apis=("github", "stripe")).to_config()
    plain = {item.name.replace("__", ".") for item in fields(Settings) if item.name != "live_keys"}
    assert set(texts) == plain | {"github.live_keys", "stripe.live_keys"}
    assert texts["stripe.live_keys"] == "false"


def test_tables_and_quoted_keys_of_toml_are_dotted_keys(tmp_path: Path):
    path = tmp_path / "prod.toml"
    path.write_text(
        'apis = ["stripe", "github"]\nrun_seconds = 60\ntool_wait = 3\n"model.executor" = "eu.x"\n'
        '[model]\norchestrator = "eu.y"\n[stripe]\nlive_keys = true\n[sandbox]\nrequire = ["process"]\n'
    )
    made = Settings.from_toml(path)
    assert made.apis == ("stripe", "github")
    assert made.live_keys == ("stripe",)
    assert (made.model__executor, made.model__orchestrator) == ("eu.x", "eu.y")
    assert made.sandbox__require == ("process",)
    assert (made.run_seconds, made.tool_wait) == (60, 3.0)
    assert Settings.from_toml(str(path)) == made


def test_settings_of_python_code_are_checked_with_all_faults_in_its_own_spelling():
    bad: dict[str, Any] = {
        "apis": "stripe",
        "run_calls": True,
        "model__executor": "a b",
        "live_keys": ("x",),
        "tool_wait": "25",
    }
    with pytest.raises(ConfigurationError) as caught:
        Settings(**bad, regenerations=6)
    assert len(caught.value.data["faults"]) == 5  # type: ignore[arg-type]
    for part in (
        "apis must be a list of names, not 'stripe'",
        "run_calls must be a whole number, not True",
        "model__executor must be the id or ARN",
        "tool_wait must be a number, not '25'",
        "regenerations must be at most 5, not 6",
    ):
        assert part in caught.value.message
    assert "agentic:" not in caught.value.message
    with pytest.raises(ConfigurationError, match="live_keys names an API that apis does not enable"):
        replace(Settings(), live_keys=("github",))
    # The control: the same with nothing wrong in it is taken.
    assert Settings(apis=("stripe",), run_calls=1, tool_wait=25, regenerations=5).regenerations == 5


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"a = ", "line 1, at its end"),
        (b"x = 1\ny = 2\nz == 3", "line 3"),
        (b"x = 1\nx = 2", "line 2"),
        (b"run_seconds = 1\n# \xff\n", "not UTF-8 (at line 2)"),
        (b"x = " + b"9" * 5000, "too large"),
        (b"x = " + b"[" * 5000 + b"]" * 5000, "too large"),
        (b'"model.executor" = "a"\n[model]\nexecutor = "b"', "given twice"),
        (b"#" * (1 << 21), "larger than"),
    ],
    ids=["value", "sign", "twice", "encoding", "digits", "nesting", "both spellings", "size"],
)
def test_a_file_that_is_no_toml_is_told_with_its_name_and_line(tmp_path: Path, content: bytes, says: str):
    path = tmp_path / "settings.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_toml(path)
    assert str(path) in caught.value.message
    assert says in caught.value.message
    assert "\n" not in caught.value.message


def test_faults_of_a_toml_file_name_the_file_and_the_keys_as_they_stand_there(tmp_path: Path):
    path = tmp_path / "settings.toml"
    path.write_text("run_seconds = 0x" + "f" * 5000 + '\ntool_wait = nan\nrun_calls = 1979-05-27\n[modle]\nexecutor = "x"\n')
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_toml(path)
    message = caught.value.message
    assert message.startswith(f"{path}: ")
    assert "modle.executor is not a setting; did you mean model.executor?" in message
    assert "run_seconds must be at most 2147483647, not a int that is too long to show" in message
    assert "tool_wait must be a number, not nan" in message
    assert "run_calls must be a whole number, not datetime.date(1979, 5, 27)" in message


def test_a_file_that_is_missing_or_cannot_be_read_is_one_line(tmp_path: Path):
    with pytest.raises(ConfigurationError, match="there is no file"):
        Settings.from_toml(tmp_path / "none.toml")
    with pytest.raises(ConfigurationError, match="is not a file"):
        Settings.from_toml(tmp_path)
    with pytest.raises(ConfigurationError, match="is not a file"):
        Settings.from_toml("/dev/zero")
    with pytest.raises(ConfigurationError, match="null character"):
        Settings.from_toml("a\0b")
    with pytest.raises(StorageError, match="cannot read"):
        # A regular file whose first byte the kernel cannot read: an input/output error.
        Settings.from_toml("/proc/self/mem")
    with pytest.raises(StorageError, match="cannot read"):
        Settings.from_toml(tmp_path / ("x" * 300))


@given(st.one_of(st.binary(max_size=60), st.text(max_size=60).map(lambda text: text.encode("utf-8", "surrogatepass"))))
@hypothesis_settings(max_examples=200, deadline=None)
def test_no_bytes_of_a_toml_file_end_in_anything_but_settings_or_one_line(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
):
    path = tmp_path_factory.getbasetemp() / "fuzzed.toml"
    path.write_bytes(content)
    message = ""
    try:
        Settings.from_toml(path)
    except ConfigurationError as error:
        message = error.message
    assert "\n" not in message


def values_of(made: Settings) -> dict[str, Any]:
    plain = [item.name for item in fields(Settings) if item.name != "live_keys"]
    values: dict[str, Any] = {name.replace("__", "."): getattr(made, name) for name in plain}
    values = {key: list(value) if isinstance(value, tuple) else value for key, value in values.items()}
    return values | {f"{api}.live_keys": True for api in made.live_keys}


def toml_of(values: dict[str, Any]) -> str:
    """As people write it: what has a dot below a table's line, at the end."""
    top = [f"{key} = {json.dumps(value)}" for key, value in values.items() if "." not in key]
    tables: dict[str, list[str]] = {}
    for key, value in values.items():
        if "." in key:
            table, _, name = key.partition(".")
            tables.setdefault(table, []).append(f"{name} = {json.dumps(value)}")
    text = "\n".join([*top, *(line for table, lines in tables.items() for line in (f"[{table}]", *lines))])
    assert tomllib.loads(text)
    return text
