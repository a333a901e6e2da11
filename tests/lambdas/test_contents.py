"""What of the project gets into a zip: what the handler reaches, and never what must stay on the laptop."""

import dataclasses
from pathlib import Path

import pytest
from tiny_spec import spec_of

from agentic.core.errors import BuildError
from lambdas.build import Builder
from lambdas.contents import follow


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "pack"
    (folder / "inner").mkdir(parents=True)
    (folder / "__init__.py").write_text("HOMES = {'x': 'pack.unused'}\n")
    (folder / "inner" / "__init__.py").write_text("from . import near\n")
    for name in ("used", "lazy", "typed", "unused", "child", "boot", "referenced"):
        (folder / f"{name}.py").write_text("")
    (folder / "inner" / "near.py").write_text("from ..used import x\nFILE = 'beside.py'\n")
    (folder / "inner" / "beside.py").write_text("import h11\n")
    return folder


def reached(tmp_path: Path, package: Path, handler: str, *roots: str) -> set[str]:
    path = tmp_path / "handler.py"
    path.write_text(handler)
    contents = follow(path, roots, {"pack": package})
    return {name.removeprefix("pack/") for name in contents.files if name not in ("handler.py", "pack/__init__.py")}


def test_imports_are_followed_at_any_depth_and_with_the_packages_above(tmp_path: Path, package: Path):
    assert reached(tmp_path, package, "import pack.inner\n") == {
        "inner/__init__.py",
        "inner/near.py",
        "inner/beside.py",
        "used.py",
    }


def test_imports_in_functions_count_and_those_for_type_checkers_do_not(tmp_path: Path, package: Path):
    typed = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import pack.typed\n"
    handler = f"{typed}def handler(e, c):\n    from pack import lazy\n"
    assert reached(tmp_path, package, handler) == {"lazy.py"}


def test_modules_named_by_text_count_when_a_child_or_a_reference_needs_them(tmp_path: Path, package: Path):
    handler = "import sys\nRUN = [sys.executable, '-m', 'pack.child']\nBOOT = 'import sys;from pack import boot;boot.main()'\n"
    assert reached(tmp_path, package, handler, "pack.referenced") == {"child.py", "boot.py", "referenced.py"}


def test_names_that_a_package_only_offers_do_not_count(tmp_path: Path, package: Path):
    assert reached(tmp_path, package, "import pack\n") == set()


def test_third_party_imports_are_told_with_who_imports_them(tmp_path: Path, package: Path):
    path = tmp_path / "handler.py"
    path.write_text("import json, boto3, pack.inner\n")
    assert follow(path, (), {"pack": package}).third_party == {"h11": "pack.inner.beside"}


@pytest.mark.parametrize(
    "line",
    [
        "import pulumi",
        "import pulumi_aws.s3",
        "from agentic.registry import hookimpl",
        "def f():\n    import agentic.local.cloud",
        "from agentic import topology",
        "RUN = 'agentic.interfaces.cli:main'",
        "import pluggy",
        "import moto.server",
        "import strands",
    ],
)
def test_a_way_to_what_must_not_ship_is_refused(program: Path, cache: Path, line: str):
    (program / "lambdas/generate_code/handler.py").write_text(f"{line}\n")
    with pytest.raises(BuildError, match=r"handler reaches .* must not ship"):
        Builder(_target(), cache=cache, program=program).build("generate_code", [])


def test_an_import_that_nothing_brings_is_refused(program: Path, cache: Path):
    (program / "lambdas/generate_code/handler.py").write_text("import requests\n")
    with pytest.raises(BuildError, match="handler imports requests, which no known distribution brings"):
        Builder(_target(), cache=cache, program=program).build("generate_code", [])


def test_a_signing_credential_brings_its_module_to_the_broker_only(program: Path, cache: Path):
    spec = spec_of("tinysdk", sign="agentic.core.wire:HttpRequest")
    build = Builder(_target(), cache=cache, program=program).build
    from test_build import names

    assert "agentic/core/wire.py" in names(build("call_api", [spec]).path)
    assert "agentic/core/wire.py" not in names(build("generate_code", [spec]).path)


def test_what_settles_a_lost_write_is_brought_to_the_broker_only(program: Path, cache: Path):
    spec = dataclasses.replace(spec_of("tinysdk"), settle="agentic.core.wire:HttpRequest")
    build = Builder(_target(), cache=cache, program=program).build
    from test_build import names

    assert "agentic/core/wire.py" in names(build("call_api", [spec]).path)
    assert "agentic/core/wire.py" not in names(build("generate_code", [spec]).path)
    without = Builder(_target(), cache=cache, program=program).build("call_api", [spec_of("tinysdk")])
    assert "agentic/core/wire.py" not in names(without.path), "the control"


def test_a_reference_to_a_module_that_is_not_there_is_refused(program: Path, cache: Path):
    with pytest.raises(BuildError, match=r"module agentic\.apis\.nothing"):
        Builder(_target(), cache=cache, program=program).build(
            "call_api", [spec_of("tinysdk", sign="agentic.apis.nothing:sign")]
        )


def _target():
    from lambdas.target import Target

    return Target()
