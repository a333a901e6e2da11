"""Whatever an author gets wrong in a spec is told in words that say what to write, all of it in one message."""

import dataclasses
import time
from pathlib import Path
from typing import Any

import pytest

from agentic.core.errors import PluginError
from agentic.core.frozen import FILE_NAME, freeze, thaw
from agentic.core.rates import Rate
from agentic.core.spec import (
    Credential,
    CredentialKind,
    Host,
    KeyCheck,
    Operation,
    Parameter,
    Recipe,
    Refusal,
    Sdk,
    SecretField,
)
from agentic.core.spec_faults import LARGEST_BYTES, MOST_OPERATIONS
from tests.core.test_spec import spec

GET = Operation("GET", "/things", "things")
KEY = Credential(CredentialKind.HEADER, "Bearer {key}", "Authorization")
SECRET = SecretField("key", "Acme key", ("ACME_KEY",), "placeholder")


def hosts(*operations: Operation, name: str = "api.acme.dev", credential: Credential | None = KEY) -> dict[str, Any]:
    return {"hosts": (Host(name, operations or (GET,), credential),)}


def credential(kind: CredentialKind, template: str, name: str = "") -> dict[str, Any]:
    return hosts(credential=Credential(kind, template, name))


def secret(**changes: Any) -> dict[str, Any]:
    return {"secrets": (dataclasses.replace(SECRET, **changes),)}


def check(host: str, path: str) -> dict[str, Any]:
    operations = (GET, Operation("GET", "/me/{id}", "me"), Operation("GET", "/files/{path...}", "files"))
    writes = (Operation("POST", "/send", "send"), Operation("GET", "/roll", "roll", write=True))
    public = Host("files.acme.dev", (GET,))
    return {
        "hosts": (Host("api.acme.dev", (*operations, *writes), KEY), public, Host("*.eu.acme.dev", (GET,), KEY)),
        "key_check": KeyCheck(host, path),
    }


WRONG_TYPES: dict[str, dict[str, Any]] = {
    "sdk.modules is the text 'acme', it must be a tuple: write ('acme',) with its comma": {"sdk": Sdk("acme", "acme")},  # type: ignore[arg-type]
    "sdk.modules is a list, it must be a tuple: write (…,) instead of […]": {"sdk": Sdk("acme", ["acme"])},  # type: ignore[arg-type]
    "hosts is of type Host, it must be a tuple: write (Host(…),) with its comma": {"hosts": Host("api.acme.dev", (GET,))},
    "hosts[0].operations[0].path is of type int, it must be of type str": hosts(Operation("GET", 5, "x")),  # type: ignore[arg-type]
    "hosts[0].operations[0].refused_fields is the text 'a'": hosts(Operation("POST", "/x", "x", None, "a")),  # type: ignore[arg-type]
    "hosts[0].operations[0].write is of type str, it must be of type bool": hosts(Operation("POST", "/x", "x", "no")),  # type: ignore[arg-type]
    "hosts[0].credential is of type str, it must be of type Credential": hosts(credential="Bearer {key}"),  # type: ignore[arg-type]
    "it must be one of CredentialKind.HEADER, CredentialKind.BASIC": credential("header", "{key}", "X"),  # type: ignore[arg-type]
    "secrets[0].environment is the text 'ACME_KEY'": secret(environment="ACME_KEY"),
    "placeholders[0] has 1 values, it must have 2": {"placeholders": (("A",),)},
    "placeholders is of type dict, it must be a tuple": {"placeholders": {"A": "b"}},
    "recipes[0].parameters[0].kind is of type str": {
        "recipes": (Recipe("r", "t", ("w",), "A = 1\n", (Parameter("A", "name"),)),)
    },  # type: ignore[arg-type]
    "refusal is of type dict, it must be of type Refusal": {"refusal": {"status": 403}},
    "refusal.status is of type bool, it must be of type int": {"refusal": Refusal(status=True)},
    "words is a list, it must be a tuple": {"words": ["acme"]},
    "key_check is of type tuple, it must be of type KeyCheck": {"key_check": ("api.acme.dev", "/me")},
    "surface_version is of type str, it must be of type int": {"surface_version": "1"},
    "prompt holds half of a character": {"prompt": "\ud800"},
    "name is of type NoneType, it must be of type str": {"name": None},
}

