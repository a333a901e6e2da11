"""`agentic keys`: ask for a key without showing it; keep it in the system's keyring or a stack's secret; tell what is there."""

import argparse
import getpass
import sys
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import ExitCode, LocalCloudError, UsageError
from agentic.core.spec import ApiSpec
from agentic.interfaces import key_check, keys
from agentic.interfaces.terminal import Terminal, visible


def save(options: argparse.Namespace, terminal: Terminal) -> int:
    spec = keys.spec_for(options.api)
    if _stack(options):
        return _save_in_stack(options, terminal, spec)
    secret = _asked(spec)
    verdict = _checked(options, spec, secret)
    keys.keep(spec, secret)
    kinds = {field.name: keys.kind_of(field, secret[field.name]) for field in spec.secrets}
    if options.json:
        terminal.json({"api": spec.name, "kept": "keyring", "kinds": kinds, **_as_json(verdict)})
    for name, kind in kinds.items():
        terminal.line(f"{spec.name} {name}: kept in the keyring ({kind} key)")
    _tell(terminal, verdict)
    return 0


def status(options: argparse.Namespace, terminal: Terminal) -> int:
    spec = keys.spec_for(options.api)
    stack = _stack(options)
    if stack and options.check:
        raise UsageError(
            "--check looks at a key of this machine",
            hint=f"agentic keys set {spec.name} --stack {stack} --check checks as it stores",
        )
    if stack:
        from agentic.interfaces import stack_keys

        place, client = _reach(options, spec)
        rows = stack_keys.status(client, place, spec)
        command = stack_keys.keys_set(spec.name, stack, local=options.local)
    else:
        rows, command = keys.status(spec), f"agentic keys set {spec.name}"
    there = options.check and all(row["found"] for row in rows)
    verdict = key_check.check_key(spec, keys.found_secret(spec)) if there else None
    if options.json:
        terminal.json({"api": spec.name, **({"stack": stack} if stack else {}), "fields": rows, **_as_json(verdict)})
    for row in rows:
        kind = f"{row['kind']} key" if row["kind"] else "a key that you may not read"
        place = row["found"] if row["found"] == "Secrets Manager" else f"the {row['found']}"
        terminal.line(f"{row['title']}: {f'{kind}, in {place}' if row['found'] else f'not set (`{command}`)'}")
    _tell(terminal, verdict)
    return ExitCode.FAILED if verdict is not None and verdict.state == key_check.INVALID else ExitCode.DONE


def _save_in_stack(options: argparse.Namespace, terminal: Terminal, spec: ApiSpec) -> int:
    from agentic.interfaces import stack_keys

    place, client = _reach(options, spec)
    stack_keys.expect_secret(client, place, spec.name)
    secret = _asked(spec)
    # Whether the stack may keep it at all comes before anybody else sees it.
    stack_keys.storable(place, spec, secret)
    verdict = _checked(options, spec, secret)
    kind = stack_keys.put_secret(client, place, spec, secret)
    if options.json:
        terminal.json({"api": spec.name, "stack": place.stack, "kept": "Secrets Manager", "kind": kind, **_as_json(verdict)})
    terminal.line(f"{spec.name}: kept in Secrets Manager of stack {place.stack} ({kind} key); used within a minute")
    _tell(terminal, verdict)
    return 0


def _checked(options: argparse.Namespace, spec: ApiSpec, secret: Mapping[str, str]) -> key_check.KeyVerdict | None:
    return key_check.worth_keeping(spec, secret) if options.check else None


def _as_json(verdict: key_check.KeyVerdict | None) -> dict[str, Any]:
    return {} if verdict is None else {"check": {"state": verdict.state, "kind": verdict.kind, "text": verdict.text}}


def _tell(terminal: Terminal, verdict: key_check.KeyVerdict | None) -> None:
    if verdict is not None:
        terminal.line(visible(verdict.text))


def _stack(options: argparse.Namespace) -> str:
    if options.local and not options.stack:
        raise UsageError("--local needs --stack", hint=f"agentic keys {options.action} {options.api} --stack dev --local")
    return str(options.stack)


def _reach(options: argparse.Namespace, spec: ApiSpec) -> tuple[Any, Any]:
    """The stack's place, and a client of its Secrets Manager."""
    from dataclasses import replace

    from agentic.interfaces import stack_keys

    place = stack_keys.place_of(options.stack, [spec])
    if options.local:
        place = replace(place, local=True)
        return place, stack_keys.local_secrets_client(place, _ask_local_cloud)
    return place, stack_keys.secrets_client(place)


def _ask_local_cloud(operation: str, arguments: Mapping[str, Any]) -> Any:
    from agentic.local import control

    with control.connect(control.home()) as remote:
        if remote is None:
            raise LocalCloudError("no local cloud is running in this folder", hint="`agentic local start` starts it")
        return remote.request(operation, arguments, lambda event: None)


def _asked(spec: ApiSpec) -> dict[str, str]:
    secret = {field.name: _ask(f"{field.title}: ") for field in spec.secrets}
    for field in spec.secrets:
        if not secret[field.name]:
            raise UsageError(f"no {field.title} was given; nothing was kept")
    return secret


def _ask(prompt: str) -> str:
    try:
        return (getpass.getpass(prompt) if sys.stdin.isatty() else sys.stdin.readline()).strip()
    except EOFError:
        return ""
    except UnicodeDecodeError:
        raise UsageError("what was given is no text; nothing was kept", hint="copy the key anew") from None
