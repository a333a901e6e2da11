"""`agentic keys`: ask for a key without showing it, keep it in the system's keyring, tell what is there."""

import argparse
import getpass
import sys

from agentic.core.errors import UsageError
from agentic.interfaces import keys
from agentic.interfaces.terminal import Terminal


def save(options: argparse.Namespace, terminal: Terminal) -> int:
    spec = keys.spec_for(options.api)
    secret = {field.name: _ask(f"{field.title}: ") for field in spec.secrets}
    for field in spec.secrets:
        if not secret[field.name]:
            raise UsageError(f"no {field.title} was given; nothing was kept")
    keys.keep(spec, secret)
    kinds = {field.name: keys.kind_of(field, secret[field.name]) for field in spec.secrets}
    if options.json:
        terminal.json({"api": spec.name, "kept": "keyring", "kinds": kinds})
    for name, kind in kinds.items():
        terminal.line(f"{spec.name} {name}: kept in the keyring ({kind} key)")
    return 0


def status(options: argparse.Namespace, terminal: Terminal) -> int:
    rows = keys.status(options.api)
    if options.json:
        terminal.json({"api": keys.spec_for(options.api).name, "fields": rows})
    for row in rows:
        found = f"{row['kind']} key, in the {row['found']}" if row["found"] else "not set"
        terminal.line(f"{row['title']}: {found}")
    return 0


def _ask(prompt: str) -> str:
    if sys.stdin.isatty():
        return getpass.getpass(prompt).strip()
    return sys.stdin.readline().strip()