WRONG_VALUES: dict[str, dict[str, Any]] = {
    "surface 0, this program has surface 1: upgrade the plugin": {"surface_version": 0},
    "surface 2, this program has surface 1: upgrade agentic-api-developer": {"surface_version": 2},
    "name must be lower-case": {"name": "Acme"},
    "title must be a few words on one line": {"title": "A\nB"},
    "sdk.requirement '' is not one such as": {"sdk": Sdk("", ("acme",))},
    "'os' is of the standard library": {"sdk": Sdk("acme", ("os",))},
    "'a-b' is not a module's name": {"sdk": Sdk("acme", ("a-b",))},
    "sdk.warm_up 'acme' is not of the form": {"sdk": Sdk("acme", ("acme",), warm_up="acme")},
    "sdk.bootstrap 'acme.go()' is not of the form": {"sdk": Sdk("acme", ("acme",), bootstrap="acme.go()")},
    "'other.thing' is not a dotted name inside one of its modules (acme)": {
        "sdk": Sdk("acme", ("acme",), additions=("other.thing",))
    },
    "'acmes.x' is not a dotted name inside": {"sdk": Sdk("acme", ("acme",), refused=(("acmes.x", "why"),))},
    "sdk.refused: 'acme.x' needs a reason": {"sdk": Sdk("acme", ("acme",), refused=(("acme.x", " "),))},
    "sdk.lock 'requirements.lock' is not of the form": {"sdk": Sdk("acme", ("acme",), lock="requirements.lock")},
    "sdk.lock 'acme:../x.lock' is not of the form": {"sdk": Sdk("acme", ("acme",), lock="acme:../x.lock")},
    "at least one host is needed": {"hosts": ()},
    "the host api.acme.dev is declared twice": {"hosts": (Host("api.acme.dev", (GET,)),) * 2},
    "'*.dev' is a pattern that other people's hosts fit": hosts(name="*.dev"),
    "'get' is not a method: write GET": hosts(Operation("get", "/x", "x")),
    "GET /a/{y} is declared twice, with different rules": hosts(
        Operation("GET", "/a/{x}", "a"), Operation("GET", "/a/{y}", "a", write=True)
    ),
    "'/a//b' has what no path has": hosts(Operation("GET", "/a//b", "a")),
    "'/a?b=1' has what no path has": hosts(Operation("GET", "/a?b=1", "a")),
    "'/a/{id' has a brace that is no placeholder": hosts(Operation("GET", "/a/{id", "a")),
    "'/a/{x...}.json': a placeholder for several segments": hosts(Operation("GET", "/a/{x...}.json", "a")),
    "GET /a needs a family": hosts(Operation("GET", "/a", " ")),
    "the family 'my things' is not one word": hosts(Operation("GET", "/a", "my things")),
    "GET /a/{y} is declared twice, in families a and b": hosts(
        Operation("GET", "/a/{x}", "a"), Operation("GET", "/a/{y}", "b")
    ),
    "allows values of 'a.b': write it as forms do": hosts(Operation("POST", "/a", "a", allowed_values=(("a.b", ("c",)),))),
    "refused: operation path '/a/**/b' may have ** at its end only": {"refused": (Operation("*", "/a/**/b", "a"),)},
    "refused: 'delete' is not a method": {"refused": (Operation("delete", "/a", "a"),)},
    "uses the secret field 'token', which is not declared": credential(
        CredentialKind.HEADER, "Bearer {token}", "Authorization"
    ),
    "uses no field of the secret": credential(CredentialKind.HEADER, "Bearer abc", "Authorization"),
    "has a header credential without a usable name": credential(CredentialKind.HEADER, "Bearer {key}"),
    "in the header Content-Length, which belongs to the connection": credential(
        CredentialKind.HEADER, "{key}", "Content-Length"
    ),
    "has a query credential without a usable name": credential(CredentialKind.QUERY, "{key}", "a b"),
    "whose template is 'user:password'": credential(CredentialKind.BASIC, "{key}"),
    "in no operation's path": credential(CredentialKind.PATH, "{key}", "token"),
    "is signed by 'acme.sign', which is not of the form": credential(CredentialKind.SIGN, "acme.sign"),
    "the secret field 'key' is declared twice": {"secrets": (SECRET, dataclasses.replace(SECRET, environment=("B",)))},
    "the variable ACME_KEY stands for two things": {"placeholders": (("ACME_KEY", "x"),)},
    "'LD_PRELOAD' cannot be a variable": secret(environment=("LD_PRELOAD",)),
    "'A B' cannot be a variable": secret(environment=("A B",)),
    "secret field 'key': it needs a placeholder": secret(placeholder=""),
    "'(' is not a pattern": secret(test_pattern="("),
    "'.*' fits any text": secret(live_pattern=".*"),
    "its fake_value has the form of a live key": secret(live_pattern="^fake_"),
    "the recipe 'r' is there twice": {"recipes": (Recipe("r", "t", ("w",), "x = 1\n"),) * 2},
    "refusal.status is 200": {"refusal": Refusal(status=200)},
    "refusal.body is not a template": {"refusal": Refusal(body='{"message": "{message}"}')},
    "refusal.body has no {message}": {"refusal": Refusal(body="no")},
    "fake 'acme.fake' is not of the form": {"fake": "acme.fake"},
    "settle 'nothing' is not of the form": {"settle": "nothing"},
    "idempotency_header 'No header' is not a header's name": {"idempotency_header": "No header"},
    "idempotency_header 'Authorization' means something else": {"idempotency_header": "Authorization"},
    "idempotency_methods is empty": {"idempotency_header": "Idempotency-Key", "idempotency_methods": ()},
    "idempotency_methods: 'GET' is not a method that writes": {"idempotency_methods": ("GET",)},
    "idempotency_methods: 'post' is not a method that writes": {"idempotency_methods": ("post",)},
    "counted_headers: 'No header' is not a header's name": {"counted_headers": ("No header",)},
    "counted_headers: X-Key is the idempotency header": {"idempotency_header": "x-key", "counted_headers": ("X-Key",)},
    "test_cards: '4242 4242' is not a card's number": {"test_cards": ("4242 4242",)},
    "rates[0] must allow at least 1 request": {"rates": (Rate(0, 1, burst=1),)},
    "rates[0] must allow at least 1 request in 1 to 86400": {"rates": (Rate(1, 86_401, burst=1),)},
    "rates[0]: burst 0 must hold one write at least": {"rates": (Rate(1, 1, burst=0),)},
    "rates[0]: burst 4 must hold one write at least (write_cost 5)": {"rates": (Rate(1, 1, burst=4, write_cost=5),)},
    "rates[1]: keys is 'prod'": {"rates": (Rate(1, 1, burst=1), Rate(1, 1, burst=1, keys="prod"))},
    "9 rates, at most 8": {"rates": (Rate(1, 1, burst=1),) * 9},
    "rates is of type Rate, it must be a tuple": {"rates": Rate(1, 1, burst=1)},
    "key_check.host 'other.dev' is not a host": check("other.dev", "/things"),
    "key_check.host '*.eu.acme.dev' is not a host": check("*.eu.acme.dev", "/things"),
    "key_check.host files.acme.dev has no credential": check("files.acme.dev", "/things"),
    "key_check.path '/send' is not an operation": check("api.acme.dev", "/send"),
    "key_check.path '/roll' is not an operation": check("api.acme.dev", "/roll"),
    "key_check.path '/me' is not an operation": check("api.acme.dev", "/me"),
    "key_check.path '/me/1/2' is not an operation": check("api.acme.dev", "/me/1/2"),
}


