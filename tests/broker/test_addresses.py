"""A name is resolved once for each connection, and a connection is made to a globally routable address only."""

import socket

import pytest
from broker_stage import HOST, request
from tls_server import PUBLIC, TlsServer, plain_answer, resolving

from agentic.broker.ca import Authority
from agentic.broker.transport import HttpsTransport
from agentic.core.errors import BrokerError

READ = request("GET", "/v1/customers?a=1")


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 (nothing is bound)
        "::1",
        "fe80::1%eth0",
        "fd00::1",
        "::ffff:127.0.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "192.0.0.170",
        "0177.0.0.1",
        "2130706433",
        "ff02::1",
        "fec0::1",
        "::7f00:1",
        "::8.8.8.8",  # IPv4-compatible: long out of use
        "::ffff:169.254.169.254",
        "::ffff:100.64.0.1",
        "64:ff9b::10.0.0.1",  # NAT64 of an inner address
        "64:ff9b::a9fe:a9fe",
        "64:ff9b:1::1",  # the local form of NAT64
        "2002:7f00:1::",  # 6to4 of 127.0.0.1
        "2002:808:808::",
        "2001:0:7f00:1::1",  # Teredo
        "2001:db8::1",
        "3fff::1",
        "100::1",
        "5f00::1",
        "2606:4700:4700::1111%eth0",  # a zone makes no sense on a global address
        "nonsense",
        "",
    ],
)
def test_address_that_is_not_public_is_refused(address: str) -> None:
    def connect(address: str, port: int, timeout: float) -> socket.socket:
        raise AssertionError(f"connected to {address}")

    with pytest.raises(BrokerError, match="public address"):
        HttpsTransport(resolve=resolving(address), connect=connect).send(READ, 5)


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808"])
def test_public_address_is_the_one_that_is_connected_to(address: str) -> None:
    asked: list[str] = []

    def connect(address: str, port: int, timeout: float) -> socket.socket:
        asked.append(address)
        raise ConnectionRefusedError

    with pytest.raises(BrokerError, match="could not be reached"):
        HttpsTransport(resolve=resolving(address), connect=connect).send(READ, 5)
    assert asked == [address]


def test_name_is_resolved_once_for_each_connection(authority: Authority) -> None:
    """DNS rebinding: a second look-up would lead inside, but there is none between the check and the connection."""
    answers = iter([[PUBLIC], ["127.0.0.1"]])

    with TlsServer(authority, [HOST], plain_answer).serving() as server:
        transport = HttpsTransport(context=server.context, connect=server.connect, resolve=lambda host, port: next(answers))
        assert transport.send(READ, 5).status == 200
        transport.close()
        assert server.asked == [(PUBLIC, 443)]
        with pytest.raises(BrokerError, match="public address"):
            transport.send(READ, 5)


def test_inner_address_beside_a_public_one_is_not_used(authority: Authority) -> None:
    with TlsServer(authority, [HOST], plain_answer).serving() as server:
        transport = HttpsTransport(
            context=server.context, connect=server.connect, resolve=lambda host, port: ["10.0.0.1", PUBLIC]
        )
        assert transport.send(READ, 5).status == 200
        transport.close()
        assert server.asked == [(PUBLIC, 443)]
