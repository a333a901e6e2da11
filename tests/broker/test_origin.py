"""The relay tells the exchange where in the run a request comes from, and takes what says so off the request."""

import pytest
from relay_stage import Client, Exchanges

from agentic.core.wire import LANE_HEADER, Origin


def request(*headers: str) -> bytes:
    return "\r\n".join(["GET /v1/customers HTTP/1.1", "Host: api.stripe.com", *headers, "", ""]).encode()


@pytest.mark.parametrize(
    ("headers", "lane"),
    [
        ([], ""),
        ([f"{LANE_HEADER}: 0"], "0"),
        (["x-agentic-LANE: 0.3.12"], "0.3.12"),
        ([f"{LANE_HEADER}: {'1' * 64}"], "1" * 64),
        ([f"{LANE_HEADER}: {'1' * 65}"], ""),
        ([f"{LANE_HEADER}: 0a"], ""),
        ([f"{LANE_HEADER}: -1"], ""),
        ([f"{LANE_HEADER}: \xb2"], ""),
        ([f"{LANE_HEADER}:"], ""),
        ([f"{LANE_HEADER}: 0", f"{LANE_HEADER}: 1"], ""),
    ],
)
def test_lane_is_digits_and_dots_named_once_or_nothing_and_never_goes_on(
    client: Client, exchanges: Exchanges, headers: list[str], lane: str
) -> None:
    client.say(request("X-Kept: yes", *headers))
    assert exchanges.origins == [Origin(lane, 1)]
    assert exchanges.requests[0].headers == (("Host", "api.stripe.com"), ("X-Kept", "yes"))


def test_requests_of_a_link_are_numbered_over_all_its_connections(client: Client, exchanges: Exchanges) -> None:
    client.say(request() * 2)
    client.say(request())
    assert [origin.number for origin in exchanges.origins] == [1, 2, 3]
