"""`agentic serve`: the HTTP API and the web console on this machine, for whoever has the printed link."""

import argparse
import contextlib
import errno
import os
import socket
import traceback
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from agentic.core.errors import ExitCode, UsageError
from agentic.interfaces.commands.doctor import items
from agentic.interfaces.served.link import Link
from agentic.interfaces.served.machine import ThisMachine
from agentic.interfaces.served.token import VARIABLE, TokenAuthentication, token_of
from agentic.interfaces.terminal import Terminal
from agentic.local import control
from agentic.local.stacks.stack import person
from agentic.serving.serving import Caller

ADDRESS = "127.0.0.1"
PORT = 8460
# Streams of events that are open when it ends are cut off after this time.
_ENDING_SECONDS = 1


def serve(options: argparse.Namespace, terminal: Terminal) -> int:
    """Serve until Ctrl-C. Raises `UsageError` for a port that is taken, and whatever keeps the local cloud from starting."""
    token, made = token_of(os.environ)
    # What is started from here is the local cloud, which needs it for nothing.
    os.environ.pop(VARIABLE, None)
    with _listening(options.port) as listener:
        port = int(listener.getsockname()[1])
        caller = Caller(person(), person(), everything=True)
        build: Callable[[Mapping[str, Any], Callable[[str], Any]], Any] = partial(
            _app,
            authentication=TokenAuthentication(token, caller),
            machine=ThisMachine(items),
            unforeseen=partial(_noted, terminal, control.home() / "logs" / "serve.log"),
            hosts=frozenset({f"{ADDRESS}:{port}", f"localhost:{port}"}),
        )
        link = Link(control.home(), options.stack, build, terminal.notice)
        try:
            link.current()
            _tell(terminal, f"http://{ADDRESS}:{port}/", token if made else "", as_json=options.json)
            _run(link, listener)
        except KeyboardInterrupt:
            pass
        finally:
            link.close()
    terminal.line("ended")
    return ExitCode.DONE


def _app(exports: Mapping[str, Any], clients: Callable[[str], Any], **seams: Any) -> Any:
    from agentic.interfaces.served.serving import served

    return served(exports, clients, **seams)


def _noted(terminal: Terminal, log: Path, error: Exception) -> None:
    """One line for the person, the whole of it for the log."""
    terminal.error(f"a request failed: {type(error).__name__}", f"see {log}")
    with contextlib.suppress(OSError), log.open("a") as notes:
        traceback.print_exception(error, file=notes)


def _listening(port: int) -> socket.socket:
    if not 0 <= port <= 65535:
        raise UsageError(f"{port} is no port", hint="0 to 65535; 0 takes one that is free")
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    # A port that was served a moment ago may be taken again at once; one that somebody listens on may not.
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((ADDRESS, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        why = "is taken" if error.errno == errno.EADDRINUSE else f"cannot be used: {error.strerror}"
        raise UsageError(f"port {port} {why}", hint="name another with --port, or --port 0 for one that is free") from None
    return listener


def _tell(terminal: Terminal, address: str, token: str, *, as_json: bool) -> None:
    shown = f"{address}#token={token}" if token else address
    if as_json:
        terminal.json({"url": shown, "api": address})
        terminal.out.flush()
    terminal.line(f"console and HTTP API: {shown}")
    terminal.line(
        terminal.paint(
            "dim", f"  the token is {'in the link, for you alone' if token else f'the one of {VARIABLE}'}; Ctrl-C ends it"
        )
    )


def _run(link: Link, listener: socket.socket) -> None:
    import uvicorn

    from agentic.interfaces.served.serving import LinkedApp

    config = uvicorn.Config(
        LinkedApp(link),
        # What a stranger sends that is no HTTP is no news to the person.
        log_level="error",
        access_log=False,
        server_header=False,
        lifespan="off",
        ws="none",
        http="h11",
        loop="asyncio",
        proxy_headers=False,
        timeout_graceful_shutdown=_ENDING_SECONDS,
    )
    uvicorn.Server(config).run(sockets=[listener])
