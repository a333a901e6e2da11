"""An independent GitHub to hold ours against: the npm package `emulate`, in exactly one version, run by Node on loopback.

It is installed once into the user's cache. Another package took the name's later versions, so that the version is pinned.
"""

import contextlib
import http.client
import json
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from agentic.core.cache import cache_folder
from agentic.core.fake import FakeRequest, FakeResponse

VERSION = "0.11.2"
TOKEN = "token_of_the_judge"
_PATIENCE = 60
_PEOPLE = {"octocat": "The Octocat", "ada": "Ada Lovelace", "grace": "Grace Hopper", "hubot": "Hubot"}
_SEED = {
    "tokens": {TOKEN: {"login": "octocat", "scopes": ["repo", "user", "gist"]}},
    "github": {
        "users": [{"login": login, "name": name, "email": f"{login}@example.com"} for login, name in _PEOPLE.items()],
        "orgs": [{"login": "acme", "name": "Acme Inc.", "members": [{"login": "octocat", "role": "admin"}]}],
        "repos": [{"owner": "acme", "name": "widgets", "description": "Widgets", "language": "Python", "auto_init": True}],
    },
}
# It would listen on every address of the machine.
_LOOPBACK_ONLY = """
const net = require('net');
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (first, ...rest) {
  const port = typeof first === 'object' ? first.port : first;
  return listen.call(this, { port, host: '127.0.0.1' }, ...rest.filter((item) => typeof item === 'function'));
};
"""


class NoJudgeError(Exception):
    """Why there is no judge on this machine."""


def installed() -> tuple[str, Path]:
    """Node, and the judge's program. Raises `NoJudgeError`."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise NoJudgeError("node and npm are not on the PATH")
    folder = cache_folder() / "judges" / f"emulate-{VERSION}"
    if not folder.exists():
        _install(npm, folder)
    package = folder / "node_modules" / "emulate"
    description = json.loads((package / "package.json").read_text("utf-8"))
    if description["version"] != VERSION:
        raise NoJudgeError(f"{package} holds version {description['version']}, not {VERSION}")
    program = description["bin"]["emulate"] if isinstance(description["bin"], dict) else description["bin"]
    return node, package / program


def _install(npm: str, folder: Path) -> None:
    """Into a folder of its own first: another process may be at it too."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="new-") as temporary:
        made = Path(temporary) / "made"
        made.mkdir()
        command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(made), f"emulate@{VERSION}"]
        try:
            done = subprocess.run(command, cwd=made, capture_output=True, text=True, timeout=180, check=False)
        except subprocess.TimeoutExpired:
            raise NoJudgeError("npm did not end in time") from None
        if done.returncode:
            raise NoJudgeError(f"npm cannot install emulate@{VERSION}: {done.stderr.strip()[-200:]}")
        # Where another was quicker, its folder stays.
        with contextlib.suppress(OSError):
            made.rename(folder)


class Judge:
    """The running judge, asked as a fake is."""

    def __init__(self, port: int) -> None:
        self._port = port

    def respond(self, request: FakeRequest) -> FakeResponse:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=30)
        try:
            path = request.path + (f"?{request.query}" if request.query else "")
            kept = {name: value for name, value in request.headers.items() if name not in ("host", "accept-encoding")}
            connection.request(request.method, path, request.body or None, kept | {"host": "api.github.com"})
            answer = connection.getresponse()
            headers = {name.title(): value for name, value in answer.getheaders()}
            if "Link" in headers:
                # It builds these of the host it was asked by, with the scheme that it is served by.
                headers["Link"] = headers["Link"].replace("http://", "https://")
            return FakeResponse(answer.status, answer.read(), headers)
        finally:
            connection.close()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Judge]:
    """Starts the judge in `folder` with the seed; it is ended by its process id. Raises `NoJudgeError`."""
    node, program = installed()
    (folder / "seed.json").write_text(json.dumps(_SEED), "utf-8")
    (folder / "loopback.js").write_text(_LOOPBACK_ONLY, "utf-8")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [node, "--require", str(folder / "loopback.js"), str(program), "start", "--service", "github"]
    command += ["--port", str(port), "--seed", str(folder / "seed.json"), "--base-url", "https://api.github.com"]
    environment = {"PATH": os.environ["PATH"], "HOME": str(folder)}
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, env=environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        _wait(process, port, folder / "log")
        yield Judge(port)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: "subprocess.Popen[bytes]", port: int, log: Path) -> None:
    end = time.monotonic() + _PATIENCE
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise NoJudgeError(f"the judge did not start: {log.read_text('utf-8', 'replace')[-300:]}")
