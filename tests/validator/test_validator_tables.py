"""The tables of the allow-list say what Python really has, and the walk over a script misses nothing."""

import ast
import builtins
import importlib
import subprocess
import sys
import types
from pathlib import Path

import pytest

from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Sdk, SecretField
from agentic.validator import ValidationPolicy, allowed
from agentic.validator.scopes import lay_out

CORPUS = sorted((Path(__file__).parent.parent / "corpus").glob("*/*.py"))
IGNORED_FIELDS = {"ctx", "op", "ops", "type_ignores", "kind", "conversion", "simple", "is_async", "level", "type_comment"}


@pytest.mark.parametrize("module", allowed.MODULES)
def test_every_allowed_name_exists_and_is_no_other_module(module: str) -> None:
    loaded = importlib.import_module(module)
    for name in allowed.MODULES[module].split():
        value = getattr(loaded, name)
        assert not isinstance(value, types.ModuleType), f"{module}.{name} is a module"
        assert not name.startswith("_")


def test_every_allowed_builtin_exists() -> None:
    names = set(allowed.BUILTINS.split()) | {path.partition(".")[2] for path in allowed.DIRECT_CALLS.split() if path[0] == "<"}
    missing = {name for name in names if not hasattr(builtins, name)}
    assert missing == set()


def test_the_walk_covers_every_field_that_holds_constructs() -> None:
    """A field left out of the table would hide code from the rules."""
    for name, words in allowed.CONSTRUCTS.items():
        node = getattr(ast, name, None)
        if node is None:
            continue
        fields = set(node._fields) - IGNORED_FIELDS - {"name", "names", "arg", "attr", "id", "n", "s", "module", "asname"}
        fields -= {"kwd_attrs", "rest"} | ({"value"} if name in {"Constant", "MatchSingleton"} else set())
        assert fields <= set(words.split()), name


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_walk_reaches_every_node_exactly_once(path: Path) -> None:
    tree = ast.parse(path.read_text())
    reached = [node for node, _, _ in lay_out(tree, ValidationPolicy()).constructs]
    skipped = ast.expr_context | ast.operator | ast.unaryop | ast.boolop | ast.cmpop | ast.comprehension | ast.type_ignore
    expected = [node for node in ast.walk(tree) if not isinstance(node, skipped)]
    assert sorted(map(id, reached)) == sorted(map(id, expected))


def test_the_policy_of_a_spec_is_what_the_spec_declares() -> None:
    spec = ApiSpec(
        name="acme",
        title="Acme",
        sdk=Sdk("acme>=1", ("acme", "requests")),
        hosts=(Host("api.acme.test", (), Credential(CredentialKind.HEADER, "Bearer {key}", "Authorization")),),
        secrets=(SecretField("key", "Key", ("ACME_KEY", "ACME_TOKEN"), "acme_placeholder"),),
        prompt="",
    )
    policy = ValidationPolicy.for_spec(spec)
    assert policy.modules == {"acme", "requests"}
    assert policy.environment == {"ACME_KEY", "ACME_TOKEN"}
    assert policy.hosts == {"api.acme.test"}


def test_importing_the_validator_imports_nothing_heavy() -> None:
    """It runs in every cold start: no network, no URL parser, no third parties."""
    script = "import sys, agentic.validator; print(*{'socket', 'ssl', 'asyncio', 'urllib.parse', 'boto3'} & {*sys.modules})"
    # A fixed command of our own.
    done = subprocess.run([sys.executable, "-S", "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
