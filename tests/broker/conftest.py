"""A relay with an exchange that keeps what it is asked, and the script's end of it."""

import socket
from collections.abc import Iterator

import pytest
from broker_stage import HOST, SPEC
from relay_stage import Client, Exchanges
from shared_api import SharedApi, table

from agentic.broker.ca import Authority
from agentic.broker.relay import Relay


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture
def exchanges() -> Exchanges:
    return Exchanges()


@pytest.fixture
def client(authority: Authority, exchanges: Exchanges) -> Iterator[Client]:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    link = Relay([HOST], exchanges, authority, refusal=SPEC.refusal, body_bytes=1000).serve(ours)
    with theirs:
        yield Client(link, theirs)
        link.close()


@pytest.fixture
def api() -> Iterator[SharedApi]:
    with table() as dynamodb:
        yield SharedApi(dynamodb)
