"""An ApiSpec survives freezing, and a faulty one says all that is wrong with it."""

import json

import pytest

from agentic.core.errors import PluginError
from agentic.core.frozen import FILE_NAME, freeze, thaw
from agentic.core.spec import (
    ApiSpec,
    Credential,
    CredentialKind,
    Host,
    Operation,
    Parameter,
    ParameterKind,
    Recipe,
    Sdk,
    SecretField,
)


def spec(**changes: object) -> ApiSpec:
    values: dict[str, object] = {
        "name": "acme",
        "title": "Acme",
        "sdk": Sdk("acme>=1", ("acme",)),
        "hosts": (
            Host(
                "api.acme.dev",
                (Operation("GET", "/things/{id}", "things"), Operation("POST", "/search", "search", write=False)),
                Credential(CredentialKind.HEADER, "Bearer {key}", "Authorization"),
            ),
        ),
        "secrets": (SecretField("key", "Acme key", ("ACME_KEY",), "placeholder"),),
        "prompt": "Use it.",
        "recipes": (Recipe("r", "Do", ("do",), "NAME = 'x'\n", (Parameter("NAME", ParameterKind.NAME),)),),
    }
    return ApiSpec(**{**values, **changes})  # pyright: ignore[reportArgumentType] # the test's own choice of faults


def test_a_spec_is_the_same_after_a_trip_through_a_zip(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(freeze([spec()]))
    assert thaw(tmp_path) == {"acme": spec()}


def test_freezing_is_repeatable():
    assert freeze([spec()]) == freeze([ApiSpec.from_data(json.loads(json.dumps(spec().to_data())))])


def test_anything_but_get_and_head_writes_unless_said_otherwise():
    assert Operation("DELETE", "/x", "x").writes
    assert not Operation("GET", "/x", "x").writes
    assert not Operation("POST", "/search", "x", write=False).writes
    assert Operation("GET", "/send", "x", write=True).writes


def test_all_faults_of_a_spec_are_told_at_once():
    with pytest.raises(PluginError) as caught:
        spec(name="Acme!", hosts=(Host("https://x", (Operation("GET", "x", "x"),)),), surface_version=99)
    assert all(part in caught.value.message for part in ("surface 99", "lower-case", "'https://x'", "start with a slash"))


def test_a_recipe_must_have_the_constants_that_it_declares():
    recipe = Recipe("r", "Do", ("do",), "print(1)\n", (Parameter("NAME", ParameterKind.NAME),))
    with pytest.raises(PluginError, match="no line 'NAME = …'"):
        spec(recipes=(recipe,))


def test_key_in_the_path_must_have_a_place_in_an_operation():
    key = Credential(CredentialKind.PATH, "{key}", "token")
    spec(hosts=(Host("api.acme.dev", (Operation("GET", "/bot{token}/me", "x"),), key),))
    with pytest.raises(PluginError, match="in no operation's path"):
        spec(hosts=(Host("api.acme.dev", (Operation("GET", "/bot/me", "x"),), key),))


def test_only_refused_operations_stand_for_everything_below_them():
    below = (Operation("GET", "/v1/**", "x"),)
    spec(refused=below)
    with pytest.raises(PluginError, match="only refused ones may"):
        spec(hosts=(Host("api.acme.dev", below),))
