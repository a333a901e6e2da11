"""The Runtime API's wall: only the function's own process is answered."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable

import pytest
from function_stage import Lambda, eventually

from agentic.local.functions.peer import belongs_to

NEXT = "GET /2018-06-01/runtime/invocation/next HTTP/1.1\\r\\nHost: x\\r\\n\\r\\n"


def test_a_foreign_process_is_refused_while_the_function_is_served(both: Lambda) -> None:
    both.create("def handler(event, context): return 'served'")
    both.functions.warm("trial")
    (process,) = both.functions.processes("trial")
    assert eventually(lambda: process.ready)
    script = f"""
import socket
with socket.create_connection(("127.0.0.1", {process.port}), 5) as connection:
    connection.sendall(b"{NEXT}")
    print(connection.recv(99).decode().splitlines()[0])
"""
    answer = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    # The refusal, or a reset when the connection was closed before the request was read.
    assert "200" not in answer.stdout
    assert "403" in answer.stdout or "ConnectionResetError" in answer.stderr
    # The control: its own process has been answered over the same port, and is again.
    assert both.functions.invoke("trial", b"{}").payload == b'"served"'


def test_we_ourselves_are_refused_too(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create("def handler(event, context): return 'served'")
    made.functions.invoke("trial", b"{}")
    (process,) = made.functions.processes("trial")
    connection = http.client.HTTPConnection("127.0.0.1", process.port, timeout=5)
    try:
        connection.request("POST", "/2018-06-01/runtime/init/error", b"{}")
        assert connection.getresponse().status == 403
    except ConnectionError:
        assert made.functions.invoke("trial", b"{}").payload == b'"served"'
    finally:
        connection.close()


def test_a_functions_child_is_refused_and_the_function_itself_is_not(both: Lambda) -> None:
    both.create(
        """
        import http.client, os, subprocess, sys
        ASK = (
            "import http.client, sys; connection = http.client.HTTPConnection(sys.argv[1], timeout=5);"
            "connection.request('GET', '/2018-06-01/runtime/no-such-thing'); print(connection.getresponse().status)"
        )
        def handler(event, context):
            address = os.environ["AWS_LAMBDA_RUNTIME_API"]
            asked = subprocess.run([sys.executable, "-I", "-c", ASK, address], capture_output=True, text=True)
            child = asked.stdout.strip() or asked.stderr.strip().splitlines()[-1].partition(":")[0]
            connection = http.client.HTTPConnection(address, timeout=5)
            connection.request("GET", "/2018-06-01/runtime/no-such-thing")
            answer = [child, connection.getresponse().status]
            connection.close()
            return answer
        """
    )
    child, own = json.loads(both.functions.invoke("trial", b"{}").payload)
    assert child in {"403", "ConnectionResetError", "BrokenPipeError", "http.client.RemoteDisconnected"}
    assert own == 404


def test_an_answer_for_another_invocation_is_refused(both: Lambda) -> None:
    both.create(
        """
        import http.client, os
        def handler(event, context):
            connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"], timeout=5)
            connection.request("POST", "/2018-06-01/runtime/invocation/some-other-id/response", b'"forged"')
            status = connection.getresponse().status
            connection.close()
            return status
        """
    )
    assert both.functions.invoke("trial", b"{}").payload == b"400"


@pytest.mark.parametrize(
    "request_text",
    [
        "NONSENSE\\r\\n\\r\\n",
        "POST /2018-06-01/runtime/init/error HTTP/1.1\\r\\nContent-Length: -1\\r\\n\\r\\n",
        "POST /2018-06-01/runtime/init/error HTTP/1.1\\r\\nContent-Length: 99999999999\\r\\n\\r\\n",
        "POST /2018-06-01/runtime/init/error HTTP/1.1\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n",
        "x" * 70_000,
    ],
)
def test_nonsense_ends_the_connection_and_nothing_else(make: Callable[..., Lambda], request_text: str) -> None:
    made = make()
    made.create(
        f"""
        import os, socket
        def handler(event, context):
            host, port = os.environ["AWS_LAMBDA_RUNTIME_API"].split(":")
            with socket.create_connection((host, int(port)), 5) as connection:
                connection.sendall(b"{request_text}")
                try:
                    return connection.recv(99).decode()
                except ConnectionResetError:
                    return ""
        """
    )
    for _ in range(2):
        assert made.functions.invoke("trial", b"{}").payload == b'""'


def test_the_kernel_tells_whose_a_connection_is() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        script = (
            f"import socket, sys; c = socket.create_connection(('127.0.0.1', {listener.getsockname()[1]})); sys.stdin.read()"
        )
        with subprocess.Popen([sys.executable, "-c", script], stdin=subprocess.PIPE) as other:
            accepted, client = listener.accept()
            with accepted:
                assert belongs_to(other.pid, client, listener.getsockname())
                # Not ours, nobody's who does not exist, and not in the other direction.
                assert not belongs_to(os.getpid(), client, listener.getsockname())
                assert not belongs_to(2**22 + 1, client, listener.getsockname())
                assert not belongs_to(other.pid, listener.getsockname(), client)
            assert other.stdin is not None
            other.stdin.close()
