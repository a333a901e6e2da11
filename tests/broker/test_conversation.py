"""What a script writes on a connection is one plain HTTP/1.1 request after the other, or refused; answers are always HTTP."""

import pytest
from broker_stage import HOST
from relay_stage import GET, Client, Exchanges

from agentic.core.errors import BrokerError, RefusedError
from agentic.core.wire import HttpResponse


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 3\r\nContent-Length: 5\r\n\r\nabcde", id="two-lengths"
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
            id="odd-transfer-encoding",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n", id="space-before-colon"
        ),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nHost: evil.test\r\n\r\n", id="two-hosts"),
        pytest.param(b"GET / HTTP/1.1\r\n\r\n", id="no-host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nX: a\x00b\r\n\r\n", id="null-in-header"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nX:" + b"y" * 300_000 + b"\r\n\r\n", id="endless-header"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: -1\r\n\r\n", id="negative-length"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", id="broken-chunk"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
            b"GET /smuggled HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n",
            id="length-and-chunks",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\n"
            b"Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
            id="two-transfer-encodings",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: \x0bchunked\r\n\r\n0\r\n\r\n", id="vertical-tab"
        ),
        pytest.param(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: +3\r\n\r\nabc", id="signed-length"),
        pytest.param(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 0x3\r\n\r\nabc", id="hexadecimal-length"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabcXX0\r\n\r\n",
            id="chunk-without-end",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n3\nabc\n0\n\n",
            id="bare-line-feeds-in-chunks",
        ),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nX: a\rb\r\n\r\n", id="bare-return"),
        pytest.param(b"GET / HTTP/1.1\nHost: api.stripe.com\nX: 1\n\n", id="bare-line-feeds"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\n\n", id="bare-line-feed-at-the-end"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\nX: 1\r\n\r\n", id="bare-line-feed-between"),
        pytest.param(b"GET / HTTP/1.1\r\nHost:\r\n api.stripe.com\r\n\r\n", id="folded-host"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nX: a\r\n\tTransfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\nabc",
            id="folded-transfer-encoding",
        ),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nX: a\x1fb\r\n\r\n", id="control-character"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nX-Method: DELETE\r\n\r\n",
            id="trailer",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\n",
            id="bare-line-feed-after-chunks",
        ),
        pytest.param(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 3, 3\r\n\r\nabc", id="length-as-a-list"),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 3\r\ncontent-length: 3\r\n\r\nabc",
            id="same-length-twice",
        ),
        pytest.param(
            b"POST / HTTP/1.0\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            id="chunks-in-version-1.0",
        ),
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n3 \r\nabc\r\n0\r\n\r\n",
            id="blank-in-chunk",
        ),
        pytest.param(b"GET  / HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n", id="two-spaces"),
        pytest.param(b"GET /a b HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n", id="space-in-target"),
        pytest.param(b"GET / HTTP/2.0\r\nHost: api.stripe.com\r\n\r\n", id="version-2"),
        pytest.param(b"GET / HTTP/0.9\r\n\r\n", id="version-0.9"),
        pytest.param(b"GET https://api.stripe.com/v1/customers HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n", id="absolute-own"),
        pytest.param(b"OPTIONS * HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n", id="asterisk"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n\r\n", id="h2c"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com:8443\r\n\r\n", id="other-port-in-host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com.\r\n\r\n", id="dot-after-host"),
        pytest.param(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", id="http2"),
        pytest.param(b"\x16\x03\x01\x02\x00\x01", id="tls-on-the-plain-port"),
        pytest.param(b"GET http://evil.test/ HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n", id="absolute-target"),
        pytest.param(b"CONNECT evil.test:443 HTTP/1.1\r\nHost: api.stripe.com\r\n\r\n", id="connect"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: evil.test\r\n\r\n", id="foreign-host"),
        pytest.param(b"GET / HTTP/1.1\r\nHost: api.stripe.com@evil.test\r\n\r\n", id="user-in-host"),
        pytest.param(
            b"GET / HTTP/1.1\r\nHost: api.stripe.com\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", id="upgrade"
        ),
        pytest.param(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 10\r\n\r\nabc", id="cut-body"),
        pytest.param(b"", id="nothing"),
    ],
)
def test_what_is_not_one_plain_request_never_becomes_an_exchange(client: Client, exchanges: Exchanges, data: bytes) -> None:
    answer = client.say(data)
    assert not exchanges.requests
    assert answer[:10] in {b"HTTP/1.1 4", b"HTTP/1.1 5", b""}
    assert b"hello" in client.say(GET)


@pytest.mark.parametrize(
    ("data", "headers", "body"),
    [
        pytest.param(
            b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n3;a=b\r\nabc\r\n0\r\n\r\n",
            {"Host", "Transfer-Encoding"},
            b"abc",
            id="chunk-extension",
        ),
    ],
)
def test_lenient_spelling_is_one_request_of_which_only_the_value_goes_on(
    client: Client, exchanges: Exchanges, data: bytes, headers: set[str], body: bytes
) -> None:
    """What stands in the script's bytes beside the value is gone; the next request is whole."""
    assert client.say(data + GET).count(b"hello") == 2
    first, second = exchanges.requests
    assert ({name for name, _ in first.headers}, first.body) == (headers, body)
    assert all("\n" not in value for _, value in first.headers)
    assert second.url == f"https://{HOST}/v1/customers?a=1"


def test_requests_sent_together_are_answered_in_order_each_judged_by_itself(client: Client, exchanges: Exchanges) -> None:
    post = b"POST /v1/payouts HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 3\r\n\r\na=1"
    assert client.say(GET + post + GET).count(b"hello") == 3
    assert [got.url.removeprefix(f"https://{HOST}") for got in exchanges.requests] == [
        "/v1/customers?a=1",
        "/v1/payouts",
        "/v1/customers?a=1",
    ]


def test_chunked_body_is_put_together(client: Client, exchanges: Exchanges) -> None:
    client.say(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n")
    assert exchanges.requests[0].body == b"abcde"


def test_client_that_waits_for_100_continue_gets_it(client: Client, exchanges: Exchanges) -> None:
    with client.stream() as stream:
        stream.sendall(b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 3\r\nExpect: 100-continue\r\n\r\n")
        assert stream.recv(1000).startswith(b"HTTP/1.1 100")
        stream.sendall(b"abc")
        assert stream.recv(1000).startswith(b"HTTP/1.1 200")
    assert exchanges.requests[0].body == b"abc"


def test_large_body_is_read_to_its_end_then_refused_and_the_connection_goes_on(client: Client, exchanges: Exchanges) -> None:
    post = b"POST / HTTP/1.1\r\nHost: api.stripe.com\r\nContent-Length: 1001\r\n\r\n" + b"x" * 1001
    answer = client.say(post + GET)
    assert answer.startswith(b"HTTP/1.1 413")
    assert answer.endswith(b"hello")
    assert [got.method for got in exchanges.requests] == ["GET"]


@pytest.mark.parametrize(
    ("answer", "status", "text"),
    [
        (RefusedError("the grant is closed"), b"403", b"the grant is closed"),
        (BrokerError("the API did not answer"), b"502", b"the API did not answer"),
        (ValueError("CANARY of our own inside"), b"502", b"the broker could not be reached"),
        (HttpResponse(99, (), b"x"), b"502", b"no HTTP answer"),
        (HttpResponse(200, (("X", "a\r\nY: b"),), b"x"), b"502", b"no HTTP answer"),
        (HttpResponse(204, (), b"not to be sent"), b"204", b""),
        (HttpResponse(599, (), b"odd"), b"599", b"odd"),
    ],
)
def test_answer_is_always_http_in_the_apis_shape(
    client: Client, exchanges: Exchanges, answer: HttpResponse | Exception, status: bytes, text: bytes
) -> None:
    exchanges.answer = answer
    got = client.say(GET)
    assert got.split(b" ")[1] == status
    assert text in got
    assert b"CANARY" not in got
    assert b"\r\nY: b" not in got


def test_broken_body_of_a_head_request_is_refused_without_a_body(client: Client, exchanges: Exchanges) -> None:
    answer = client.say(b"HEAD / HTTP/1.1\r\nHost: api.stripe.com\r\nTransfer-Encoding: chunked\r\n\r\n+5\r\n")
    assert answer.startswith(b"HTTP/1.1 400")
    assert answer.endswith(b"\r\n\r\n")
    assert not exchanges.requests


def test_broken_request_after_a_head_request_is_refused_with_a_body(client: Client) -> None:
    answer = client.say(GET.replace(b"GET", b"HEAD") + b"GET / HTTP/1.1\r\n\r\n")
    assert answer.count(b"HTTP/1.1 ") == 2
    assert b"not HTTP/1.1" in answer.partition(b"HTTP/1.1 400")[2]


def test_head_has_no_body(client: Client) -> None:
    assert client.say(GET.replace(b"GET", b"HEAD")).endswith(b"\r\n\r\n")
