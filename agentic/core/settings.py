"""The settings of a stack, each declared once: its key, type, default and help. Everything else is derived from here.

A setting is `agentic:<key>` in `Pulumi.<stack>.yaml` and the field of the same name in Python (dots become two
underscores). `<api>.live_keys` exists once per enabled API.
"""

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Self, cast

from agentic.core.errors import ConfigurationError

_NAMESPACE = "agentic:"

WALLS = ("process", "limits", "privileges", "files", "system-calls", "network")
"""The walls around a script, as the sandbox knows them (`agentic.sandbox.WALLS`)."""

HAIKU = "us.anthropic.claude-haiku-5-5"


def _setting(default: Any, help_text: str, *, minimum: float | None = None, choices: tuple[str, ...] = ()) -> Any:
    metadata = {"help": help_text, "minimum": minimum, "choices": choices}
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One stack's settings. Build with `from_config`, which reports every fault at once."""

    apis: tuple[str, ...] = _setting(("stripe",), "APIs that the stack offers, by plugin name")
    architecture: str = _setting("x86_64", "processor of the functions", choices=("x86_64", "arm64"))
    bucket_suffix: str = _setting("", "end of the bucket's name; empty means the account id")
    delete_artifacts_after_days: int = _setting(0, "days until scripts and logs expire; 0 keeps them", minimum=0)
    live_keys: tuple[str, ...] = _setting((), "APIs whose live keys are accepted; set as <api>.live_keys: true")
    log_retention_days: int = _setting(7, "days that log groups keep their entries", minimum=1)
    model__executor: str = _setting(HAIKU, "model or inference profile of the executor agent")
    model__generator: str = _setting(HAIKU, "model or inference profile of the generator agent")
    model__orchestrator: str = _setting(HAIKU, "model or inference profile of the orchestrator agent")
    protect: bool = _setting(False, "keep bucket and secrets from being destroyed with the stack")
    python_runtime: str = _setting("python3.12", "runtime of the functions", choices=("python3.12", "python3.13", "python3.14"))
    run_calls: int = _setting(100, "API calls that one run may make", minimum=1)
    run_seconds: int = _setting(30, "seconds that a script may take", minimum=1)
    sandbox__require: tuple[str, ...] = _setting(
        WALLS, "walls without which no script runs; a shorter list is a weaker sandbox", choices=WALLS
    )
    tool_wait: float = _setting(25.0, "seconds a tool waits before it answers still_running", minimum=1)

    @classmethod
    def from_config(cls, config: Mapping[str, str]) -> Self:
        """Settings from texts as Pulumi keeps them (`agentic:` already removed). Raises `ConfigurationError`."""
        known = {_key(item): item for item in dataclasses.fields(cls) if item.name != "live_keys"}
        values: dict[str, Any] = {}
        live: list[str] = []
        faults: list[str] = []
        for key, text in config.items():
            if key.endswith(".live_keys"):
                live += [key.removesuffix(".live_keys")] if _parse(key, text, False, faults) else []
            elif key in known:
                values[known[key].name] = _parse(key, text, _default(known[key]), faults)
            else:
                faults.append(f"agentic:{key} is not a setting")
        settings = cls(**{name: value for name, value in values.items() if value is not None}, live_keys=tuple(live))
        for item in known.values():
            faults += _check(item, getattr(settings, item.name))
        faults += [
            f"agentic:{api}.live_keys names an API that agentic:apis does not enable"
            for api in live
            if api not in settings.apis
        ]
        if faults:
            raise ConfigurationError("; ".join(faults), hint=f"settings: {', '.join(known)}, <api>.live_keys")
        return settings

    @classmethod
    def describe(cls) -> list[tuple[str, str, str]]:
        """Each setting as (key, default, help), for docs and help texts."""
        return [(_key(item), json.dumps(_default(item)), item.metadata["help"]) for item in dataclasses.fields(cls)]


def own_settings(config: Mapping[str, str]) -> dict[str, str]:
    """This project's settings among a stack's configuration ("agentic:apis", "aws:region"), without their `agentic:`."""
    return {key.removeprefix(_NAMESPACE): text for key, text in config.items() if key.startswith(_NAMESPACE)}


def _key(item: dataclasses.Field[Any]) -> str:
    return "<api>.live_keys" if item.name == "live_keys" else item.name.replace("__", ".")


def _default(item: dataclasses.Field[Any]) -> Any:
    default: Any = item.default
    return default


def _parse(key: str, text: str, like: Any, faults: list[str]) -> Any:
    """`text` as a value of the same kind as `like`; None, and a fault, when it is not one."""
    kind: type = like.__class__
    if kind is str:
        return text
    value: Any
    try:
        value = json.loads(text)
    except ValueError:
        value = text
    if kind is tuple and isinstance(value, str):
        value = [part.strip() for part in value.split(",") if part.strip()]
    if kind is float and type(value) is int:
        value = float(value)
    expected = list if kind is tuple else kind
    if type(value) is not expected:
        names = {int: "a whole number", float: "a number", bool: "true or false", tuple: "a list of names"}
        faults.append(f"agentic:{key} must be {names[kind]}, not {text!r}")
        return None
    return tuple(value) if kind is tuple else value


def _check(item: dataclasses.Field[Any], value: Any) -> Iterator[str]:
    key, minimum, choices = _key(item), item.metadata["minimum"], item.metadata["choices"]
    if minimum is not None and value < minimum:
        yield f"agentic:{key} must be at least {minimum}, not {value}"
    several = isinstance(value, tuple)
    for one in cast("tuple[Any, ...]", value if several else (value,)):
        if choices and one not in choices:
            yield f"agentic:{key} must be {'of' if several else 'one of'} {', '.join(choices)}, not {one!r}"
    if item.name == "apis" and not (value and all(re.fullmatch(r"[a-z][a-z0-9_]*", str(name)) for name in value)):
        yield "agentic:apis must name at least one API by its plugin name"
