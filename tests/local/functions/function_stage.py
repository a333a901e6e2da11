"""A local Lambda with real zips of small handlers, and a look at the process table."""

import os
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from textwrap import dedent
from typing import Any

from agentic.local.functions.declaration import FunctionDeclaration
from agentic.local.functions.functions import Functions
from agentic.local.state import StateFolder

REGION = "eu-central-1"


def declare(
    folder: Path,
    name: str,
    source: str,
    *,
    files: Mapping[str, str] | None = None,
    memory_mb: int = 512,
    timeout_seconds: float = 10.0,
    environment: Mapping[str, str] | None = None,
    per_tenant: bool = False,
) -> FunctionDeclaration:
    """A zip with `handler.py` (and other files), and its declaration."""
    zip_path = folder / f"{name}.zip"
    with zipfile.ZipFile(zip_path, "w") as archive:
        for path, text in {"handler.py": source, **(files or {})}.items():
            archive.writestr(path, dedent(text))
    return FunctionDeclaration(
        name=name,
        arn=f"arn:aws:lambda:{REGION}:000000000000:function:{name}",
        zip_path=zip_path,
        handler="handler.handler",
        memory_mb=memory_mb,
        timeout_seconds=timeout_seconds,
        environment=environment or {},
        role_arn=f"arn:aws:iam::000000000000:role/{name}",
        per_tenant=per_tenant,
    )


def environment_for(declaration: FunctionDeclaration) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9",
        "AWS_ACCESS_KEY_ID": f"key-of-{declaration.name}",
        "AWS_SECRET_ACCESS_KEY": "fake",
    }


class Lambda:
    """The functions under test, what they logged, and a short way to create one."""

    def __init__(self, folder: Path, **options: Any) -> None:
        self.folder = folder
        self.lines: list[tuple[str, str]] = []
        self.state = StateFolder(folder / "state")
        self.functions = Functions(
            self.state, environment_for, log_sink=lambda name, line: self.lines.append((name, line)), **options
        )

    def create(self, source: str, *, name: str = "trial", **options: Any) -> FunctionDeclaration:
        declaration = declare(self.folder, name, source, **options)
        self.functions.create(declaration)
        return declaration

    def forget(self) -> None:
        """As new: the function `trial` is gone with its processes and its lines."""
        left = self.functions.processes("trial")
        self.functions.remove("trial")
        for process in left:
            process.wait_until_gone()
        self.lines.clear()

    def log(self) -> list[str]:
        return [line for _, line in self.lines]


def processes() -> Iterator[tuple[int, int]]:
    """All living processes with their parents."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                text = (entry / "stat").read_text()
            except OSError:
                continue
            state, parent, *_ = text[text.rindex(")") + 2 :].split()
            if state not in "ZX":
                yield int(entry.name), int(parent)


def descendants(pid: int) -> set[int]:
    """The living processes below `pid`."""
    parents = dict(processes())
    found: set[int] = set()
    while new := {child for child, parent in parents.items() if parent in {pid, *found}} - found:
        found |= new
    return found


def alive(pid: int) -> bool:
    return any(process == pid for process, _ in processes())


def eventually(true: Callable[[], bool], seconds: float = 5.0) -> bool:
    """Whether it becomes true within the time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if true():
            return True
        time.sleep(0.005)
    return true()


def below_us() -> set[int]:
    return descendants(os.getpid())
