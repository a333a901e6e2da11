"""Makes docs/images/run.svg: what a person sees of a real run, in colour. `python docs/picture.py`, then look at it."""

import contextlib
import os
import pty
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

TASKS = (
    "Create a Stripe customer named Zoë Quist with email zoe@quist.example",
    "Create a product called Gold plan at 15 EUR a month",
)
HERE = Path(__file__).parent


def seen(command: list[str], folder: Path) -> str:
    """What a command writes when it writes to a terminal."""
    ours, theirs = pty.openpty()
    environment = {**os.environ, "AGENTIC_HOME": str(folder / ".agentic"), "TERM": "xterm-256color"}
    process = subprocess.Popen(command, stdout=theirs, stderr=theirs, stdin=theirs, cwd=folder, env=environment)
    os.close(theirs)
    written = bytearray()
    # The terminal's end is told by an error once nobody has it open any more.
    with contextlib.suppress(OSError):
        while data := os.read(ours, 65536):
            written.extend(data)
    os.close(ours)
    process.wait()
    return written.decode().replace("\r\n", "\n")


def main() -> None:
    agentic = str(Path(sys.executable).with_name("agentic"))
    with tempfile.TemporaryDirectory() as folder, Path(os.devnull).open("w") as nowhere:
        console = Console(record=True, width=104, file=nowhere, force_terminal=True)
        # Started before, so that the picture shows a usual run and not a first one.
        seen([agentic, "local", "start"], Path(folder))
        for task in TASKS:
            console.print(Text.assemble(("$ ", "bold green"), f'agentic run "{task}"'))
            shown = seen([agentic, "run", task], Path(folder))
            shown = re.sub(r"objects/\S*?/generated", "objects/…/generated", shown)
            console.print(Text.from_ansi(shown))
        seen([agentic, "local", "stop"], Path(folder))
        picture = console.export_svg(title="agentic")
    # The fonts that Rich names are on somebody's server; a picture in a repository should not fetch anything.
    picture = re.sub(r"@font-face\s*\{.*?\}", "", picture, flags=re.DOTALL)
    (HERE / "images" / "run.svg").write_text(picture)


if __name__ == "__main__":
    main()