@pytest.mark.parametrize("said", [*WRONG_TYPES, *WRONG_VALUES])
def test_a_fault_is_told_with_what_to_write(said: str):
    with pytest.raises(PluginError) as caught:
        spec(**{**WRONG_TYPES, **WRONG_VALUES}[said])
    assert said in caught.value.message
    assert caught.value.hint == "see docs/plugins.md"


@pytest.mark.parametrize(
    "right",
    [
        {},
        hosts(name="*.acme.dev"),
        hosts(Operation("GET", "/a/{path...}/raw", "a"), Operation("GET", "/", "a")),
        check("api.acme.dev", "/things"),
        check("api.acme.dev", "/me/1?fields=a"),
        check("api.acme.dev", "/files/a/b"),
        check("de.eu.acme.dev", "/things"),
        credential(CredentialKind.BASIC, "{key}:"),
        credential(CredentialKind.SIGN, "acme_signing:sign"),
        {"sdk": Sdk("acme-sdk[async]>=2,<3", ("acme", "urllib3.util.retry"), "a.b:c", "a:b", ("acme.x",), (("acme.y", "no"),))},
        {"sdk": Sdk("acme", ("acme",), lock="agentic_api_acme:requirements.lock")},
        {"refused": (Operation("*", "/a/{x}/**", "in words"),)},
        hosts(Operation("POST", "/a", "a", allowed_values=(("a[b]", ("c",)),))),
        secret(test_pattern="^acme_test_", live_pattern="^acme_live_"),
    ],
    ids=str,
)
def test_control_what_is_right_has_no_fault(right: dict[str, Any]):
    assert spec(**right).name == "acme"


