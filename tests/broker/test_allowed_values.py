"""Operations that take a field with some values only: once, under its very name, in a form, in JSON and in multipart."""

import dataclasses

import pytest

from agentic.apis.stripe import STRIPE
from agentic.broker.rules import Allowed, Rules
from agentic.core.spec import ApiSpec, Host, Operation
from agentic.core.wire import HttpRequest

_FORM = "application/x-www-form-urlencoded"
_MULTIPART = "multipart/form-data; boundary=abc"


def _spec(operation: Operation) -> ApiSpec:
    return dataclasses.replace(STRIPE, name="acme", hosts=(Host("api.acme.dev", (operation,)),), refused=(), key_check=None)


OPERATION = Operation("POST", "/files", "files", allowed_values=(("purpose", ("evidence", "logo")),))
RULES = Rules(_spec(OPERATION))
BARE = Rules(_spec(dataclasses.replace(OPERATION, allowed_values=())))


def _asked(body: str, content_type: str = _FORM, query: str = "") -> HttpRequest:
    return HttpRequest("POST", f"https://api.acme.dev/files{query}", (("Content-Type", content_type),), body.encode())


def _part(name: str, value: str, more: str = "") -> str:
    return f'--abc\r\nContent-Disposition: form-data; name="{name}"{more}\r\n\r\n{value}\r\n'


def _multipart(*parts: str) -> HttpRequest:
    return _asked("".join(parts) + "--abc--\r\n", _MULTIPART)


@pytest.mark.parametrize(
    "request_",
    [
        _asked("purpose=logo&a=1"),
        _asked('{"purpose": "evidence"}', "application/json"),
        _multipart(_part("purpose", "logo"), _part("file", "x", '; filename="a"')),
    ],
)
def test_one_of_the_values_is_let_through(request_: HttpRequest):
    assert isinstance(RULES.judge(request_), Allowed)


@pytest.mark.parametrize(
    "request_",
    [
        _asked("purpose=identity"),
        _asked("a=1"),
        _asked(""),
        _asked("purpose=logo&purpose=identity"),
        _asked("purpose=logo", query="?purpose=identity"),
        _asked("purpose=logo&Purpose=identity"),
        _asked("purpose=logo&purpose[]=identity"),
        _asked("purpose[0]=logo"),
        _asked("PURPOSE=logo"),
        _asked("purpose=Logo"),
        _asked('{"purpose": ["logo"]}', "application/json"),
        _asked('{"purpose": {"a": "logo"}}', "application/json"),
        _multipart(_part("purpose", "identity")),
        _multipart(_part("purpose", "logo"), _part("purpose", "identity")),
        _multipart(_part("purpose", "logo", '; filename="a"')),
    ],
)
def test_anything_else_is_refused_and_without_the_rule_let_through(request_: HttpRequest):
    assert not isinstance(RULES.judge(request_), Allowed)
    assert isinstance(BARE.judge(request_), Allowed)


def test_the_rule_survives_freezing():
    spec = _spec(OPERATION)
    import json

    assert ApiSpec.from_data(json.loads(json.dumps(spec.to_data()))) == spec
