"""Two plugins with one API or one host: a built-in stays, others are both refused, each with both packages' names."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agentic.core.errors import PluginError
from agentic.registry import Registry
from tests.registry.packages import install, on_path, plugin


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    with on_path(tmp_path) as made:
        yield made


def errors(registry: Registry) -> dict[str, str]:
    return {item.name: item.error for item in registry.plugins if not item.built_in}


def test_two_packages_with_one_api_are_both_refused_and_the_others_work(folder: Path):
    install(folder, "acme-one", {"acme": "one"}, one=plugin("acme", "one.acme.dev"))
    install(folder, "acme-two", {"acme2": "two"}, version="2.0", two=plugin("acme", "two.acme.dev"))
    install(folder, "good", {"good": "good_module"}, good_module=plugin("good"))
    registry = Registry.load({})
    assert {"good", "stripe"} <= set(registry.names)
    assert "acme" not in registry.names
    told = errors(registry)
    assert "acme-one 1.0 and acme-two 2.0, which is refused too, both claim the API 'acme'" in told["acme"]
    assert "acme-two 2.0 and acme-one 1.0, which is refused too, both claim the API 'acme'" in told["acme2"]
    with pytest.raises(PluginError, match=r"the plugin acme is broken: acme-one 1\.0 and acme-two 2\.0"):
        registry.get("acme")


def test_control_choosing_one_of_them_makes_it_work(folder: Path):
    install(folder, "acme-one", {"acme": "one"}, one=plugin("acme", "one.acme.dev"))
    install(folder, "acme-two", {"acme2": "two"}, two=plugin("acme", "two.acme.dev"))
    assert Registry.load({"AGENTIC_LOAD_PLUGINS": "acme2"}).get("acme").hosts[0].name == "two.acme.dev"


def test_a_plugin_that_takes_another_ones_key_for_its_own_is_refused(folder: Path):
    """A forge of one's own, whose author thought of GITHUB_TOKEN: the person's token for github.com would be sent there."""
    source = plugin("forge", "forge.example.com")
    install(folder, "agentic-api-forge", {"forge": "forge"}, forge=source.replace("FORGE_KEY", "GITHUB_TOKEN"))
    install(folder, "pkg-one", {"one": "one_module"}, one_module=plugin("one").replace("ONE_KEY", "API_TOKEN"))
    install(folder, "pkg-two", {"two": "two_module"}, two_module=plugin("two").replace("TWO_KEY", "API_TOKEN"))
    registry = Registry.load({})
    assert "github" in registry.names
    assert not {"forge", "one", "two"} & set(registry.names)
    assert "which is built in, both claim the key in GITHUB_TOKEN;" in errors(registry)["forge"]
    assert "pkg-two 1.0, which is refused too, both claim the key in API_TOKEN;" in errors(registry)["one"]


def test_control_with_a_variable_of_its_own_it_is_there_and_one_plugins_apis_may_share_a_key(folder: Path):
    install(folder, "agentic-api-forge", {"forge": "forge"}, forge=plugin("forge", "forge.example.com"))
    twice = plugin("one", "one.example.com").replace(
        "    return [", "    import dataclasses\n    more = Host('more.example.com', (), key)\n    apis = ["
    )
    twice += "    return [*apis, dataclasses.replace(apis[0], name='more', hosts=(more,))]\n"
    install(folder, "pkg-one", {"one": "one_module"}, one_module=twice)
    assert {"forge", "one", "more"} <= set(Registry.load({}).names)


@pytest.mark.parametrize(
    ("one", "two", "said"),
    [
        ("api.acme.dev", "api.acme.dev", "the host api.acme.dev"),
        ("*.acme.dev", "api.acme.dev", "the host *.acme.dev (api.acme.dev)"),
        ("api.acme.dev", "*.acme.dev", "the host api.acme.dev (*.acme.dev)"),
        ("*.acme.dev", "*.acme.dev", "the host *.acme.dev"),
    ],
)
def test_hosts_that_are_the_same_or_overlap_clash(folder: Path, one: str, two: str, said: str):
    install(folder, "pkg-one", {"one": "one_module"}, one_module=plugin("one", one))
    install(folder, "pkg-two", {"two": "two_module"}, two_module=plugin("two", two))
    registry = Registry.load({})
    assert not {"one", "two"} & set(registry.names)
    assert f"pkg-one 1.0 and pkg-two 1.0, which is refused too, both claim {said};" in errors(registry)["one"]
    assert "pkg-one" in errors(registry)["two"]


def test_control_neighbouring_hosts_do_not_clash(folder: Path):
    install(folder, "pkg-one", {"one": "one_module"}, one_module=plugin("one", "*.acme.dev"))
    install(folder, "pkg-two", {"two": "two_module"}, two_module=plugin("two", "acme.dev", "a.b.acme.dev", "*.eu.acme.dev"))
    assert {"one", "two"} <= set(Registry.load({}).names)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (plugin("stripe", "api.other.dev"), "the API 'stripe'"),
        (plugin("other", "api.stripe.com"), "the host api.stripe.com"),
        (plugin("other", "*.stripe.com"), r"the host *.stripe.com (api.stripe.com)"),
    ],
    ids=["api", "host", "pattern"],
)
def test_a_built_in_plugin_stays_and_the_other_is_refused(folder: Path, source: str, said: str):
    install(folder, "aaa-early", {"aaa": "early"}, early=source)
    registry = Registry.load({})
    assert registry.get("stripe").title == "Stripe"
    assert "other" not in registry.names
    assert "aaa-early 1.0 and agentic-api-developer" in errors(registry)["aaa"]
    assert f"which is built in, both claim {said};" in errors(registry)["aaa"]


def test_who_is_refused_by_a_built_in_takes_nobody_along(folder: Path):
    install(folder, "greedy", {"greedy": "greedy_module"}, greedy_module=plugin("greedy", "api.stripe.com", "api.acme.dev"))
    install(folder, "acme", {"acme": "acme_module"}, acme_module=plugin("acme", "api.acme.dev"))
    registry = Registry.load({})
    assert "acme" in registry.names
    assert "built in" in errors(registry)["greedy"]


def test_two_entry_points_of_one_name_with_different_apis_both_work(folder: Path):
    install(folder, "pkg-one", {"same": "one_module"}, one_module=plugin("one"))
    install(folder, "pkg-two", {"same": "two_module"}, two_module=plugin("two"))
    assert {"one", "two"} <= set(Registry.load({}).names)


def test_choosing_a_plugin_that_is_not_installed_names_those_that_are(folder: Path):
    install(folder, "good", {"good": "good_module"}, good_module=plugin("good"))
    with pytest.raises(PluginError) as caught:
        Registry.load({"AGENTIC_LOAD_PLUGINS": "good,godo"})
    assert "AGENTIC_LOAD_PLUGINS names godo, not installed here" in caught.value.message
    assert "good" in caught.value.message
    assert "stripe" in caught.value.message
