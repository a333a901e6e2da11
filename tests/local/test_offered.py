"""The stack that each start builds goes without plugins that are broken or left out, and with nothing else missing."""

import dataclasses

import pytest

from agentic.core.spec import ApiSpec, Host, Sdk
from agentic.local.offered import overlay
from agentic.registry import LoadedPlugin, Registry

FILE = {"agentic:apis": '["acme", "tea"]', "aws:region": "eu-west-1"}
ACME, TEA = (
    ApiSpec(name, name.title(), Sdk(f"{name}>=1,<2", (name,)), (Host(f"{name}.example.com", ()),), (), "")
    for name in ("acme", "tea")
)
BROKEN = LoadedPlugin("tea", "agentic-api-tea", "1", error="ImportError: no luck")
CLASHING = LoadedPlugin("other", "agentic-api-other", "1", error="clashes", claims=("tea",))


def test_where_all_plugins_are_there_nothing_is_laid_over():
    assert overlay(FILE, Registry([ACME, TEA]), {}) == {}
    assert overlay({}, Registry([ACME]), {}) == {}


def _outside(spec: ApiSpec, package: str) -> Registry:
    plugins = [LoadedPlugin("acme", "agentic-api-developer", "1", (ACME,)), LoadedPlugin(spec.name, package, "1", (spec,))]
    return Registry([ACME, spec], plugins)


def test_a_plugin_that_is_installed_beside_is_offered_without_a_word_in_the_file():
    """The control: one of this package's own that the file leaves out stays out."""
    beside = dataclasses.replace(TEA, sdk=Sdk("requests>=2", ("requests",)))
    file = {"agentic:apis": '["acme"]'}
    assert overlay(file, _outside(beside, "agentic-api-tea"), {}) == {"agentic:apis": '["acme", "tea"]'}
    assert overlay(file, _outside(beside, "agentic-api-developer"), {}) == {}


def test_one_whose_sdk_no_lock_pins_is_left_out_and_stops_nobody():
    assert overlay({"agentic:apis": '["acme"]'}, _outside(TEA, "agentic-api-tea"), {}) == {}


def test_a_plugin_that_was_chosen_alone_is_offered_alone():
    beside = dataclasses.replace(TEA, sdk=Sdk("requests>=2", ("requests",)))
    alone = Registry([beside], [LoadedPlugin("tea", "agentic-api-tea", "1", (beside,))])
    assert overlay({"agentic:apis": '["acme"]'}, alone, {"AGENTIC_LOAD_PLUGINS": "tea"}) == {"agentic:apis": '["tea"]'}


@pytest.mark.parametrize("plugin", [BROKEN, CLASHING])
def test_a_broken_plugin_does_not_stop_the_others(plugin: LoadedPlugin):
    assert overlay(FILE, Registry([ACME], [plugin]), {}) == {"agentic:apis": '["acme"]'}


def test_a_plugin_that_was_left_out_on_purpose_does_not_either():
    assert overlay(FILE, Registry([ACME]), {"AGENTIC_LOAD_PLUGINS": "acme"}) == {"agentic:apis": '["acme"]'}


def test_an_api_that_nobody_knows_stays_a_fault():
    """A slip of the pen in the stack file must not look as if all were well."""
    assert overlay(FILE, Registry([ACME]), {}) == {}


def test_where_none_is_left_the_fault_stays():
    assert overlay(FILE, Registry([], [BROKEN]), {"AGENTIC_LOAD_PLUGINS": "none"}) == {}


def test_settings_that_are_no_list_are_the_settings_matter():
    assert overlay({"agentic:apis": "{}"}, Registry([ACME]), {}) == {}
