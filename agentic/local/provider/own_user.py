"""Whose process is at the other end of a loopback connection: the kernel's table of sockets names the user.

Pulumi's engine can send no token, and the local cloud's boundary is the Unix user.
"""

import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grpc

# A socket made for IPv6 appears in the second table even when it is connected over IPv4, as ::ffff:127.0.0.1.
_TABLES = (Path("/proc/net/tcp"), Path("/proc/net/tcp6"))
_PEER = re.compile(r"ipv4:127\.0\.0\.1:([0-9]+)")
_LOOPBACK = f"{int.from_bytes(bytes((127, 0, 0, 1)), 'little'):08X}"
# The kernel hands the table out in pieces and may skip an entry when it changes meanwhile.
_ATTEMPTS = 3


def user_of(client_port: int, server_port: int) -> int | None:
    """The id of the user whose socket is connected from one port of 127.0.0.1 to the other; None without such a socket."""
    ends = [f"{_LOOPBACK}:{port:04X}" for port in (client_port, server_port)]
    for table in [table for table in _TABLES if table.exists()] * _ATTEMPTS:
        for line in table.read_text().splitlines()[1:]:
            fields = line.split()
            if all(address.endswith(end) for address, end in zip(fields[1:3], ends, strict=True)):
                return int(fields[7])
    return None


class OwnUserOnly(grpc.ServerInterceptor):
    """Refuses every call that does not come from a process of `user` over loopback. `port` is set before the server starts."""

    def __init__(self, user: int | None = None) -> None:
        self.port = 0
        self._user = os.getuid() if user is None else user

    def intercept_service(self, continuation: Callable[[Any], Any], handler_call_details: Any) -> Any:
        handler = continuation(handler_call_details)
        if handler is None or handler.unary_unary is None:
            return None

        def guarded(request: Any, context: grpc.ServicerContext) -> Any:
            peer = _PEER.fullmatch(context.peer())
            if peer is None or user_of(int(peer[1]), self.port) != self._user:
                context.abort(grpc.StatusCode.PERMISSION_DENIED, "only this user's processes may use the local cloud")
            return handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(guarded, handler.request_deserializer, handler.response_serializer)
