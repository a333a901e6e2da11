"""The program's own process: a language server that runs the program when the engine asks. Started by `hosted`, never imported.

It is the one of Pulumi's Automation API, which needs no language plugin. The process tells its port on standard output, has
a built environment, and ends when the other end of its standard input is gone.
"""

import os
import runpy
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

# The folder that holds `agentic`, last: the program's own folder and the installed packages come first.
sys.path.append(str(Path(__file__).resolve().parents[2]))

import grpc
from pulumi.automation._server import LanguageServer
from pulumi.runtime.proto import language_pb2_grpc

from agentic.local.provider.own_user import OwnUserOnly

# What the engine is sent in one message may hold every prompt of a topology; the Automation API takes as much.
_LIMITS = [("grpc.max_receive_message_length", 400 << 20)]


def main(program: str) -> None:
    """Serve until the parent closes our standard input."""
    sys.path.insert(0, str(Path(program).parent))
    sys.argv = [program]

    def run() -> None:
        runpy.run_path(program, run_name="__main__")

    guard = OwnUserOnly()
    server = grpc.server(ThreadPoolExecutor(4), interceptors=[guard], options=_LIMITS)
    language_pb2_grpc.add_LanguageRuntimeServicer_to_server(LanguageServer(run), server)
    guard.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    print(guard.port, flush=True)  # noqa: T201 - said to the parent
    # What the program prints goes where its errors go.
    os.dup2(2, 1)
    sys.stdin.read()


if __name__ == "__main__":
    main(sys.argv[1])
    # A program that the engine gave up on leaves threads and loops behind that nobody needs to wait for.
    os._exit(0)
