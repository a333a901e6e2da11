"""Installed packages as a test makes them: real dist-info folders in a folder on the path."""

import contextlib
import importlib
import sys
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

PLUGIN = """
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation, Sdk, SecretField
from agentic.registry import hookimpl

@hookimpl
def agentic_apis():
    key = Credential(CredentialKind.HEADER, "Bearer {{key}}", "Authorization")
    hosts = tuple(Host(host, (Operation("GET", "/x", "x"),), key) for host in {hosts!r})
    secrets = (SecretField("key", "Key", ("{upper}_KEY",), "placeholder"),)
    return [ApiSpec("{name}", "{title}", Sdk("{name}", ("{name}",)), hosts, secrets, "Use it."{more})]
"""


def plugin(name: str, *hosts: str, more: str = "") -> str:
    """The source of a plugin that works, for one API."""
    return PLUGIN.format(name=name, title=name.title(), upper=name.upper(), hosts=hosts or (f"api.{name}.dev",), more=more)


def install(folder: Path, package: str, entry_points: Mapping[str, str], version: str = "1.0", **modules: str) -> Path:
    """A distribution in `folder` with these entry points (name to module) and modules (name to source)."""
    for name, source in modules.items():
        (folder / f"{name}.py").write_text(textwrap.dedent(source))
    lines = "".join(f"{name} = {module}\n" for name, module in entry_points.items())
    return install_raw(folder, package, f"[agentic.apis]\n{lines}".encode(), version)


def install_raw(folder: Path, package: str, entry_points: bytes, version: str = "1.0") -> Path:
    """A distribution whose file of entry points is these bytes."""
    information = folder / f"{package.replace('-', '_')}-{version}.dist-info"
    information.mkdir()
    (information / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: {version}\n")
    (information / "entry_points.txt").write_bytes(entry_points)
    return folder


@contextlib.contextmanager
def on_path(folder: Path) -> Iterator[Path]:
    """`folder` as part of this process's path; what was imported from it is forgotten afterwards."""
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        yield folder
    finally:
        sys.path.remove(str(folder))
        for path in folder.glob("*.py"):
            sys.modules.pop(path.stem, None)
        importlib.invalidate_caches()
