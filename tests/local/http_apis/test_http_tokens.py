"""A token is taken when its issuer made it, for this API, for now; every other one is refused, and no function is asked."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from http_world import AUDIENCE, Issuer, World, running

from agentic.local.http_apis.tokens import Issuers, TokenError, fetch_json


@pytest.fixture(scope="module")
def issuer() -> Iterator[Issuer]:
    issuer = Issuer()
    yield issuer
    issuer.close()


@pytest.fixture(scope="module")
def world(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("logs"), authorization="JWT", issuer=issuer.url) as world:
        yield world


def ask(world: World, authorization: str | None, method: str = "GET", target: str = "/runs") -> tuple[int, Any]:
    headers = {} if authorization is None else {"Authorization": authorization}
    return world.send(method, target, headers)[:2]


def test_a_good_token_passes_with_its_claims(world: World, issuer: Issuer) -> None:
    status, event = ask(world, f"Bearer {issuer.token(scope='a b', admin=True)}")
    assert status == 200
    claims = event["requestContext"]["authorizer"]["jwt"]["claims"]
    assert (claims["iss"], claims["sub"], claims["admin"]) == (issuer.url, "alice", "true")
    # Without the word, and in a list of audiences, it is the same.
    assert ask(world, issuer.token(aud=["other", AUDIENCE]))[0] == 200
    assert ask(world, f"bearer {issuer.token(aud=None, client_id=AUDIENCE)}")[0] == 200


@pytest.mark.parametrize(
    ("method", "target"), [("GET", "/runs"), ("POST", "/runs"), ("GET", "/runs/run_1"), ("GET", "/static/a.js")]
)
def test_every_route_refuses_who_has_no_token(world: World, issuer: Issuer, method: str, target: str) -> None:
    before = world.function.asked
    unauthorized = (401, {"message": "Unauthorized"})
    assert ask(world, None, method, target) == unauthorized
    assert ask(world, "Bearer ", method, target) == unauthorized
    assert ask(world, "Bearer a.b.c", method, target) == unauthorized
    assert ask(world, world.signed(method, target)["Authorization"], method, target) == unauthorized
    assert world.function.asked == before
    # The control.
    assert ask(world, f"Bearer {issuer.token()}", method, target)[0] == 200


FAULTS: dict[str, dict[str, Any]] = {
    "another issuer": {"iss": "https://other.example"},
    "another audience": {"aud": "other"},
    "no audience": {"aud": None},
    "a client id beside another audience": {"aud": "other", "client_id": AUDIENCE},
    "over": {"exp": 1},
    "without an end": {"exp": None},
    "an end that is no number": {"exp": "never"},
    "an end that is true": {"exp": True},
    "not valid yet": {"nbf": time.time() + 3600},
    "from the future": {"iat": time.time() + 3600},
    "nobody's": {"sub": None},
    "unsigned": {"header": {"alg": "none"}},
    "symmetric": {"header": {"alg": "HS256"}},
    "an unknown key": {"header": {"kid": "two"}},
    "no key": {"header": {"kid": None}},
    "signed by another key": {"key": generate_private_key(65537, 2048)},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_token_with_a_fault_is_refused(world: World, issuer: Issuer, fault: str) -> None:
    before = world.function.asked
    assert ask(world, f"Bearer {issuer.token(**FAULTS[fault])}") == (401, {"message": "Unauthorized"})
    assert world.function.asked == before


@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_token_that_was_changed_is_refused(world: World, issuer: Issuer, place: int) -> None:
    parts = issuer.token().split(".")
    parts[place] = parts[place][:-6] + ("AAAAAA" if parts[place][-6:] != "AAAAAA" else "BBBBBB")
    assert ask(world, f"Bearer {'.'.join(parts)}")[0] == 401


def test_the_issuers_keys_are_asked_for_once_and_a_new_key_is_found(issuer: Issuer) -> None:
    now = [time.time()]
    issuers = Issuers(clock=lambda: now[0])
    before = len(issuer.asked)
    for _ in range(3):
        issuers.claims(issuer.token(), issuer.url, (AUDIENCE,))
    assert len(issuer.asked) - before == 2
    # A made-up key does not make us ask again and again.
    for _ in range(3):
        with pytest.raises(TokenError, match="no such key"):
            issuers.claims(issuer.token(header={"kid": "two"}), issuer.url, (AUDIENCE,))
    assert len(issuer.asked) - before == 2
    now[0] += 6
    with pytest.raises(TokenError, match="no such key"):
        issuers.claims(issuer.token(header={"kid": "two"}), issuer.url, (AUDIENCE,))
    assert len(issuer.asked) - before == 4


@pytest.mark.parametrize("url", ["http://issuer.example", "file:///etc/passwd", "http://localhost:1/x", "ftp://127.0.0.1/x"])
def test_an_issuer_is_asked_over_tls_or_on_this_machine_only(url: str) -> None:
    with pytest.raises(TokenError, match="https"):
        fetch_json(url)


def test_an_issuer_that_does_not_answer_lets_nobody_in(issuer: Issuer, tmp_path_factory: pytest.TempPathFactory) -> None:
    gone = Issuer()
    gone.close()
    with running(tmp_path_factory.mktemp("logs"), authorization="JWT", issuer=gone.url) as world:
        assert ask(world, f"Bearer {gone.token()}")[0] == 401
