"""Makes the pictures in docs/images: what a person sees of real runs, in colour. `python docs/picture.py`, then look."""

import contextlib
import os
import pty
import re
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

# Of each picture: what is run in it.
RUNS: dict[str, tuple[list[str], ...]] = {
    "run": (
        ["run", "Create a Stripe customer named Zoë Quist with email zoe@quist.example"],
        ["run", "Create a product called Gold plan at 15 EUR a month"],
    ),
    "approval": (["run", "--writes", "approve", "Create a Stripe customer named Alice with email alice@example.com"],),
}
ANSWER = b"y\n"
HERE = Path(__file__).parent


def seen(command: list[str], folder: Path) -> str:
    """What a command writes when it writes to a terminal, and what it is answered when it asks."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "AGENTIC_HOME": str(folder / ".agentic"), "TERM": "xterm-256color"}
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, cwd=folder, env=environment)
    os.close(theirs)
    written = bytearray()
    # The terminal's end is told by an error once nobody has it open any more.
    with contextlib.suppress(OSError):
        while data := os.read(ours, 65536):
            written.extend(data)
            if written.endswith(b"]o: "):
                os.write(ours, ANSWER)
    os.close(ours)
    process.wait()
    return written.decode().replace("\r\n", "\n")


def main() -> None:
    agentic = str(Path(sys.executable).with_name("agentic"))
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        # Started before, so that the pictures show usual runs and not a first one.
        seen([agentic, "local", "start"], Path(folder))
        for name, commands in RUNS.items():
            console = Console(record=True, width=104, file=nowhere, force_terminal=True)
            for command in commands:
                told = shlex.join(command).replace("'", '"')
                console.print(Text.assemble(("$ ", "bold green"), f"agentic {told}"))
                shown = re.sub(r"objects/\S*?/generated", "objects/…/generated", seen([agentic, *command], Path(folder)))
                console.print(Text.from_ansi(shown))
            # The fonts that Rich names are on somebody's server; a picture in a repository should not fetch anything.
            picture = re.sub(r"@font-face\s*\{.*?\}", "", console.export_svg(title="agentic"), flags=re.DOTALL)
            (HERE / "images" / f"{name}.svg").write_text(picture)
        seen([agentic, "local", "stop"], Path(folder))


if __name__ == "__main__":
    main()
