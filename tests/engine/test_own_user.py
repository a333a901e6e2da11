"""Only processes of this user are answered by the provider's port."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import grpc
import pytest
from google.protobuf import empty_pb2
from pulumi.runtime.proto import provider_pb2_grpc

from agentic.local.provider.own_user import OwnUserOnly


class Answering(provider_pb2_grpc.ResourceProviderServicer):
    """A provider of nothing."""

    def Cancel(self, request: object, context: object) -> empty_pb2.Empty:  # noqa: N802 - the protocol's name
        return empty_pb2.Empty()


@contextmanager
def asked(user: int) -> Iterator[provider_pb2_grpc.ResourceProviderStub]:
    guard = OwnUserOnly(user)
    server = grpc.server(ThreadPoolExecutor(1), interceptors=[guard])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(Answering(), server)
    guard.port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        with grpc.insecure_channel(f"127.0.0.1:{guard.port}") as channel:
            yield provider_pb2_grpc.ResourceProviderStub(channel)
    finally:
        server.stop(0).wait()


def test_another_users_process_is_refused() -> None:
    with asked(os.getuid() + 1) as provider, pytest.raises(grpc.RpcError) as caught:
        provider.Cancel(empty_pb2.Empty(), timeout=30)
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED


def test_our_own_process_is_answered() -> None:
    """The control: the same call, with the user that we are."""
    with asked(os.getuid()) as provider:
        assert provider.Cancel(empty_pb2.Empty(), timeout=30) == empty_pb2.Empty()
