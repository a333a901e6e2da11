"""`agentic plugins list`: what is installed, and why what is broken was left out. `doctor`: whether each plugin works here."""

import argparse
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from agentic.core.errors import AgenticError, ExitCode, UsageError
from agentic.core.spec import ApiSpec
from agentic.interfaces import key_check, keys
from agentic.interfaces.checklist import Item, bad, good, note, show
from agentic.interfaces.plugin_probe import facts_of, probe
from agentic.interfaces.plugin_rows import row_of, sdk_of
from agentic.interfaces.terminal import Terminal, visible
from agentic.registry import LoadedPlugin, Registry
from agentic.registry.registry import STRICT

_TRUST = "A plugin is code that you trust: installing one lets it run on this machine."
_HEADS = ("API", "status", "surface", "from", "SDK", "key", "fake", "recipes", "hosts")


def listing(options: argparse.Namespace, terminal: Terminal) -> int:
    """Every installed plugin. Exit code 1 only where a broken one is an error (AGENTIC_STRICT_PLUGINS)."""
    rows = [row_of(plugin) for plugin in _registry().plugins]
    if options.json:
        terminal.json({"plugins": rows})
    else:
        _table(rows, terminal)
    strict = os.environ.get(STRICT) == "1" and any(row["error"] for row in rows)
    return ExitCode.FAILED if strict else ExitCode.DONE


def doctor(options: argparse.Namespace, terminal: Terminal) -> int:
    """Each plugin tried out: its SDK, its fake, its recipes, its key. Exit code 1 when something does not work."""
    registry = _registry()
    chosen = [plugin for plugin in registry.plugins if not options.name or options.name in _names(plugin)]
    if not chosen:
        known = ", ".join(plugin.name for plugin in registry.plugins) or "none"
        raise UsageError(f"no plugin {options.name!r}; installed: {known}", hint="`agentic plugins list` shows all")
    items = [item for plugin in chosen for item in _plugin(plugin, terminal, ask=options.check_keys)]
    return show(items, terminal)


def _registry() -> Registry:
    # Here a broken plugin is what is to be shown, also where it is an error elsewhere.
    return Registry.load({name: value for name, value in os.environ.items() if name != STRICT})


def _names(plugin: LoadedPlugin) -> tuple[str, ...]:
    return (plugin.name, *plugin.claims, *(spec.name for spec in plugin.apis))


def _table(rows: Sequence[Mapping[str, Any]], terminal: Terminal) -> None:
    lines = [cells for row in rows for cells in _lines(row)]
    widths = [max(len(cells[column]) for cells in (_HEADS, *lines)) for column in range(len(_HEADS) - 1)]
    terminal.line(terminal.paint("dim", _joined(_HEADS, widths)))
    reasons = {row["name"]: row["error"] for row in rows if row["error"]}
    for cells in lines:
        text = _joined(cells, widths)
        style = "green" if cells[1] == "ok" else "red"
        start = widths[0] + 2
        terminal.line(text[:start] + terminal.paint(style, text[start : start + widths[1]]) + text[start + widths[1] :])
    for name, reason in reasons.items():
        terminal.line()
        terminal.line(f"{terminal.paint('red', f'{visible(name)} is broken')}: {visible(reason)}")
    terminal.line()
    terminal.line(terminal.paint("dim", _TRUST))


