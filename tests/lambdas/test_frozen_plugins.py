"""What plugins bring into zips: all specs as data, their code only into their own API's `run_code` and `call_api`."""

import importlib.metadata
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from small_wheels import lock

from agentic.core.errors import BuildError
from agentic.core.frozen import FILE_NAME, thaw
from agentic.core.spec import ApiSpec
from agentic.registry import Registry
from lambdas.build import FUNCTIONS, Builder, Zip
from lambdas.target import Target
from tests.registry.packages import install, on_path

_SPEC = """
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation, Sdk, SecretField
from agentic.registry import hookimpl

@hookimpl
def agentic_apis():
    sign = Credential(CredentialKind.SIGN, "agentic_api_outside.signing:sign")
    return [
        ApiSpec(
            "outside", "Outside",
            Sdk("tinysdk>=1", ("tinysdk",), warm_up="agentic_api_outside.sandbox:warm_up", lock="{lock}"),
            (Host("*.outside.dev", (Operation("GET", "/x", "x"),), sign),),
            (SecretField("key", "Key", ("OUTSIDE_KEY",), "placeholder"),), "Use it.", fake="agentic_api_outside.fake:make",
        )
    ]
"""
_PACKAGE = "agentic_api_outside"


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Path]:
    """A folder on the path with an outside plugin: a package with spec, sandbox, signing and fake."""
    folder = tmp_path / "installed"
    package = folder / _PACKAGE
    package.mkdir(parents=True)
    (package / "__init__.py").write_text('"""Outside."""\n')
    (package / "plugin.py").write_text(_SPEC.format(lock=f"{_PACKAGE}:requirements.lock"))
    (package / "sandbox.py").write_text("def warm_up():\n    import tinysdk\n")
    (package / "signing.py").write_text("def sign(request, secret):\n    return request\n")
    (package / "fake.py").write_text("def make(store, secrets):\n    raise NotImplementedError\n")
    with on_path(install(folder, "agentic-api-outside", {"outside": f"{_PACKAGE}.plugin"})) as made:
        yield made
    for name in [name for name in sys.modules if name.startswith(_PACKAGE)]:
        del sys.modules[name]


def specs() -> list[ApiSpec]:
    return list(Registry.load({}))


def files(built: Zip) -> set[str]:
    with zipfile.ZipFile(built.path) as opened:
        return set(opened.namelist())


def test_the_frozen_list_is_that_of_the_entry_points_with_an_outside_plugin_too(
    outside: Path, index: Path, builder: Builder, tmp_path: Path
):
    installed = {item.name for item in importlib.metadata.entry_points(group="agentic.apis")}
    assert {"stripe", "github", "openweather", "outside"} <= installed
    with zipfile.ZipFile(builder.build("generate_code", specs()).path) as opened:
        opened.extract(FILE_NAME, tmp_path)
    frozen = thaw(tmp_path)
    assert set(frozen) == installed
    assert list(frozen.values()) == specs()
    assert frozen["outside"].hosts[0].name == "*.outside.dev"


def test_a_plugins_code_is_in_its_own_run_code_and_call_api_and_nowhere_else(outside: Path, index: Path, builder: Builder):
    """Of its package only what each of the two needs; the spec's own module and the fake are in none."""
    lock_beside(outside, index)
    of = {spec.name: spec for spec in specs()}
    code = {
        "run_code": {f"{_PACKAGE}/__init__.py", f"{_PACKAGE}/sandbox.py"},
        "call_api": {f"{_PACKAGE}/__init__.py", f"{_PACKAGE}/signing.py"},
    }
    for name, needed in code.items():
        built = files(builder.build(name, [of["outside"]]))
        assert {item for item in built if item.startswith(_PACKAGE) and item.endswith(".py")} == needed
    # Control: the API's data is everywhere, its code in no other function and in no other API's.
    assert not {item for item in files(builder.build("generate_code", specs())) if item.startswith((_PACKAGE, "agentic/apis/"))}
    of_stripe = {item for item in files(builder.build("call_api", [of["stripe"]])) if item.endswith(".py")}
    shipped = {item for item in of_stripe if item.startswith((_PACKAGE, "agentic/apis/"))}
    assert shipped == {"agentic/apis/__init__.py", "agentic/apis/stripe_settle.py"}


def test_real_functions_that_exist_once_carry_no_plugins_code(outside: Path, index: Path, root: Path, cache: Path):
    """As they ship, in a stack with all four APIs; those that validate need the SDKs' wheels, and are looked at elsewhere."""
    builder = Builder(Target(), cache=cache, program=root)
    for name in sorted(name for name, function in FUNCTIONS.items() if not function.per_api):
        if name not in {"validate_code", "execute_code", "http_api"}:
            assert not {item for item in files(builder.build(name, specs())) if item.startswith((_PACKAGE, "agentic/apis/"))}
    assert {
        item
        for item in files(builder.build("call_api", [spec for spec in specs() if spec.name == "outside"]))
        if _PACKAGE in item
    }


def lock_beside(outside: Path, index: Path, *, version: str = "1.0") -> Path:
    """The outside plugin's own lock, with the small wheels."""
    lock(outside / _PACKAGE, *index.glob("tiny*-1.0-*.whl"))
    path = outside / _PACKAGE / "requirements.lock"
    path.write_text(path.read_text().replace("==1.0", f"=={version}"))
    return path


def test_an_sdk_that_the_project_does_not_pin_comes_by_the_plugins_own_lock(
    outside: Path, index: Path, program: Path, cache: Path
):
    (program / "requirements.lock").write_text("")
    (spec,) = [spec for spec in specs() if spec.name == "outside"]
    with pytest.raises(BuildError, match=r"requirements\.lock cannot be read") as caught:
        Builder(Target(), cache=cache, program=program).build("run_code", [spec])
    assert "`agentic plugins lock outside` writes it" in caught.value.hint
    lock_beside(outside, index)
    built = Builder(Target(), cache=cache, program=program).build("run_code", [spec])
    assert {"tinysdk/__init__.py", "tinydep.py"} <= files(built)


def test_a_changed_lock_of_the_plugin_is_another_zip(outside: Path, index: Path, program: Path, cache: Path):
    (spec,) = [spec for spec in specs() if spec.name == "outside"]
    path = lock_beside(outside, index)
    before = Builder(Target(), cache=cache, program=program).build("run_code", [spec])
    assert Builder(Target(), cache=cache, program=program).build("run_code", [spec]) == before
    path.write_text(path.read_text().replace("tinydep==1.0", "tinydep==9.9"))
    with pytest.raises(BuildError, match=r"tinydep.?9\.9"):
        Builder(Target(), cache=cache, program=program).build("run_code", [spec])


@pytest.mark.parametrize("line", ["from agentic import hookimpl", "from agentic.registry import hookimpl", "import pluggy"])
def test_sandbox_code_that_reaches_the_registry_is_told_when_it_is_built(
    outside: Path, index: Path, builder: Builder, line: str
):
    """It would fail in the function: there is no pluggy there. Typically the spec stands in the package's __init__.py."""
    lock_beside(outside, index)
    (spec,) = [spec for spec in specs() if spec.name == "outside"]
    (outside / _PACKAGE / "__init__.py").write_text(f"{line}\n")
    with pytest.raises(BuildError, match="which must not ship in a function"):
        builder.build("run_code", [spec])
    # Control: what a function may have is taken along.
    (outside / _PACKAGE / "__init__.py").write_text("from agentic import ApiSpec\n")
    assert "agentic/core/spec.py" in files(builder.build("run_code", [spec]))
