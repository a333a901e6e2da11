"""`plugins new --openapi`: hosts, operations, families, credential and an answering stub come from the description."""

import json
from pathlib import Path
from typing import Any

import pytest
from kit_stage import as_installed, conformance, new, pytest_in

from agentic.core.errors import UsageError
from agentic.core.spec import Credential, CredentialKind
from agentic.kit import Description
from agentic.kit.openapi import describe

SHELTER = Path(__file__).parent / "descriptions" / "shelter.yaml"
OK = {"200": {"description": "ok"}}


def described(tmp_path: Path, host: str = "", **parts: Any) -> Description:
    root = {"openapi": "3.1.0", "info": {"title": "Acme"}, "servers": [{"url": "https://api.acme.dev"}]} | parts
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(root))
    return describe(path, title="Acme", host=host)


def named(description: Description) -> list[str]:
    return [item.named for item in description.operations]


def test_a_description_becomes_a_package_that_passes_its_own_tests_and_the_suite(tmp_path: Path):
    package = as_installed(new(tmp_path, "--openapi", SHELTER))
    own = pytest_in(package)
    assert own.failed == set(), own.out
    suite = conformance(package)
    assert (suite.failed, suite.passed) == (set(), 13), suite.out


def test_operations_hosts_and_families_are_the_descriptions():
    found = describe(SHELTER, title="", host="")
    assert (found.title, found.hosts) == ("Happy Shelter", ("eu.shelter.example.org",))
    assert [(item.named, item.family, item.status) for item in found.operations] == [
        ("GET /v2/pets", "pets", 200),
        ("POST /v2/pets", "pets", 201),
        ("GET /v2/pets/{pet_id}", "pets", 200),
        ("PUT /v2/pets/{pet_id}/feeding", "pets", 204),
    ]


def test_what_deletes_and_what_is_about_administration_is_left_out_and_says_so(tmp_path: Path):
    found = describe(SHELTER, title="", host="")
    assert [(item.named, item.reason) for item in found.left_out] == [
        ("DELETE /v2/pets/{pet_id}", "deletes"),
        ("GET /v2/admin/users", "is about admin"),
        ("POST /v2/webhooks", "is about webhooks"),
    ]
    text = (new(tmp_path, "--openapi", SHELTER) / "src/agentic_api_acme/plugin.py").read_text()
    assert "# DELETE /v2/pets/{pet_id}: deletes\n" in text


def test_examples_are_given_ones_or_made_from_the_schema_and_a_circle_ends():
    first, made, one, _ = describe(SHELTER, title="", host="").operations
    pet = {"id": 1, "name": "Mia", "parent": None, "status": "free"}
    assert (first.example, one.example, made.body) == ([pet], pet, pet)
    assert made.example == {"id": 7, "name": "Rex", "born": "2024-05-01"}


@pytest.mark.parametrize(
    ("scheme", "credential", "fields"),
    [
        ({"type": "http", "scheme": "bearer"}, Credential(CredentialKind.HEADER, "Bearer {key}", "Authorization"), ("key",)),
        (
            {"type": "http", "scheme": "Basic"},
            Credential(CredentialKind.BASIC, "{username}:{password}"),
            ("username", "password"),
        ),
        ({"type": "apiKey", "in": "header", "name": "X-Key"}, Credential(CredentialKind.HEADER, "{key}", "X-Key"), ("key",)),
        ({"type": "apiKey", "in": "query", "name": "api_key"}, Credential(CredentialKind.QUERY, "{key}", "api_key"), ("key",)),
        ({"type": "oauth2", "flows": {}}, Credential(CredentialKind.HEADER, "Bearer {key}", "Authorization"), ("key",)),
    ],
)
def test_each_way_to_send_a_key_makes_a_package_that_keeps_everything(
    scheme: dict[str, Any], credential: Credential, fields: tuple[str, ...], tmp_path: Path
):
    paths = {"/pets": {"get": {"responses": OK}}}
    found = described(tmp_path, paths=paths, components={"securitySchemes": {"one": scheme}})
    assert (found.credential, found.secret_fields) == (credential, fields)
    package = as_installed(new(tmp_path, "--openapi", tmp_path / "openapi.json"))
    done = pytest_in(package)
    assert done.failed == set(), done.out


def test_the_security_that_the_document_asks_for_comes_before_others(tmp_path: Path):
    schemes = {"a": {"type": "http", "scheme": "basic"}, "b": {"type": "apiKey", "in": "query", "name": "k"}}
    found = described(tmp_path, paths={"/x": {"get": {}}}, components={"securitySchemes": schemes}, security=[{"b": []}])
    assert found.credential.kind is CredentialKind.QUERY


def test_where_only_the_operations_say_what_they_need_that_comes_before_other_schemes(tmp_path: Path):
    schemes = {"a": {"type": "oauth2", "flows": {}}, "b": {"type": "apiKey", "in": "query", "name": "k"}}
    paths = {"/x": {"get": {"security": [{"b": []}]}}}
    assert described(tmp_path, paths=paths, components={"securitySchemes": schemes}).credential.kind is CredentialKind.QUERY
    # The control: what the document says for all of them counts before what one says.
    found = described(tmp_path, paths=paths, components={"securitySchemes": schemes}, security=[{"a": []}])
    assert found.credential.template == "Bearer {key}"


