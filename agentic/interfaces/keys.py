"""Where live keys come from: the environment first, then the system's keyring. Values are passed on, never shown."""

import json
import os
from collections.abc import Mapping
from typing import Any

from agentic.broker.credentials import key_class
from agentic.core.errors import MissingCredentialsError
from agentic.core.names import PROJECT
from agentic.core.spec import ApiSpec, SecretField
from agentic.registry import Registry


def spec_for(api: str) -> ApiSpec:
    """The spec of `api`, or of the only one installed when `api` is empty."""
    registry = Registry.load()
    return registry.get(api or (registry.names[0] if len(registry.names) == 1 else api))


def live_secret(api: str, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """All fields of the API's secret. Raises `MissingCredentialsError` naming what is missing and where it may be set."""
    spec = spec_for(api)
    found = found_secret(spec, environ)
    missing = [field for field in spec.secrets if field.name not in found]
    if missing:
        names = ", ".join(field.environment[0] if field.environment else field.name for field in missing)
        raise MissingCredentialsError(
            f"--live needs a key for {spec.title}, and none is set", hint=f"set {names}, or run `agentic keys set {spec.name}`"
        )
    return found


def found_secret(spec: ApiSpec, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """The fields of the API's secret that are set: from the environment, else from the keyring."""
    kept = _kept(spec)
    values = {field.name: _from_environment(field, environ) or kept.get(field.name, "") for field in spec.secrets}
    return {name: value for name, value in values.items() if value}


def kind_of(field: SecretField, value: str) -> str:
    """`test`, `live` or `unknown`, from the value's form; the broker judges it in the same way."""
    return key_class((field,), {field.name: value})


def keep(spec: ApiSpec, secret: Mapping[str, str]) -> None:
    """Put the secret into the system's keyring."""
    _keyring_call(spec, "set_password", "secret", json.dumps(dict(secret)))


def status(spec: ApiSpec, environ: Mapping[str, str] = os.environ) -> list[dict[str, str]]:
    """Per field of the secret: where its value is (`environment`, `keyring` or nowhere) and of which kind it is."""
    kept = _kept(spec)
    rows: list[dict[str, str]] = []
    for field in spec.secrets:
        value = _from_environment(field, environ)
        place = "environment" if value else "keyring" if kept.get(field.name) else ""
        value = value or kept.get(field.name, "")
        rows.append({"field": field.name, "title": field.title, "found": place, "kind": kind_of(field, value) if value else ""})
    return rows


def _from_environment(field: SecretField, environ: Mapping[str, str]) -> str:
    return next((environ[name] for name in field.environment if environ.get(name)), "")


def _kept(spec: ApiSpec) -> dict[str, str]:
    try:
        return dict(json.loads(_keyring_call(spec, "get_password", "secret") or "{}"))
    except (MissingCredentialsError, ValueError):
        # No keyring here: then nothing is kept in it.
        return {}


def _keyring_call(spec: ApiSpec, method: str, *arguments: str) -> Any:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise MissingCredentialsError(
            "the package keyring is missing", hint="pip install 'agentic-api-developer[local]'"
        ) from error
    try:
        return getattr(keyring, method)(f"{PROJECT}/{spec.name}", *arguments)
    except KeyringError as error:
        names = ", ".join(field.environment[0] for field in spec.secrets if field.environment)
        raise MissingCredentialsError(
            "this machine has no keyring to keep a key in", hint=f"set the key in the environment instead: {names}"
        ) from error
