"""Turns what somebody wrote as settings into the arguments of `Settings`, and finds every fault of it at once."""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from agentic.core.errors import ConfigurationError
from agentic.core.key_forms import KeyForms, looks_like_key, named
from agentic.core.names import PROJECT
from agentic.core.setting import Setting

NAMESPACE = "agentic:"
LIVE_KEYS = "live_keys"

_NO_KEYS_HERE = "keys never stand in settings"
_LIVE = Setting(name=LIVE_KEYS, default=False, help="")
# A longer key is nobody's slip of the pen, and comparing it with every setting takes its time.
_LONGEST_SLIP = 60


@dataclass(frozen=True, slots=True)
class Reader:
    """How one kind of source is read: how it spells keys, how its values become ones of a kind, which it keeps encrypted."""

    declared: Iterable[Setting]
    spelled: Callable[[str], str]
    take: Callable[[Any, type], Any]
    encrypted: Collection[str] = ()
    key_forms: KeyForms = ()

    def read(self, values: Mapping[str, Any], faults: Iterable[str] = ()) -> dict[str, Any]:
        """Arguments for `Settings`. Raises `ConfigurationError` with `faults` and all those found here."""
        known = {setting.key: setting for setting in self.declared if setting.name != LIVE_KEYS}
        found, live = list(faults), list[str]()
        fields: dict[str, Any] = {setting.name: setting.default for setting in known.values()}
        for key, given in values.items():
            spelled = self.spelled(named(key, self.key_forms))
            api = key.removesuffix(f".{LIVE_KEYS}")
            setting = known.get(key) or (_LIVE if api != key else None)
            if setting:
                fields.pop(setting.name, None)
            if key in self.encrypted or is_encrypted(given):
                found.append(f"{spelled} is encrypted, but no setting is a secret: {_NO_KEYS_HERE}")
            elif looks_like_key([key, given], self.key_forms):
                found.append(f"{spelled} holds what looks like a key: {_NO_KEYS_HERE}")
            elif setting is None:
                found.append(f"{spelled} is not a setting{_did_you_mean(key, known)}")
            else:
                value = self.take(given, setting.kind)
                wrong = list(setting.faults(spelled, value, self.key_forms))
                found += wrong
                if setting is _LIVE:
                    live += [api] if value is True else []
                elif not wrong:
                    fields[setting.name] = value
        fields[LIVE_KEYS] = tuple(live)
        check([*found, *together(fields, self.spelled)], known)
        return fields


def together(fields: Mapping[str, Any], spelled: Callable[[str], str]) -> Iterator[str]:
    """What is wrong with settings that are each right. One that is missing has its own fault, and is not judged."""
    apis = fields.get("apis")
    if apis == ():
        yield f"{spelled('apis')} must name at least one API by its plugin name"
    for api in fields.get(LIVE_KEYS, ()) if apis else ():
        if api not in apis:
            yield f"{spelled(f'{named(api)}.{LIVE_KEYS}')} names an API that {spelled('apis')} does not enable"
    for setting in ("closed_families", "open_families") if apis else ():
        for name in fields.get(setting, ()):
            if name.partition(".")[0] not in apis:
                yield f"{spelled(setting)} names {named(name)}, of an API that {spelled('apis')} does not enable"
    if both := sorted({*fields.get("closed_families", ())} & {*fields.get("open_families", ())}):
        yield f"{spelled('closed_families')} and {spelled('open_families')} both name {named(both[0])}"
    missing = [key for key in ("http_jwt_issuer", "http_jwt_audience") if key in fields and not fields[key]]
    if fields.get("http") == "jwt" and missing:
        yield f"{spelled('http')} jwt needs {' and '.join(map(spelled, missing))}"
    if fields.get("agent_instances", 1) > 1 and fields.get("backend", "harness") != "harness":
        yield f"{spelled('agent_instances')} must be 1 with backend {fields['backend']}: it is for harnesses"
    if fields.get("reserved_concurrency") == 1 and fields.get("backend") in {"harness", "classic"}:
        yield f"{spelled('reserved_concurrency')} must be 0 or at least 2, not 1: two functions invoke themselves"


def foreign(config: Mapping[str, str], encrypted: Collection[str], forms: KeyForms, keys: Collection[str]) -> Iterator[str]:
    """Faults of a stack's configuration outside of `agentic:`. `keys` are those of the settings."""
    for key, text in config.items():
        if key.startswith(NAMESPACE):
            continue
        if key not in encrypted and not is_encrypted(text) and looks_like_key([key, text], forms):
            yield f"{named(key, forms)} holds what looks like a key in plain text: {_NO_KEYS_HERE}"
        # What `pulumi config set apis …` writes when the namespace is forgotten.
        elif key.removeprefix(f"{PROJECT}:") in keys:
            yield f"{key} is not read: write {NAMESPACE}{key.removeprefix(f'{PROJECT}:')}"


def check(faults: Collection[str], keys: Iterable[str]) -> None:
    """Raises `ConfigurationError` for any fault. `keys` are those that could have been given."""
    if not faults:
        return
    hint = f"settings: {', '.join(keys)}, <api>.{LIVE_KEYS}"
    if any(_NO_KEYS_HERE in fault for fault in faults):
        hint = "take it out (and replace a key that others could read); `agentic keys set API --stack NAME` stores keys"
    raise ConfigurationError("; ".join(faults), hint=hint, faults=tuple(faults))


def is_encrypted(given: Any) -> bool:
    """Whether it is a value as a stack file keeps an encrypted one: `{secure: …}`, or its JSON text."""
    if isinstance(given, str) and given.lstrip().startswith("{"):
        try:
            given = json.loads(given)
        except (ValueError, RecursionError):
            return False
    return isinstance(given, dict) and set(cast("dict[Any, Any]", given)) == {"secure"}


def _did_you_mean(key: str, known: Iterable[str]) -> str:
    import difflib

    api, dot, _ = key.rpartition(".")
    # The key itself, in Python's spelling, and as one more API's.
    candidates = [*known, *([f"{api}.{LIVE_KEYS}"] if dot else [])]
    asked = key.replace("__", ".").replace("-", "_").lower()
    near = difflib.get_close_matches(asked, candidates, 1) if len(key) <= _LONGEST_SLIP else []
    return f"; did you mean {near[0]}?" if near else ""
