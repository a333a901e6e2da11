"""The parent's side of a program's process (`host`)."""

import os
import subprocess
import sys
from pathlib import Path

from agentic.core.errors import LocalCloudError
from agentic.local.program import environment
from agentic.local.program.place import Place

_HOST = Path(__file__).with_name("host.py")
_END_SECONDS = 10.0


class ProgramHost:
    """A running language server for one program, from construction to `close`. Its output goes to the file `log`.

    One program may be run many times by one host; it is imported anew each time, its packages are not.
    """

    def __init__(self, program: Path, place: Place, log: Path) -> None:
        home = log.with_suffix(".home")
        home.mkdir(mode=0o700, exist_ok=True)
        with os.fdopen(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "wb") as output:
            self._process = subprocess.Popen(  # noqa: S603 - our interpreter, our file
                [sys.executable, "-I", str(_HOST), str(program)],
                cwd=program.parent,
                env=environment.build(os.environ, place, home, {}),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                start_new_session=True,
            )
        self.port = self._process.stdout.readline().strip() if self._process.stdout else ""
        if not self.port:
            self.close()
            raise LocalCloudError("the Pulumi program's process ended without a word", hint=f"its output is in {log}")

    def close(self) -> None:
        """End the process. May be called again."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