def _joined(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = [cell.ljust(width) for cell, width in zip(cells[:-1], widths, strict=True)]
    return "  ".join([*padded, cells[-1]]).rstrip()


def _lines(row: Mapping[str, Any]) -> Iterator[tuple[str, ...]]:
    origin = visible(f"{'built in' if row['built_in'] else row['package']} {row['version']}")
    if row["error"]:
        yield (visible(row["name"]), "broken", "", origin, "", "", "", "", "")
    for api in row["apis"]:
        hosts: list[str] = api["hosts"]
        more = f" and {len(hosts) - 1} more" if len(hosts) > 1 else ""
        yield (
            api["name"],
            "ok",
            str(api["surface_version"]),
            origin,
            _sdk_text(api["sdk"]),
            _key_text(api["secrets"]),
            "yes" if api["fake"] else "no",
            str(api["recipes"]),
            hosts[0] + more,
        )


def _sdk_text(sdk: Mapping[str, Any]) -> str:
    if not sdk["installed"]:
        return f"{visible(sdk['distribution'])}: not installed"
    return f"{visible(sdk['distribution'])} {visible(sdk['installed'])}{' (does not fit)' if sdk['fits'] is False else ''}"


def _key_text(secrets: Sequence[Mapping[str, str]]) -> str:
    if not secrets:
        return "none needed"
    places = sorted({row["found"] for row in secrets if row["found"]})
    if not all(row["found"] for row in secrets):
        return "partly set" if places else "not set"
    kinds = {row["kind"] for row in secrets} - {"unknown"}
    return f"{'live key' if 'live' in kinds else 'test key' if kinds else 'set'}, {' and '.join(places)}"


def _plugin(plugin: LoadedPlugin, terminal: Terminal, *, ask: bool) -> Iterator[Item]:
    if plugin.error:
        step = f"pip install --upgrade {plugin.package}, or uninstall it; AGENTIC_LOAD_PLUGINS loads only the named ones"
        yield bad(f"plugin {plugin.name}", f"{plugin.error} ({plugin.origin})", step)
    for spec in plugin.apis:
        terminal.notice(f"trying {spec.title}")
        known = "built in" if plugin.built_in else plugin.package
        yield good(spec.name, f"{spec.title}, {known} {plugin.version}, plugin surface {spec.surface_version}")
        yield _sdk_item(spec)
        yield _fake_item(spec)
        yield from _recipe_items(spec)
        yield _key_item(spec, ask=ask)


def _sdk_item(spec: ApiSpec) -> Item:
    name, sdk = f"{spec.name} SDK", sdk_of(spec)
    install = f"pip install '{spec.sdk.requirement}'"
    if not sdk["installed"]:
        return bad(name, f"{sdk['distribution']} is not installed", install)
    if sdk["fits"] is False:
        return bad(name, f"{sdk['distribution']} {sdk['installed']} is not {spec.sdk.requirement}", install)
    works, text = probe("sdk", facts_of(spec, "sdk"))
    said = f"{sdk['distribution']} {sdk['installed']}: {text}"
    return good(name, said) if works else bad(name, said, f"{install}, or tell the plugin's author")


def _fake_item(spec: ApiSpec) -> Item:
    name = f"{spec.name} fake"
    if not spec.fake:
        return note(name, "none: only runs on the real API (--live) are possible")
    works, text = probe("fake", facts_of(spec, "fake"))
    return good(name, text) if works else bad(name, text, "tell the plugin's author; --live does without")


def _recipe_items(spec: ApiSpec) -> Iterator[Item]:
    from agentic.core.cache import cache_folder
    from agentic.validator import SdkIndex, ValidationPolicy, validate
    from agentic.validator.describe import cached_index, installed, packages_of

    name = f"{spec.name} recipes"
    if not spec.recipes:
        yield note(name, "none: the offline model cannot use this API")
        return
    try:
        content = cached_index(spec.sdk, installed(packages_of(spec.sdk)), cache_folder())
    except AgenticError as error:
        yield bad(name, error.message, error.hint)
        return
    policy = ValidationPolicy.for_spec(spec, SdkIndex(content) if content else None)
    refused = [(recipe.name, verdict) for recipe in spec.recipes if not (verdict := validate(recipe.script, policy)).valid]
    for recipe, verdict in refused:
        yield bad(name, f"{recipe} is not a valid script: {verdict.summary}", "tell the plugin's author")
    if not refused:
        yield good(name, f"{len(spec.recipes)}, all valid")


def _key_item(spec: ApiSpec, *, ask: bool) -> Item:
    name, rows = f"{spec.name} key", keys.status(spec)
    text = _key_text(rows)
    if not rows:
        return good(name, text)
    if not all(row["found"] for row in rows):
        return note(name, f"{text}; only runs on the real API (--live) need it", f"agentic keys set {spec.name}")
    if not ask:
        return good(name, text)
    verdict = key_check.check_key(spec, keys.found_secret(spec))
    if verdict.state == key_check.INVALID:
        return bad(name, f"{text}; {verdict.text}", f"agentic keys set {spec.name} --check")
    return good(name, f"{text}; {verdict.text}") if verdict.state == key_check.VALID else note(name, f"{text}; {verdict.text}")