def test_what_one_credential_cannot_say_is_a_note(tmp_path: Path):
    """Two keys at once, and a header Authorization of which nobody knows whether a word comes before the key."""
    one, two = ({"type": "apiKey", "in": "header", "name": name} for name in ("X-App", "Authorization"))
    schemes = {"components": {"securitySchemes": {"one": one, "two": two}}, "paths": {"/x": {"get": {}}}}
    assert "wants two as well" in " ".join(described(tmp_path, **schemes, security=[{"one": [], "two": []}]).notes)
    assert "gets the key alone" in " ".join(described(tmp_path, **schemes, security=[{"two": []}]).notes)
    assert described(tmp_path, **schemes, security=[{"one": []}]).notes == ()


def test_a_path_may_end_with_a_slash(tmp_path: Path):
    """Many APIs have one at every operation; in the middle of a path nothing may be empty."""
    found = described(tmp_path, paths={"/x/": {"get": {}}, "/x/{id}/": {"get": {}}, "//y": {"get": {}}, "/z//": {"get": {}}})
    assert named(found) == ["GET /x/", "GET /x/{id}/"]
    assert [item.named for item in found.left_out] == ["GET //y", "GET /z//"]


def test_words_that_speak_for_any_api_are_not_the_plugins(tmp_path: Path):
    """A task that says "the API" or "list" must not be taken for one of this plugin's."""
    path = tmp_path / "openapi.json"
    tags = ("API", "default", "x", "List", "Pets", "List pets")
    paths = {f"/p{number}": {"get": {"tags": [tag], "responses": OK}} for number, tag in enumerate(tags)}
    described(tmp_path, paths=paths)
    plugin = (new(tmp_path, "--openapi", path) / "src" / "agentic_api_acme" / "plugin.py").read_text()
    assert 'words=("acme", "pets", "list pets"),' in plugin


def test_without_a_usable_security_a_bearer_token_is_assumed_and_said(tmp_path: Path):
    cookie = {"type": "apiKey", "in": "cookie", "name": "sid"}
    host = {"type": "apiKey", "in": "header", "name": "Host"}
    found = described(tmp_path, paths={"/x": {"get": {}}}, components={"securitySchemes": {"c": cookie, "h": host}})
    assert found.credential.template == "Bearer {key}"
    assert "a bearer token is assumed" in found.notes[0]


@pytest.mark.parametrize(
    ("servers", "host", "hosts", "path"),
    [
        ([{"url": "https://api.acme.dev/v1/"}], "", ("api.acme.dev",), "/v1/x"),
        ([{"url": "http://api.acme.dev"}], "", ("api.acme.dev",), "/x"),
        ([{"url": "/v3"}], "api.other.dev", ("api.other.dev",), "/v3/x"),
        ([], "api.other.dev", ("api.other.dev",), "/x"),
        ([{"url": "https://a.acme.dev"}, {"url": "https://b.acme.dev"}], "", ("a.acme.dev", "b.acme.dev"), "/x"),
        ([{"url": "https://api.acme.dev"}], "api.other.dev", ("api.other.dev",), "/x"),
        ([{"url": "https://{tenant}.acme.dev", "variables": {"tenant": {"default": "eu"}}}], "", ("eu.acme.dev",), "/x"),
    ],
)
def test_hosts_come_from_the_servers_or_from_the_person(
    servers: list[Any], host: str, hosts: tuple[str, ...], path: str, tmp_path: Path
):
    found = described(tmp_path, host, servers=servers, paths={"/x": {"get": {}}})
    assert (found.hosts, named(found)) == (hosts, [f"GET {path}"])


@pytest.mark.parametrize(
    "url", ["https://localhost", "https://10.0.0.1", "ftp://api.acme.dev", "https://api.acme.dev:8443", "//", ""]
)
def test_a_server_that_cannot_be_reached_is_no_host(url: str, tmp_path: Path):
    with pytest.raises(UsageError, match="names no server that can be used") as raised:
        described(tmp_path, servers=[{"url": url}], paths={"/x": {"get": {}}})
    assert (f"the server {url} is left out" in raised.value.message) == url.startswith(("https", "ftp"))


def test_a_host_that_a_variables_default_has_made_is_told(tmp_path: Path):
    """Such as https://{your-domain}.acme.dev, which is nobody's."""
    servers = [{"url": "https://{your}.acme.dev/{base}", "variables": {"your": {"default": "your"}, "base": {"default": "v1"}}}]
    found = described(tmp_path, servers=servers, paths={"/x": {"get": {}}})
    assert any("is taken as your.acme.dev; --host names another one" in note for note in found.notes)
    servers[0]["url"] = "https://api.acme.dev/{base}"
    assert not any("is taken as" in note for note in described(tmp_path, servers=servers, paths={"/x": {"get": {}}}).notes)


def test_json_and_yaml_say_the_same(tmp_path: Path):
    import yaml

    path = tmp_path / "shelter.json"
    path.write_text(json.dumps(yaml.safe_load(SHELTER.read_text()), default=str))
    one, other = describe(path, title="", host=""), describe(SHELTER, title="", host="")
    assert (named(one), one.hosts, one.credential) == (named(other), other.hosts, other.credential)
