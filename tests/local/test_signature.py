"""Whoever is not proven is refused, in the shape of the protocol, before anything else happens."""

import hashlib
import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from botocore.auth import S3SigV4Auth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from endpoint_world import ROLE, World, running

from agentic.local import identities


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with running(tmp_path_factory.mktemp("state") / "agentic") as world:
        world.operator("s3").create_bucket(Bucket="bucket")
        yield world


def _signed(world: World, *, auth: type[S3SigV4Auth] = S3SigV4Auth) -> dict[str, str]:
    """Headers as botocore signs them for the operator's PUT of `x` to /bucket/key."""
    issued = world.identities.issue(identities.OPERATOR)
    request = AWSRequest(method="PUT", url=f"{world.endpoint.url}/bucket/key", data=b"x")
    auth(Credentials(issued.access_key_id, issued.secret_access_key), "s3", "us-east-1").add_auth(request)
    return {"Host": f"127.0.0.1:{world.endpoint.port}", **dict(request.headers.items())}


def test_a_request_signed_by_botocore_passes(world: World) -> None:
    assert world.send("PUT", "/bucket/key", _signed(world), b"x")[0] == 200


def test_an_unsigned_request_is_refused_in_s3s_shape(world: World) -> None:
    status, body = world.send("GET", "/bucket/key", {"Host": f"127.0.0.1:{world.endpoint.port}"})
    assert status == 403
    assert b"<Code>AccessDenied</Code>" in body


def test_an_unsigned_json_request_is_refused_in_json(world: World) -> None:
    headers = {"Host": f"127.0.0.1:{world.endpoint.port}", "X-Amz-Target": "DynamoDB_20120810.ListTables"}
    status, body = world.send("POST", "/", headers, b"{}")
    assert status == 403
    assert json.loads(body)["__type"] == "MissingAuthenticationTokenException"


@pytest.mark.parametrize(
    "host", ["localhost:{port}", "evil.example:{port}", "127.0.0.1", "127.0.0.1:{port}.evil.example", None]
)
def test_another_host_header_is_refused(world: World, host: str | None) -> None:
    """DNS rebinding: a page of another name that resolves to 127.0.0.1."""
    headers = _signed(world)
    del headers["Host"]
    if host is not None:
        headers["Host"] = host.format(port=world.endpoint.port)
    status, body = world.send("PUT", "/bucket/key", headers, b"x")
    assert status == 403
    assert b"Host" in body


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
def test_any_origin_is_refused(world: World, origin: str) -> None:
    status, body = world.send("PUT", "/bucket/key", {**_signed(world), "Origin": origin}, b"x")
    assert status == 403
    assert b"Web pages" in body


def test_a_changed_body_is_refused(world: World) -> None:
    assert world.send("PUT", "/bucket/key", _signed(world), b"y")[0] == 403


def test_a_changed_body_with_a_fitting_unsigned_hash_is_refused(world: World) -> None:
    headers = {**_signed(world), "X-Amz-Content-SHA256": hashlib.sha256(b"y").hexdigest()}
    assert b"SignatureDoesNotMatch" in world.send("PUT", "/bucket/key", headers, b"y")[1]


@pytest.mark.parametrize(("method", "path"), [("PUT", "/bucket/other"), ("PUT", "/bucket/key?acl"), ("DELETE", "/bucket/key")])
def test_another_path_query_or_method_is_refused(world: World, method: str, path: str) -> None:
    assert b"SignatureDoesNotMatch" in world.send(method, path, _signed(world), b"x")[1]


def test_a_header_with_meaning_that_is_not_signed_is_refused(world: World) -> None:
    headers = {**_signed(world), "x-amz-copy-source": "bucket/secret"}
    assert b"is not signed" in world.send("PUT", "/bucket/key", headers, b"x")[1]


def test_a_repeated_header_is_refused(world: World) -> None:
    """The signature could cover one of the two and moto read the other one."""
    assert b"is repeated" in world.send("PUT", "/bucket/key", {**_signed(world), "x-amz-DATE": "20260101T000000Z"}, b"x")[1]


def test_unsigned_payloads_are_refused(world: World) -> None:
    class Unsigned(S3SigV4Auth):
        def payload(self, request: AWSRequest) -> str:
            return "UNSIGNED-PAYLOAD"

    headers = _signed(world, auth=Unsigned)
    assert headers["X-Amz-Content-SHA256"] == "UNSIGNED-PAYLOAD"
    assert b"XAmzContentSHA256Mismatch" in world.send("PUT", "/bucket/key", headers, b"x")[1]