def test_all_faults_are_told_in_one_message_types_and_values():
    with pytest.raises(PluginError) as caught:
        spec(words=["a"], title="", fake="x", surface_version=7, **hosts(Operation("get", "/x", "x")))
    for part in ("words is a list", "title must be", "fake 'x'", "surface 7", "'get' is not a method"):
        assert part in caught.value.message


def test_a_message_of_very_many_faults_is_cut_and_says_so():
    with pytest.raises(PluginError) as caught:
        spec(**hosts(*(Operation("get", f"/x{number}", "x") for number in range(100))))
    assert caught.value.message.endswith("and 80 more")


def test_too_much_text_and_too_many_operations_are_faults_and_a_little_less_is_not():
    with pytest.raises(PluginError, match="bytes, at most 4,000,000 are allowed"):
        spec(prompt="é" * (LARGEST_BYTES // 2))
    assert spec(prompt="x" * (LARGEST_BYTES - 1000))
    operations = tuple(Operation("GET", f"/things/{number}", "things") for number in range(MOST_OPERATIONS + 1))
    with pytest.raises(PluginError, match="5,001 operations, at most 5,000 are allowed"):
        spec(**hosts(*operations))
    assert spec(**hosts(*operations[1:]))


def test_the_largest_spec_is_checked_in_bounded_time():
    operations = tuple(Operation("GET", f"/{{a}}/{'x' * 300}{number}", "things") for number in range(MOST_OPERATIONS))
    started = time.monotonic()
    spec(**hosts(*operations), key_check=KeyCheck("api.acme.dev", f"/1/{'x' * 300}7"))
    assert time.monotonic() - started < 30


def test_a_host_is_found_under_the_name_that_was_asked_with_its_own_declaration_first():
    own = Host("api.acme.dev", (GET,))
    both = spec(hosts=(Host("*.acme.dev", (GET,), KEY), own))
    assert both.host("api.acme.dev") == own
    assert both.host("eu.acme.dev") == Host("eu.acme.dev", (GET,), KEY)
    assert both.host("acme.dev") is None


def test_all_parts_survive_freezing(tmp_path: Path):
    sdk = Sdk("acme", ("acme",), "a:b", "a:c", ("acme.x",), (("acme.y", "no"),), "acme:requirements.lock")
    whole = spec(
        sdk=sdk, placeholders=(("B", "b"),), refused=(Operation("*", "/a/**", "a"),), **check("de.eu.acme.dev", "/things")
    )
    (tmp_path / FILE_NAME).write_bytes(freeze([whole]))
    assert thaw(tmp_path) == {"acme": whole}
