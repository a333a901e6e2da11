"""Every port that a local cloud opens refuses whoever proves nothing; a function's events are for its own process only."""

import contextlib
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from owned_stage import WALL, Owned

from agentic.local.background import Background

pytestmark = pytest.mark.cloud

_LISTENS = "0A"
NEXT = "/2018-06-01/runtime/invocation/next"
# What somebody who found a port would ask it: the Runtime API, other APIs inside Lambda, AWS's, a gateway's, an API's.
PROBES = [
    ("GET", "/"),
    ("GET", NEXT),
    ("POST", "/2018-06-01/runtime/invocation/x/response"),
    ("POST", "/2018-06-01/runtime/invocation/x/error"),
    ("POST", "/2018-06-01/runtime/init/error"),
    ("POST", "/2020-01-01/extension/register"),
    ("PUT", "/2022-07-01/telemetry"),
    ("POST", "/2015-03-31/functions/x/invocations"),
    ("POST", "/model/x/converse"),
    ("POST", "/harnesses/invoke"),
    ("POST", "/mcp"),
    ("GET", "/v1/customers"),
    ("POST", "/v1/customers"),
    ("OPTIONS", "*"),
    ("CONNECT", "api.stripe.com:443"),
    ("GET", "http://api.stripe.com/v1/customers"),
]
HOSTS = ["", "api.stripe.com", "evil.example"]


