"""Wrong settings: all of them in one message with the key, what was given and what is allowed; never a traceback."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings as hypothesis_settings, strategies as st

from agentic.core.errors import ConfigurationError
from agentic.core.settings import Settings

KEYS = [key for key, _, _ in Settings.describe() if key != "<api>.live_keys"]


def faults(**config: str) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        Settings.from_config(config)
    found: Any = caught.value.data["faults"]
    assert caught.value.message == "; ".join(found)
    return tuple(found)


@pytest.mark.parametrize(
    ("key", "nearest"),
    [
        ("modle.executor", "model.executor"),
        ("aips", "apis"),
        ("model__generator", "model.generator"),
        ("run-seconds", "run_seconds"),
        ("Protect", "protect"),
        ("sandbox.required", "sandbox.require"),
        ("stripe.live_key", "stripe.live_keys"),
    ],
)
def test_an_unknown_key_comes_with_the_nearest_one(key: str, nearest: str):
    assert faults(**{key: "x"}) == (f"agentic:{key} is not a setting; did you mean {nearest}?",)


def test_an_unknown_key_that_is_near_to_none_comes_without_a_guess():
    assert faults(colour="red") == ("agentic:colour is not a setting",)
    (long,) = faults(**{"x" * 10_000: "red"})
    assert "…" in long
    assert len(long) < 200


@pytest.mark.parametrize(
    ("key", "text", "says"),
    [
        ("run_seconds", "true", "must be a whole number, not 'true'"),
        ("run_seconds", "30.0", "must be a whole number, not '30.0'"),
        ("run_seconds", "0", "must be at least 1, not 0"),
        ("run_seconds", "9" * 5000, "must be a whole number, not '999"),
        ("run_seconds", "[" * 5000, "must be a whole number, not '[[["),
        ("tool_wait", "NaN", "must be a number, not 'NaN'"),
        ("tool_wait", "1e999", "must be a number, not '1e999'"),
        ("tool_wait", "true", "must be a number, not 'true'"),
        ("protect", "1", "must be true or false, not '1'"),
        ("protect", "yes", "must be true or false, not 'yes'"),
        ("apis", "7", "must be a list of names, not '7'"),
        ("apis", '["stripe", 7]', "must be a list of names, not"),
        ("apis", "[]", "must name at least one API"),
        ("apis", "Stripe", "must be a list of API plugins' names, not 'Stripe'"),
        ("apis", '["stripe", "stripe"]', "names one of its names twice"),
        ("regenerations", "6", "must be at most 5, not 6"),
        ("reserved_concurrency", "-1", "must be at least 0, not -1"),
        ("reserved_concurrency", "1", "must be 0 or at least 2, not 1"),
        ("model.executor", "", "must be the id or ARN of a model or inference profile, without blanks, not ''"),
        ("model.executor", "claude haiku", "not 'claude haiku'"),
        ("model.executor", "x\n", "not 'x\\n'"),
        ("bucket_suffix", "Mine", "must be lower-case letters and digits, joined by hyphens"),
        ("bucket_suffix", "-a", "joined by hyphens"),
        ("bucket_suffix", "a.b", "joined by hyphens"),
        ("bucket_suffix", "s3alias", "an end that S3 keeps"),
        ("bucket_suffix", "team--x-s3", "an end that S3 keeps"),
        ("bucket_suffix", "123456789012-eu-west-1-an", "an end that S3 keeps"),
        ("kms_key", "alias/mine", "must be the ARN of a KMS key"),
        ("kms_key", "arn:aws:kms:eu-west-1:123456789012:alias/mine", "not of an alias"),
        ("kms_key", "arn:aws:s3:::bucket", "must be the ARN of a KMS key"),
        ("sandbox.require", "network,walls", "must be of process, limits"),
        ("backend", "agents", "must be one of harness, classic, workflow, not 'agents'"),
        ("github.live_keys", "true", "names an API that agentic:apis does not enable"),
        ("stripe.live_keys", "1", "must be true or false, not '1'"),
    ],
)
def test_each_rule_is_told_with_what_was_given_and_what_is_allowed(key: str, text: str, says: str):
    (fault,) = faults(**{key: text})
    assert fault.startswith(f"agentic:{key}")
    assert says in fault


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("bucket_suffix", "team-7"),
        ("bucket_suffix", "clan"),
        ("kms_key", "arn:aws:kms:eu-west-1:123456789012:key/mrk-1234567890abcdef1234567890abcdef"),
        ("reserved_concurrency", "2"),
        ("regenerations", "5"),
        (
            "model.executor",
            "arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-haiku-4-5-20251001-v1:0",
        ),
        ("apis", "stripe, github"),
        ("github.live_keys", "false"),
    ],
)
def test_what_the_rules_allow_is_taken(key: str, text: str):
    Settings.from_config({key: text})


def test_one_function_at_a_time_is_enough_where_none_invokes_itself():
    assert Settings.from_config({"backend": "workflow", "reserved_concurrency": "1"}).reserved_concurrency == 1


def test_a_wrong_list_of_apis_is_one_fault_and_not_one_more_per_live_key():
    assert len(faults(**{"apis": "7", "stripe.live_keys": "true"})) == 1


def test_what_pulumi_writes_when_the_namespace_is_forgotten_is_told():
    with pytest.raises(ConfigurationError, match="agentic-api-developer:run_seconds is not read: write agentic:run_seconds"):
        Settings.from_stack({"agentic-api-developer:run_seconds": "60"})
    # Other things of the project's own namespace are nobody's business here.
    assert Settings.from_stack({"agentic-api-developer:mine": "60", "aws:region": "x"}) == Settings()


def read(make: Callable[[], Settings]) -> tuple[Settings, Any]:
    """Settings without faults, or defaults with those that were found."""
    try:
        return make(), ()
    except ConfigurationError as error:
        return Settings(), error.data["faults"]


ODD = st.one_of(st.text(), st.sampled_from(["NaN", "-Infinity", "1e400", "null", "{}", "[[]]", "\ud800", "0x1", "١"]))


@given(
    st.dictionaries(st.one_of(st.sampled_from(KEYS), st.text()), st.one_of(ODD, st.recursive(ODD, st.lists).map(json.dumps)))
)
@hypothesis_settings(max_examples=300, deadline=None)
def test_no_texts_end_in_anything_but_settings_or_one_message(config: dict[str, str]):
    made, found = read(lambda: Settings.from_config(config))
    assert found or Settings.from_config(made.to_config()) == made


PLAIN = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(),
        st.floats(),
        st.text(),
        st.dates(),
        st.integers(15_000, 99_999).map(lambda bits: 1 << bits),
    ),
    lambda inner: st.one_of(st.lists(inner), st.dictionaries(st.text(), inner)),
)


@given(st.dictionaries(st.one_of(st.sampled_from([*KEYS, "stripe.live_keys"]), st.text()), PLAIN))
@hypothesis_settings(max_examples=300, deadline=None)
def test_no_values_end_in_anything_but_settings_or_one_message(values: dict[str, Any]):
    made, found = read(lambda: Settings.from_values(values))
    assert found or Settings.from_config(made.to_config()) == made


@given(st.sampled_from([key.replace(".", "__") for key in KEYS]), PLAIN)
@hypothesis_settings(max_examples=300, deadline=None)
def test_no_value_of_python_code_ends_in_anything_but_settings_or_one_message(name: str, value: Any):
    made, found = read(lambda: Settings(**{name: value}))
    assert found or Settings.from_config(made.to_config()) == made
