"""Plugins load alone: a broken one is told and stops nobody, and clashes are errors that name both sides."""

import dataclasses
import importlib.metadata
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic.core.errors import PluginError, UnknownApiError
from agentic.registry import Registry
from tests.core.test_spec import spec

GOOD = """
from agentic.registry import hookimpl
from agentic.core.spec import ApiSpec, Host, Operation, Sdk

@hookimpl
def agentic_apis():
    hosts = (Host("api.good.dev", (Operation("GET", "/x", "x"),)),)
    return [ApiSpec("good", "Good", Sdk("good", ("good",)), hosts, (), "Use it.")]
"""
RAISES = "raise RuntimeError('no luck today')\n"
WRONG_TYPE = "from agentic.registry import hookimpl\n\n@hookimpl\ndef agentic_apis():\n    return ['stripe']\n"


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[Path]:
    """A folder on the path that holds an installed distribution with three plugins."""
    for name, source in (("good_plugin", GOOD), ("raising_plugin", RAISES), ("typed_plugin", WRONG_TYPE)):
        (tmp_path / f"{name}.py").write_text(source)
    information = tmp_path / "plugins_for_tests-1.2.dist-info"
    information.mkdir()
    (information / "METADATA").write_text("Metadata-Version: 2.1\nName: plugins-for-tests\nVersion: 1.2\n")
    (information / "entry_points.txt").write_text(
        "[agentic.apis]\ngood = good_plugin\nraising = raising_plugin\ntyped = typed_plugin\nmissing = nowhere\n"
    )
    sys.path.insert(0, str(tmp_path))
    importlib.invalidate_caches()
    yield tmp_path
    sys.path.remove(str(tmp_path))
    for name in ("good_plugin", "raising_plugin", "typed_plugin"):
        sys.modules.pop(name, None)


def test_a_broken_plugin_is_kept_with_its_reason_and_stops_nobody(installed: Path):
    registry = Registry.load({})
    assert {"good", "stripe"} <= set(registry.names)
    errors = {plugin.name: plugin.error for plugin in registry.plugins}
    assert errors["good"] == ""
    assert errors["raising"] == "RuntimeError: no luck today"
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


def test_two_plugins_with_one_api_or_one_host_are_refused():
    with pytest.raises(PluginError, match="two plugins bring the API 'acme'"):
        Registry([spec(), spec()])
    with pytest.raises(PluginError, match=r"'other' and 'acme' both claim the host api\.acme\.dev"):
        Registry([spec(), dataclasses.replace(spec(), name="other")])