def test_a_presigned_url_is_refused(world: World) -> None:
    url = world.operator("s3").generate_presigned_url("get_object", Params={"Bucket": "bucket", "Key": "key"})
    path = url.removeprefix(world.endpoint.url)
    assert world.send("GET", path, {"Host": f"127.0.0.1:{world.endpoint.port}"})[0] == 403


def test_a_wrong_secret_is_refused_as_boto3_expects(world: World) -> None:
    issued = world.identities.issue(ROLE)
    forged = identities.Credentials(issued.access_key_id, "guessed")
    for service, call, code in (
        ("s3", "list_buckets", "SignatureDoesNotMatch"),
        ("dynamodb", "list_tables", "SignatureDoesNotMatch"),
        ("secretsmanager", "list_secrets", "SignatureDoesNotMatch"),
    ):
        client = world.endpoint._clients.client(service, forged)
        with pytest.raises(ClientError) as raised:
            getattr(client, call)()
        assert raised.value.response["Error"]["Code"] == code
        assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == 403


def test_an_unknown_or_revoked_key_is_refused(world: World) -> None:
    issued = world.identities.issue(identities.OPERATOR)
    client = world.endpoint._clients.client("s3", issued)
    client.list_buckets()
    world.identities.revoke(issued.access_key_id)
    with pytest.raises(ClientError) as raised:
        client.list_buckets()
    assert raised.value.response["Error"]["Code"] == "InvalidAccessKeyId"


@pytest.mark.parametrize(("minutes", "passes"), [(14, True), (-14, True), (16, False), (-16, False)])
def test_requests_from_another_time_are_refused(tmp_path: Path, minutes: int, passes: bool, world: World) -> None:
    from agentic.local.endpoint.message import Head
    from agentic.local.endpoint.signature import SignatureError, read_claim, verify

    issued = world.identities.issue(ROLE)
    request = AWSRequest(method="POST", url="http://127.0.0.1:1/", data=b"{}", headers={"X-Amz-Target": "T.Op"})
    SigV4Auth(Credentials(issued.access_key_id, issued.secret_access_key), "dynamodb", "us-east-1").add_auth(request)
    head = Head("POST", "/", (("Host", "127.0.0.1:1"), *request.headers.items()), "127.0.0.1")
    later = datetime.now(UTC) + timedelta(minutes=minutes)
    if passes:
        verify(head, b"{}", read_claim(head), issued.secret_access_key, lambda: later)
    else:
        with pytest.raises(SignatureError) as raised:
            verify(head, b"{}", read_claim(head), issued.secret_access_key, lambda: later)
        assert raised.value.code == "RequestTimeTooSkewed"


@pytest.mark.parametrize(
    "bytes_sent",
    [
        b"nonsense\r\n\r\n",
        b"GET / HTTP/1.0\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\nHost: x\r\n folded\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"PUT / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\n" + b"A: b\r\n" * 101 + b"\r\n",
    ],
)
def test_malformed_requests_are_refused_and_the_connection_ends(world: World, bytes_sent: bytes) -> None:
    with socket.create_connection(("127.0.0.1", world.endpoint.port), timeout=5) as peer:
        peer.sendall(bytes_sent)
        answer = b""
        while chunk := peer.recv(65_536):
            answer += chunk
    assert answer.startswith(b"HTTP/1.1 4")


def test_a_session_token_is_allowed_when_it_is_signed(world: World) -> None:
    """Lambda's environment has one; ours proves nothing and is not asked for."""
    issued = world.identities.issue(identities.OPERATOR)
    request = AWSRequest(method="PUT", url=f"{world.endpoint.url}/bucket/key", data=b"x")
    S3SigV4Auth(Credentials(issued.access_key_id, issued.secret_access_key, "token"), "s3", "us-east-1").add_auth(request)
    headers = {"Host": f"127.0.0.1:{world.endpoint.port}", **dict(request.headers.items())}
    assert headers["X-Amz-Security-Token"] == "token"
    assert world.send("PUT", "/bucket/key", headers, b"x")[0] == 200
    assert world.send("PUT", "/bucket/key", {**_signed(world), "X-Amz-Security-Token": "token"}, b"x")[0] == 403
