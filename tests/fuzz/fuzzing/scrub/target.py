"""The target: `scrub`, under every way of giving credentials, with answers that hold the secret and answers that do not."""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

from agentic.broker.scrub import scrub
from agentic.core.errors import BrokerError
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Sdk, SecretField
from agentic.core.wire import HttpResponse
from fuzzing.scrub.cases import Case, make
from fuzzing.scrub.reader import DEPTH, fields_left, readable
from fuzzing.target import Disagreement, Target

Scrub = Callable[[ApiSpec, HttpResponse, Mapping[str, str]], HttpResponse]

FIELDS = ("secret", "cvc", "card.number")
_OF_THE_CONNECTION = frozenset({"connection", "transfer-encoding", "content-length", "set-cookie", "alt-svc"})
# From this length on a secret must not be readable; from `_LEAST` on it may be removed, which changes answers.
_SHORTEST, _LEAST = 8, 4
# Nested deeper, and numbers longer, than Python's JSON reads.
_UNSEARCHABLE = re.compile(rb"\[{500}|[0-9]{4300}")
_SPECS: dict[str, ApiSpec] = {}


def _spec(template: str) -> ApiSpec:
    if template not in _SPECS:
        kind = CredentialKind.BASIC if ":" in template else CredentialKind.HEADER
        _SPECS[template] = ApiSpec(
            name="answering",
            title="Answering",
            sdk=Sdk("answering", ("answering",)),
            hosts=(Host("api.example.com", (), Credential(kind, template, "Authorization")),),
            secrets=(SecretField("api_key", "key", ("KEY",), "x"), SecretField("user", "user", (), "x")),
            prompt="",
            scrubbed_fields=FIELDS,
        )
    return _SPECS[template]


def check_with(clean: Scrub) -> Callable[[Case], str]:
    """The check of a case with some way to scrub: the broker's, or (for a control) something weaker."""

    def check(case: Case) -> str:
        template, secret, response = case
        try:
            got = clean(_spec(template), response, secret)
        except BrokerError:
            # The whole answer is withheld, which nothing but the secret or a body that cannot be searched is worth.
            if not _holds_secret(response, secret) and not _UNSEARCHABLE.search(response.body):
                raise Disagreement("an answer without the secret was withheld") from None
            return "withheld"
        _check_secret(got, secret)
        left = fields_left(got.body, FIELDS)
        if left:
            raise Disagreement("a field that is to be removed is left", left[:3])
        changed = _changed(response, got)
        if changed and not _holds_secret(response, secret):
            raise Disagreement(f"without the secret in it, an answer's {changed} changed", got)
        return "scrubbed" if changed else "left alone"

    return check


def _check_secret(got: HttpResponse, secret: Mapping[str, str]) -> None:
    parts = [
        ("body", got.body),
        *((f"header {name}", f"{name}: {value}".encode("utf-8", "replace")) for name, value in got.headers),
    ]
    for where, data in parts:
        for field, value in secret.items():
            how = readable(data, value) if len(value) >= _SHORTEST else ""
            if how:
                raise Disagreement("the secret can be read from the answer", f"{field} in {where}: {how}")


def _holds_secret(response: HttpResponse, secret: Mapping[str, str]) -> bool:
    """Whether there was anything to remove, also for a reader who puts together what stands apart."""
    whole = b"\n".join((response.body, *(f"{name}: {value}".encode("utf-8", "replace") for name, value in response.headers)))
    together = whole.translate(None, b" \t\r\n:,-[]")
    values = [value for value in secret.values() if len(value) >= _LEAST]
    values += [re.sub("[ :,-]", "", value) for value in values]
    return any(readable(data, value, 2 * DEPTH) for value in values for data in (whole, together))


def _changed(response: HttpResponse, got: HttpResponse) -> str:
    """What is not as it was, but for headers of the connection and the named fields; "" if nothing is."""
    kept = tuple((name, value) for name, value in response.headers if name.lower() not in _OF_THE_CONNECTION and name.isascii())
    if got.status != response.status or got.headers != kept:
        return "headers"
    try:
        alike = got.body == response.body or _without(json.loads(response.body), ()) == json.loads(got.body)
    except ValueError:
        alike = False
    return "" if alike else "body"


def _without(data: Any, path: tuple[str, ...]) -> Any:
    if isinstance(data, list):
        return [_without(item, path) for item in data]
    if not isinstance(data, dict):
        return data
    changed: dict[str, Any] = {}
    for name, value in data.items():
        here = (*path, name)
        named = value is not None and any(f".{'.'.join(here)}".endswith(f".{wanted}") for wanted in FIELDS)
        changed[name] = "[removed]" if named else _without(value, here)
    return changed


TARGET = Target("scrub", make, check_with(scrub), share=0.2)
