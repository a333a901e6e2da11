"""A placeholder for several segments ("{path...}"): what it stands for, what it never lets through, and JSON in disguise."""

import dataclasses

import pytest

from agentic.broker.rules import Allowed, Refused, Rules
from agentic.core.errors import PluginError
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation, Sdk, SecretField
from agentic.core.wire import Headers, HttpRequest

JSON: Headers = (("Content-Type", "application/json"),)
FORM: Headers = (("Content-Type", "application/x-www-form-urlencoded"),)


def spec_with(*operations: Operation, refused: tuple[Operation, ...] = (), credential: Credential | None = None) -> ApiSpec:
    host = Host("api.files.dev", operations, credential or Credential(CredentialKind.HEADER, "Bearer {key}", "Authorization"))
    secrets = (SecretField("key", "key", ("FILES_KEY",), "placeholder"),)
    return ApiSpec("files", "Files", Sdk("files", ("files",)), (host,), secrets, "", refused=refused)


FILES = spec_with(
    Operation("GET", "/files/{path...}", "files"),
    Operation("PUT", "/files/{path...}", "files", refused_fields=("owner",)),
    Operation("GET", "/files/{id}/about", "about"),
    Operation("GET", "/files/newest", "newest"),
    Operation("GET", "/trees/{root}/{path...}/leaf", "leaves"),
    refused=(
        Operation("PUT", "/files/secret/**", "secrets"),
        Operation("*", "/files/{path...}/rights/**", "rights"),
        Operation("*", "/files/{path...}/key", "keys"),
    ),
)
RULES = Rules(FILES)


def judge(method: str, path: str, body: bytes = b"", headers: Headers = JSON, rules: Rules = RULES) -> Allowed | Refused:
    return rules.judge(HttpRequest(method, f"https://api.files.dev{path}", headers, body))


FITTING = {
    "/files/a": "files",
    "/files/a/b": "files",
    "/files/a/b/c/d/e/f": "files",
    "/files/a%20b/%C3%A9/c.txt": "files",
    "/files/secret/a": "files",
    "/files/a/about": "about",
    "/files/a/b/about": "files",
    "/files/newest": "newest",
    "/files/newest/one": "files",
    "/trees/oak/a/b/leaf": "leaves",
    "/trees/oak/leaf/leaf": "leaves",
}


@pytest.mark.parametrize("path", FITTING)
def test_it_stands_for_one_segment_or_more_and_what_is_said_more_exactly_comes_first(path: str) -> None:
    judged = judge("GET", path)
    assert isinstance(judged, Allowed), judged
    assert judged.operation.family == FITTING[path]
    assert judged.path == path


UNFITTING = (
    "/files",
    "/files/",
    "/files/a/",
    "/files//a",
    "/files/a//b",
    "/trees/oak/leaf",
    "/trees/oak/a/b",
    "/Files/a",
    "/file/a",
)


@pytest.mark.parametrize("path", UNFITTING)
def test_it_stands_for_no_empty_segment_and_for_nothing_beside_it(path: str) -> None:
    assert isinstance(judge("GET", path), Refused)


TRICKS = (
    *("/files/a/../secret/b", "/files/./a", "/files/%2e%2e/secret/b", "/files/a/%2E./b", "/files/a/%E2%80%A5/secret/b"),
    *("/files/a%2Fb", "/files/a%2fsecret", "/files/a%5Cb", "/files/a;x=/secret", "/files/a%3Bb", "/files/a%00", "/files/%0a"),
    *("/files/a%EF%BC%8Fb", "/files/a%E2%81%84b", "/files/%zz", "/files/%ff", "/files/%20/a", "/files/a%20/b", "/files/ a"),
    *("/files/a%23b", "/files/a%3Fb", "/files/%2525"),
)


@pytest.mark.parametrize("path", TRICKS)
def test_what_servers_read_in_two_ways_is_refused_inside_it_too(path: str) -> None:
    assert isinstance(judge("GET", path), Refused)