def family() -> set[int]:
    """This process and everything that it has started."""
    parents = {int(entry.name): _parent(entry) for entry in Path("/proc").iterdir() if entry.name.isdigit()}
    found = {os.getpid()}
    while more := {pid for pid, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def _parent(process: Path) -> int:
    try:
        return int((process / "stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def listening() -> dict[int, str]:
    """Port to address of all sockets on which this process or one of its children listens."""
    inodes: set[str] = set()
    for pid in family():
        with contextlib.suppress(OSError):  # It has ended meanwhile.
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    inodes.add(str(link.readlink()))
    found: dict[int, str] = {}
    for table in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            _, local, _, state, *_, inode = line.split()[:10]
            if f"socket:[{inode}]" in inodes and (state == _LISTENS or table.startswith("udp")):
                address, port = local.split(":")
                found[int(port, 16)] = address
    return found


@pytest.fixture(scope="module")
def earlier() -> dict[int, str]:
    return listening()


@pytest.fixture(scope="module")
def ports(earlier: dict[int, str], owned: Owned) -> dict[int, str]:
    return {port: address for port, address in listening().items() if port not in earlier}


def asked(port: int, method: str, path: str, host: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    try:
        connection.putrequest(method, path, skip_host=True)
        connection.putheader("Host", host or f"127.0.0.1:{port}")
        connection.putheader("Content-Length", "2")
        connection.endheaders(b"{}")
        return connection.getresponse().status
    except (ConnectionError, http.client.HTTPException):
        return 0  # Cut off without a word.
    finally:
        connection.close()


def test_every_port_is_on_loopback_and_answers_nobody_who_proves_nothing(ports: dict[int, str], owned: Owned):
    assert len(ports) >= 9, "the endpoint, the fakes, and a Runtime API for each function's process"
    assert set(ports.values()) == {"0100007F"}
    answers = {
        (port, method, path, host): asked(port, method, path, host)
        for port in ports
        for method, path in PROBES
        for host in HOSTS
    }
    assert {request: status for request, status in answers.items() if status != 0 and not 400 <= status < 500} == {}
    # The control: all of it is alive, and answers whom it knows.
    assert owned.run("answer = {'success': True, 'exit': 0}").status == "completed"


def runtime_apis(owned: Owned) -> dict[str, int]:
    """A port of each function's Runtime API."""
    return {name: process.port for name in owned.declared() for process in owned.functions.processes(name)}


_POLL = """
import http.client
def poll(port):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=0.5)
    try:
        connection.request("GET", "/2018-06-01/runtime/invocation/next")
        return connection.getresponse().status
    except TimeoutError:
        return 0
    finally:
        connection.close()
"""


def test_the_events_of_other_functions_cannot_be_waited_for(owned: Owned):
    for name in owned.declared():
        if not owned.functions.processes(name):
            # Those of other APIs, and those that no run has needed yet, are started too: each of them has a port.
            owned.functions.warm(name)
    others = {name: port for name, port in runtime_apis(owned).items() if name != WALL}
    assert set(others) == set(owned.declared()) - {WALL}
    assert len(others) >= 6
    statuses = owned.inside(f"{_POLL}answer = [poll(port) for port in {sorted(others.values())}]")
    assert statuses == [403] * len(others)


def test_the_next_event_of_its_own_function_cannot_be_waited_for_by_another_process(owned: Owned):
    """A child that outlives its run is the way to the next run's event on Lambda, where nobody asks who polls."""
    attack = f"""
import subprocess, sys, os
port = int(os.environ["AWS_LAMBDA_RUNTIME_API"].rpartition(":")[2])
child = subprocess.run(
    [sys.executable, "-c", {_POLL!r} + f"print(poll({{port}}))"], capture_output=True, text=True, env={{}}
)
forked = os.pipe()
pid = os.fork()
if not pid:
    scope = {{}}
    exec({_POLL!r}, scope)
    os.write(forked[1], str(scope["poll"](port)).encode())
    os._exit(0)
os.waitpid(pid, 0)
answer = [child.stdout.strip(), os.read(forked[0], 10).decode(), os.environ["AWS_LAMBDA_RUNTIME_API"]]
"""
    by_exec, by_fork, api = owned.inside(attack)
    assert (by_exec, by_fork) == ("403", "403")
    assert int(api.rpartition(":")[2]) in runtime_apis(owned).values()
    # The control: the process itself is not refused, it waits (see docs/limitations on what that means).
    in_process = f"{_POLL}\nimport os\nanswer = poll(int(os.environ['AWS_LAMBDA_RUNTIME_API'].rpartition(':')[2]))"
    assert owned.inside(in_process) == 0
    assert owned.inside("answer = 7") == 7


def test_an_answer_for_another_invocation_is_not_taken(owned: Owned):
    attack = """
import http.client, os
def post(path):
    connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=5)
    connection.request("POST", f"/2018-06-01/runtime/invocation/{path}", b'{"forged": true}')
    return connection.getresponse().status
answer = [post(f"{number}/response") for number in ("x", "00000000-0000-0000-0000-000000000000", "../next", "%2e%2e")]
"""
    assert owned.inside(attack) == [400, 400, 404, 400]


_SCRIPT = """\
import _socket
def told(family, address, request):
    try:
        connection = _socket.socket(family, _socket.SOCK_STREAM)
        connection.settimeout(2)
        connection.connect(address)
        connection.send(request)
        return connection.recv(4096).decode(errors="replace").partition("\\r\\n")[0]
    except OSError as error:
        return type(error).__name__
"""


def from_the_sandbox(stage: Any, script: str) -> list[Any]:
    """What a script prints as JSON in the honest wall, where the validator has not seen it."""
    event = {"code": textwrap.dedent(script), "grant": "", "seconds": 20, "output_bytes": 10_000}
    outcome = stage.invoke(WALL, event, TenantId="run_0000000000000000-1")
    assert outcome["success"], outcome
    return json.loads(outcome["stdout"])


def test_no_script_can_wait_for_an_event(owned: Owned):
    """From the honest wall, with its sandbox: the Runtime API itself refuses it too, wherever a socket can be had."""
    owned.restore()
    assert from_the_sandbox(owned, "print([1])") == [1], "the control: there it runs, and now has its port, too"
    ports = sorted(runtime_apis(owned).values())
    script = f"import json\n{_SCRIPT}\nrequest = b'GET {NEXT} HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n'\n"
    script += f"print(json.dumps([told(_socket.AF_INET, ('127.0.0.1', port), request) for port in {ports}]))"
    answers = from_the_sandbox(owned, script)
    assert len(answers) >= 7
    assert [answer for answer in answers if "403" not in answer and not answer.endswith("Error")] == []


@pytest.fixture
def control(owned: Owned) -> Iterator[Path]:
    """The control socket of the background local cloud, in a folder as the state folder is."""
    folder = Path(tempfile.mkdtemp())
    background = Background(owned.cloud, folder, "digest")
    serving = threading.Thread(target=background.serve)
    serving.start()
    yield folder / "control.sock"
    background.stop()
    serving.join()
    shutil.rmtree(folder)


_STATUS = b'{"op": "status"}\n'


def test_a_script_reaches_neither_the_control_socket_nor_the_endpoint(owned: Owned, control: Path):
    endpoint = ("127.0.0.1", owned.cloud._account.endpoint.port)
    reach = f"{_SCRIPT}\nunix = told(_socket.AF_UNIX, {str(control)!r}, {_STATUS!r})\n"
    reach += f"tcp = told(_socket.AF_INET, {endpoint!r}, b'GET / HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n')\n"
    script = f"import json\n{reach}print(json.dumps([unix, tcp]))"
    owned.restore()
    assert from_the_sandbox(owned, script) == ["PermissionError"] * 2
    # The control: without a sandbox, the same code reaches both. Among processes of one Unix user there is no other wall.
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    unix, tcp = json.loads(done.stdout)
    assert json.loads(unix)["result"]["digest"] == "digest"
    assert "403" in tcp


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
def test_another_user_of_the_machine_cannot_use_the_control_socket(control: Path):
    ask = "import os, socket\nos.setgroups([])\nos.setgid(65534)\nos.setuid(65534)\ns = socket.socket(socket.AF_UNIX)\n"
    ask += f"s.connect({str(control)!r})\ns.send({_STATUS!r})\nprint(s.recv(99))"

    def as_nobody() -> str:
        return subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=False).stderr

    assert (control.stat().st_mode & 0o777, control.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    assert "Permission" in as_nobody()
    # The control: each of the two modes alone keeps them out.
    control.parent.chmod(0o755)
    assert "Permission" in as_nobody()
    control.chmod(0o666)
    assert as_nobody() == ""
