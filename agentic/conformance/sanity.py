"""What a spec must be to make sense as a whole. `ApiSpec` itself refuses what could not work at all."""

import ast
import importlib
import json
import re
from collections import Counter
from collections.abc import Iterator

from agentic.broker.refusal import refuse
from agentic.broker.rules import Refused, Rules
from agentic.core.key_forms import looks_like_key
from agentic.core.operation_paths import PLACEHOLDER
from agentic.core.spec import ApiSpec, CredentialKind, SecretField
from agentic.core.wire import HttpRequest

from .echo import requests

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_ONLY_PLACEHOLDERS = re.compile(r"(?:/\{\w+(?:\.\.\.)?\})+")
_REQUIREMENT = re.compile(r"[A-Za-z0-9][\w.-]*(?:\[[\w.,\s-]*\])?\s*(?:(?:[<>=!~]=?|===)\s*[\w.*+!-]+\s*,?\s*)*(?:;.*)?")
_EXAMPLE_RANDOM = "0123456789abcdef0123456789abcdef"


def faults(spec: ApiSpec) -> Iterator[str]:
    """What is wrong, each in a line that says what to do."""
    if not spec.title.strip():
        yield "`title` is empty: people read it"
    if not spec.words:
        yield "`words` is empty: nothing tells that a task is for this API when it is not named"
    if not spec.fake:
        yield "`fake` is empty: write a local stand-in (agentic/core/fake.py says what it is), so that people can try the API"
    if not spec.recipes:
        yield "`recipes` is empty: at least one task with a script known to work is needed"
    if not _REQUIREMENT.fullmatch(spec.sdk.requirement):
        yield f"`sdk.requirement` {spec.sdk.requirement!r} is not a requirement such as 'acme-sdk>=2,<3'"
    yield from _operations(spec)
    for rate in spec.rates:
        if rate.family and rate.family not in spec.families:
            yield f"`rates`: {rate.family!r} is not the family of any operation, so that the rate counts nothing"
    for secret in spec.secrets:
        yield from _secret(secret)
    if spec.secrets and not any(host.credential for host in spec.hosts):
        yield "no host has a `credential`: the key would never be used"
    yield from _references(spec)
    yield from _refusal(spec)
    yield from _recipes(spec)
    yield from _key_check(spec)


def _operations(spec: ApiSpec) -> Iterator[str]:
    for host in spec.hosts:
        if not host.operations:
            yield f"the host {host.name} has no operation: nothing can be asked of it"
        seen = Counter((operation.method, PLACEHOLDER.sub("{}", operation.path)) for operation in host.operations)
        for (method, path), number in seen.items():
            if number > 1:
                yield f"{host.name}: {method} {path} is declared {number} times"
        for operation in host.operations:
            if operation.method not in _METHODS:
                yield f"{host.name}: {operation.method!r} is not a method in capital letters"
            if _ONLY_PLACEHOLDERS.fullmatch(operation.path) and (operation.writes or host.credential):
                yield f"{host.name}: {operation.method} {operation.path} allows every path of that length; name its segments"
    rules = Rules(spec)
    for operation, request in requests(spec):
        judged = rules.judge(request)
        if isinstance(judged, Refused):
            yield f"{operation.method} {operation.path} is declared, and refused all the same: {judged.reason}"


def _secret(secret: SecretField) -> Iterator[str]:
    name = f"the secret's field {secret.name!r}"
    if not secret.environment:
        yield f"{name} has no name in `environment`: scripts cannot ask for it"
    if not secret.placeholder:
        yield f"{name} has no `placeholder`: SDKs refuse an empty key"
    value = secret.fake_value.replace("{random}", _EXAMPLE_RANDOM)
    if "{random}" not in secret.fake_value:
        yield f"{name}: `fake_value` needs '{{random}}': the fake's key is also what keeps others of this machine out"
    for what, text in (("test_pattern", secret.test_pattern), ("live_pattern", secret.live_pattern)):
        try:
            re.compile(text)
        except re.error as error:
            yield f"{name}: `{what}` {text!r} is not a pattern ({error})"
            return
    if secret.test_pattern and not re.fullmatch(secret.test_pattern, value):
        yield f"{name}: `fake_value` does not fit `test_pattern`, so the fake's key would not count as a test key"
    for what, text in (("placeholder", secret.placeholder), ("fake_value", value)):
        if secret.live_pattern and re.fullmatch(secret.live_pattern, text):
            yield f"{name}: `{what}` has the form of a live key"


def _references(spec: ApiSpec) -> Iterator[str]:
    named = {"fake": spec.fake}
    for number, host in enumerate(spec.hosts):
        if host.credential and host.credential.kind is CredentialKind.SIGN:
            named[f"hosts[{number}].credential"] = host.credential.template
    for part, reference in named.items():
        module, colon, name = reference.partition(":")
        if not reference:
            continue
        try:
            found = colon and callable(getattr(importlib.import_module(module), name))
        except Exception as error:  # noqa: BLE001 # a plugin's code: whatever it raises is the fault
            yield f"`{part}` names {reference!r}, which cannot be imported: {type(error).__name__}: {error}"
        else:
            if not found:
                yield f"`{part}` is {reference!r}, not 'module:callable'"


def _refusal(spec: ApiSpec) -> Iterator[str]:
    try:
        answer = refuse(spec.refusal, 'why "not"')
        if "json" in spec.refusal.content_type:
            json.loads(answer.body)
    except (KeyError, IndexError, ValueError) as error:
        yield f"`refusal.body` is no template with {{message}} that gives {spec.refusal.content_type}: {error!r}"
        return
    if b"why" not in answer.body:
        yield "`refusal.body` has no {message}: nobody would learn why"


def _recipes(spec: ApiSpec) -> Iterator[str]:
    for name, number in Counter(recipe.name for recipe in spec.recipes).items():
        if number > 1:
            yield f"{number} recipes are named {name!r}"
    for recipe in spec.recipes:
        try:
            ast.parse(recipe.script)
        except SyntaxError as error:
            yield f"recipe {recipe.name!r}: its script is no Python (line {error.lineno})"
        if not recipe.words:
            yield f"recipe {recipe.name!r}: without `words` every task would fit"
        if looks_like_key(recipe.script):
            yield f"recipe {recipe.name!r}: its script holds what looks like a key; read it from os.environ"


def _key_check(spec: ApiSpec) -> Iterator[str]:
    check = spec.key_check
    if check is None:
        return
    judged = Rules(spec).judge(HttpRequest("GET", f"https://{check.host}{check.path}"))
    if isinstance(judged, Refused):
        yield f"`key_check` asks for what is refused: {judged.reason}"
    elif judged.operation.writes:
        yield f"`key_check` asks for {check.path}, which writes; take an operation that only reads"