BELOW = (
    *("/files/secret", "/files/secret/a", "/files/secret/a/b", "/files/SECRET/a", "/files/Secret", "/files/%73ecret/a"),
    *("/files/secret.json", "/files/secret.json/a", "/files/%EF%BD%93ecret/a", "/files/secret/a/", "/files/a/rights/b"),
    *("/files/a/b/rights", "/files/a/b/c/RIGHTS/x/y", "/files/a/key", "/files/a/b/c/Key", "/files/a/b/key.xml"),
)


@pytest.mark.parametrize("path", BELOW)
def test_what_is_never_allowed_wins_at_any_depth(path: str) -> None:
    judged = judge("PUT", path)
    assert isinstance(judged, Refused)
    open_ = Rules(dataclasses.replace(FILES, refused=()))
    if not path.endswith("/"):
        assert "never allowed" in judged.reason
        assert isinstance(judge("PUT", path, rules=open_), Allowed), "the control: without the second line it is allowed"


def test_the_neighbours_of_what_is_never_allowed_are_allowed() -> None:
    for path in (
        "/files/secrets/a",
        "/files/a/secret",
        "/files/a/right/b",
        "/files/rights",
        "/files/key",
        "/files/a/keys",
        "/files/key/a",
    ):
        assert isinstance(judge("PUT", path), Allowed), path


def test_a_long_path_is_judged_at_once() -> None:
    """No pattern is tried in more ways than there are segments (a hang would end this test)."""
    for path in ("/files" + "/a" * 3000, "/trees/oak" + "/leaf" * 1500 + "/x", "/files" + "/rights." * 900 + "/x"):
        judge("PUT", path)
        judge("GET", path)


def test_a_spec_in_which_it_would_be_unclear_is_none() -> None:
    for path in ("/files/a{path...}", "/files/{path...}b/c", "/files/{path....}", "/files/{...}"):
        with pytest.raises(PluginError):
            spec_with(Operation("GET", path, "files"))
    in_the_path = Credential(CredentialKind.PATH, "{key}", "token")
    with pytest.raises(PluginError, match="nobody knows where"):
        spec_with(Operation("GET", "/{path...}/bot{token}/x", "files"), credential=in_the_path)
    assert spec_with(Operation("GET", "/bot{token}/{path...}", "files"), credential=in_the_path)


DISGUISED = {
    "a form by its type": (b'{"owner":"mallory"}', FORM),
    "a list by the form's type": (b'[{"owner":"mallory"}]', FORM),
    "a form by its type, spaced": (b'{"owner": "mallory"}', FORM),
    "no type": (b'{"owner":"mallory"}', ()),
    "no type, spaced": (b' \r\n\t{"owner": "mallory"}', ()),
    "no type, nested": (b'[{"owner": {"id": 1}}]', ()),
    "no type, a form inside": (b'{"name":"x&owner=mallory"}', ()),
    "no type, a form inside behind a semicolon": (b'{"name":"x;owner=mallory"}', ()),
    "no type, an escaped form inside": (b'{"name":"x&%6fwner=mallory"}', ()),
    "no type, a method inside": (b'{"name":"x&_method=DELETE"}', ()),
    "no type, named twice": (b'{"name":1,"name":2}', ()),
    "no type, not JSON": (b'{"owner"', ()),
}


@pytest.mark.parametrize("disguise", DISGUISED)
def test_json_is_read_as_json_whatever_its_type_says(disguise: str) -> None:
    body, headers = DISGUISED[disguise]
    assert isinstance(judge("PUT", "/files/a", body, headers), Refused)


def test_control_honest_bodies_of_these_types_are_allowed() -> None:
    for body, headers in (
        (b'{"name":"x"}', ()),
        (b'{\n  "name": "Tom & Jerry; a=b",\n  "note": "owner"\n}', ()),
        (b'{"name":"x"}', JSON),
        (b"name=%7Bx%7D", FORM),
        (b"", FORM),
    ):
        assert isinstance(judge("PUT", "/files/a", body, headers), Allowed), body
