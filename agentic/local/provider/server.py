"""The port that the engine attaches to instead of starting the providers' plugins."""

from concurrent.futures import ThreadPoolExecutor
from typing import Self

import grpc
from pulumi.runtime.proto.provider_pb2_grpc import add_ResourceProviderServicer_to_server

from agentic.local.program.table import Context, ResourceTable
from agentic.local.provider.own_user import OwnUserOnly
from agentic.local.provider.servicer import Provider

# The engine makes many resources at once; each of them is Python work that waits for the others anyway.
_THREADS = 8
_GRACE_SECONDS = 5.0


class ProviderServer:
    """Running providers, from construction to `close`. `attach` is the value of PULUMI_DEBUG_PROVIDERS that leads to them.

    The engine can prove nothing about itself, so the kernel is asked: only processes of this user are answered.
    """

    def __init__(self, table: ResourceTable, context: Context) -> None:
        self._servers = {package: _serve(Provider(package, table, context)) for package in ("aws", "random")}
        self.attach = ",".join(f"{package}:{port}" for package, (_, port) in self._servers.items())

    def close(self) -> None:
        """Let what has begun finish. May be called again."""
        for stopped in [server.stop(_GRACE_SECONDS) for server, _ in self._servers.values()]:
            stopped.wait()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _serve(provider: Provider) -> tuple[grpc.Server, int]:
    guard = OwnUserOnly()
    server = grpc.server(ThreadPoolExecutor(_THREADS, "provider"), interceptors=[guard])
    add_ResourceProviderServicer_to_server(provider, server)
    guard.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    return server, guard.port
