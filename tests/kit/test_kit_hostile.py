"""Broken and hostile descriptions: one line that says what is wrong, or a package in which nothing of theirs is code."""

import ast
import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from kit_stage import as_installed, command, environment, new, pytest_in

INJECTION = '"""\n__import__("os").system("touch pwned")\n# {os} ${title} $(touch pwned) \\" \\ \u2028 \u202e ]]> ```'
OK: dict[str, Any] = {"200": {"description": "ok"}}


def document(**parts: Any) -> dict[str, Any]:
    root = {"openapi": "3.0.0", "info": {"title": "Acme"}, "servers": [{"url": "https://api.acme.dev"}]}
    return root | {"paths": {"/things": {"get": {"tags": ["things"], "responses": OK}}}} | parts


def given(tmp_path: Path, content: str | bytes | dict[str, Any], name: str = "openapi.json") -> Path:
    path = tmp_path / name
    text = json.dumps(content) if isinstance(content, dict) else content
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


BROKEN: dict[str, tuple[str | bytes | dict[str, Any], str]] = {
    "nothing": ("", "is not an OpenAPI description"),
    "prose": ("Dear reader, our API is great", "is not an OpenAPI description"),
    "half a JSON": ('{"openapi": "3.0.0", "paths": {', "is no JSON"),
    "bytes": (b"\xff\xfe\x00{", "is not UTF-8 text"),
    "a list": ("[1, 2]", "is not an OpenAPI description"),
    "broken YAML": ("openapi: 3.0.0\npaths: [\n", "is neither JSON nor YAML"),
    "Python in YAML": ("openapi: !!python/object/apply:os.system ['touch pwned']\n", "is neither JSON nor YAML"),
    "Swagger 2": ({"swagger": "2.0", "paths": {}}, "is Swagger 2.0"),
    "another version": ({"openapi": "4.0.0"}, "is no OpenAPI description of version 3"),
    "brackets without end": ("{" + '"a":{' * 100_000, "nested too deeply"),
    "YAML brackets without end": ("openapi: 3.0.0\nx: " + "[" * 20_000, "nested too deeply"),
    "a number of many digits": ('{"openapi": "3.0.0", "x": ' + "9" * 10_000 + "}", "cannot be read"),
    "no paths": (document(paths={}), "has no operation that can be offered"),
    "paths of the wrong type": (document(paths=[1, "two"]), "has no operation that can be offered"),
    "no servers": (document(servers=[]), "names no server that can be used"),
    "servers of the wrong type": (document(servers={"url": 3}), "names no server that can be used"),
    "only deletions": (document(paths={"/things": {"delete": {}}}), "has no operation that can be offered"),
    "servers that are no URL": (document(servers=[{"url": "https://[::1"}, {"url": 5}]), "names no server that can be used"),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_a_broken_description_is_one_line_and_nothing_is_written(broken: str, tmp_path: Path):
    content, told = BROKEN[broken]
    path = given(tmp_path, content)
    done = command("plugins", "new", "acme", "--openapi", path, cwd=tmp_path)
    assert done.returncode == 2, done.stdout
    assert told in done.stderr
    # One line, and one that says what to do.
    assert done.stderr.count("\n") == 2
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_that_is_too_large_is_told_by_its_size(tmp_path: Path):
    path = given(tmp_path, b"{" + b" " * 33_000_000)
    assert "is larger than 32 MB" in command("plugins", "new", "acme", "--openapi", path, cwd=tmp_path).stderr
    path = given(tmp_path, b"a: " + b"b" * 5_000_000, "openapi.yaml")
    assert "is larger than 4 MB" in command("plugins", "new", "acme", "--openapi", path, cwd=tmp_path).stderr


def hostile() -> dict[str, Any]:
    """Every text of a description is an attack: on Python, TOML, templates, shells and paths."""
    schema = {"type": "object", "properties": {INJECTION: {"type": "string", "example": INJECTION}}}
    answers = {"200": {"content": {"application/json": {"schema": schema}}}}
    operation = {
        "summary": INJECTION,
        "description": INJECTION,
        "tags": [INJECTION],
        "operationId": INJECTION,
        "responses": answers,
    }
    body = {"content": {"application/json": {"example": {INJECTION: INJECTION}}}}
    paths = {
        f"/{INJECTION}": {"get": operation},
        '/quoted"); __import__("os").system("touch pwned"); ("': {"get": operation},
        "/../../etc/passwd": {"get": operation},
        "/a/../b": {"get": operation},
        "//double": {"get": operation},
        "/with space": {"get": operation},
        "/query?x=1": {"get": operation},
        "/{" + INJECTION + "}": {"get": operation},
        "/things/{__import__('os')}": {"get": operation},
        "/ok/{id}": {"get": operation, "post": operation | {"requestBody": body}},
        "/class": {"get": operation},
    }
    schemes = {
        "x": {"type": "apiKey", "in": "header", "name": 'X"\r\nEvil: 1'},
        "y": {"type": "apiKey", "in": "query", "name": INJECTION},
    }
    return document(
        info={"title": INJECTION, "description": INJECTION, "version": INJECTION},
        paths=paths,
        components={"securitySchemes": schemes},
    )


def test_no_text_of_a_description_is_code_anywhere_in_the_package(tmp_path: Path):
    """Every file parses to what the templates have, the texts in it are values or words, and its tests run without harm."""
    package = as_installed(new(tmp_path, "--openapi", given(tmp_path, hostile(), 'desc"ription;$(x).json')))
    for path in package.rglob("*.py"):
        tree = ast.parse(path.read_text())
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        assert not [name for name in calls if "__import__" in name or "system" in name]
    tomllib.loads((package / "pyproject.toml").read_text())
    assert not re.search(
        r"[\u202a-\u202e\u2066-\u2069\u2028\u2029]", "".join(p.read_text() for p in package.rglob("*.*") if p.is_file())
    )
    done = pytest_in(package)
    assert done.failed == set(), done.out
    assert not list(tmp_path.rglob("pwned"))
    assert not (Path.cwd() / "pwned").exists()


def test_the_control_a_template_without_escaping_would_run_it(tmp_path: Path):
    """The texts above do harm where they are put into source as they are: the test sees it."""
    (tmp_path / "careless.py").write_text(f'"""{INJECTION}"""\n'.replace("{os}", "").split("\n# ")[0] + "\n")
    subprocess.run([sys.executable, "careless.py"], cwd=tmp_path, capture_output=True, check=False)
    assert (tmp_path / "pwned").exists()


def test_paths_that_no_operation_can_have_are_left_out_and_named(tmp_path: Path):
    package = new(tmp_path, "--openapi", given(tmp_path, hostile()))
    code = "from agentic_api_acme.plugin import OPERATIONS; print([f'{o.method} {o.path}' for o in OPERATIONS])"
    done = subprocess.run([sys.executable, "-c", code], env=environment(package), capture_output=True, text=True, check=True)
    assert ast.literal_eval(done.stdout) == ["GET /things/{import_os}", "GET /ok/{id}", "POST /ok/{id}", "GET /class"]
    text = (package / "src/agentic_api_acme/plugin.py").read_text()
    assert "# GET /../../etc/passwd: has a path that no operation can be declared for" in text
    assert "how the key is sent is not described in a way that can be used" in text


def test_references_in_circles_and_out_of_the_file_end(tmp_path: Path):
    """Each by itself, through each other, through a list of everything, and to another place."""
    everything = {"$ref": "#/components/schemas/E"}
    schemas: dict[str, Any] = {
        "Self": {"$ref": "#/components/schemas/Self"},
        "A": {"$ref": "#/components/schemas/B"},
        "B": {"$ref": "#/components/schemas/A"},
        "E": {
            "type": "object",
            "properties": {f"p{n}": everything for n in range(50)},
            "allOf": [everything],
            "items": everything,
        },
        "Deep": {"type": "array", "items": {"type": "array", "items": {"$ref": "#/components/schemas/Deep"}}},
    }
    refs = [
        *(f"#/components/schemas/{name}" for name in schemas),
        "https://evil.example/x",
        "file:///etc/passwd",
        "#/nowhere",
        "#",
    ]
    paths = {
        f"/r{number}": {"get": {"responses": {"200": {"content": {"application/json": {"schema": {"$ref": ref}}}}}}}
        for number, ref in enumerate(refs)
    }
    path = given(tmp_path, document(paths={**paths, "/loop": {"$ref": "#/paths/~1loop"}}, components={"schemas": schemas}))
    package = new(tmp_path, "--openapi", path)
    rows = json.loads((package / "src/agentic_api_acme/examples.json").read_text())
    assert len(rows) == len(refs)
    assert len(json.dumps(rows)) < 20_000


def test_a_description_with_thousands_of_operations_is_cut_and_says_so(tmp_path: Path):
    paths = {f"/r{number}": {"get": {"responses": OK}} for number in range(3000)}
    package = new(tmp_path, "--openapi", given(tmp_path, document(paths=paths)))
    text = (package / "src/agentic_api_acme/plugin.py").read_text()
    assert text.count("    Operation(") == 500
    assert "only the first 500 are taken" in text


def test_merged_yaml_keys_that_would_fill_the_memory_are_not_merged(tmp_path: Path):
    """Each level names the one below nine times; merged, the last would have nine to the twelfth entries."""
    levels = ["a0: &a0 {k: v}"] + [f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}" for n in range(1, 13)]
    text = "\n".join(["openapi: 3.0.0", "servers: [{url: https://api.acme.dev}]", "paths: {/x: {get: {}}}", *levels])
    assert new(tmp_path, "--openapi", given(tmp_path, text, "openapi.yaml")).is_dir()


def test_a_key_in_an_example_is_not_copied(tmp_path: Path):
    key = "sk_live_" + "a1" * 12
    answer = {"200": {"content": {"application/json": {"example": {"key": key}}}}}
    package = new(tmp_path, "--openapi", given(tmp_path, document(paths={"/x": {"get": {"responses": answer}}})))
    assert not [path for path in package.rglob("*") if path.is_file() and key in path.read_text()]
