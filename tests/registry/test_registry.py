"""Plugins load alone, exactly the named ones where that is asked for, and asking for what is not there says what there is."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic.core.errors import PluginError, UnknownApiError
from agentic.registry import Registry
from tests.core.test_spec import spec
from tests.registry.packages import install, on_path, plugin

RAISES = "raise RuntimeError('no luck today')\n"
WRONG_TYPE = "from agentic.registry import hookimpl\n\n@hookimpl\ndef agentic_apis():\n    return ['stripe']\n"


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Path]:
    """A folder on the path that holds an installed distribution with four plugins."""
    points = {"good": "good_plugin", "raising": "raising_plugin", "typed": "typed_plugin", "missing": "nowhere"}
    sources = {"good_plugin": plugin("good"), "raising_plugin": RAISES, "typed_plugin": WRONG_TYPE}
    with on_path(install(tmp_path, "plugins-for-tests", points, "1.2", **sources)) as folder:
        yield folder


def test_a_broken_plugin_is_kept_with_its_reason_and_stops_nobody(installed: Path):
    registry = Registry.load({})
    assert {"good", "stripe"} <= set(registry.names)
    errors = {plugin.name: plugin.error for plugin in registry.plugins}
    assert errors["good"] == ""
    assert errors["raising"] == "RuntimeError: no luck today (raising_plugin.py, line 1)"
    assert "must give ApiSpec values, not str" in errors["typed"]
    assert "No module named 'nowhere'" in errors["missing"]
    assert {plugin.package for plugin in registry.plugins if plugin.name == "good"} == {"plugins-for-tests"}


def test_asking_for_a_broken_plugins_api_tells_the_reason(installed: Path):
    with pytest.raises(PluginError, match="the plugin raising is broken: RuntimeError: no luck today"):
        Registry.load({}).get("raising")


def test_exactly_the_named_plugins_are_loaded(installed: Path):
    registry = Registry.load({"AGENTIC_LOAD_PLUGINS": "good, "})
    assert registry.names == ("good",)
    assert [plugin.name for plugin in registry.plugins] == ["good"]


def test_an_unknown_api_is_told_with_those_there_are():
    with pytest.raises(UnknownApiError, match="unknown API 'nope'; installed: acme"):
        Registry([spec()]).get("nope")


def test_two_specs_with_one_name_or_one_host_are_refused():
    with pytest.raises(PluginError, match="'acme' and 'acme' both claim the API 'acme'"):
        Registry([spec(), spec()])
    with pytest.raises(PluginError, match=r"'other' and 'acme' both claim the host api\.acme\.dev"):
        Registry([spec(), dataclasses.replace(spec(), name="other")])
