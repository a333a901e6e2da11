"""A family of operations that is closed is refused with the way to open it; what is refused for good no stack opens."""

import dataclasses

import pytest
from broker_stage import GRANT, SPEC, RecordingTransport, broker, ledger_for, request

from agentic.core.errors import ConfigurationError, PluginError
from agentic.core.frozen import FILE_NAME, freeze, thaw
from agentic.core.settings import Settings
from agentic.core.spec import ApiSpec, Operation
from agentic.registry import Registry
from agentic.topology.stack import enabled_specs

SEARCH, READ = request("GET", "/v1/customers/search"), request("GET", "/v1/customers")
CLOSED = dataclasses.replace(SPEC, closed=("search",))


def in_a_stack(spec: ApiSpec, **settings: tuple[str, ...]) -> ApiSpec:
    (made,) = enabled_specs(Settings(apis=(spec.name,), **settings), Registry([spec]))  # pyright: ignore[reportArgumentType]
    return made


def status(spec: ApiSpec, asked=SEARCH) -> int:
    return broker(RecordingTransport(), spec=spec).call(GRANT, asked).status


@pytest.mark.parametrize(
    ("spec", "settings", "expected"),
    [
        (SPEC, {}, 200),
        (CLOSED, {}, 403),
        (CLOSED, {"open_families": ("paying.search",)}, 200),
        (SPEC, {"closed_families": ("paying.search",)}, 403),
        (CLOSED, {"closed_families": ("paying.search",)}, 403),
    ],
)
def test_the_stack_decides_over_what_the_plugin_leaves_to_it(
    spec: ApiSpec, settings: dict[str, tuple[str, ...]], expected: int
):
    made = in_a_stack(spec, **settings)
    assert status(made) == expected
    # Control: its neighbours are as they were.
    assert status(made, READ) == 200


def test_a_closed_family_is_not_sent_and_the_reason_says_how_to_open_it():
    transport, ledger = RecordingTransport(), ledger_for()
    answer = broker(transport, ledger, spec=CLOSED).call(GRANT, SEARCH)
    assert b"belongs to search, which this stack keeps closed; agentic:open_families: [paying.search] opens it" in answer.body
    assert transport.sent == []
    assert ledger.calls[0].refused


def test_every_operation_of_the_family_is_closed_by_whatever_method():
    assert status(CLOSED, request("POST", "/v1/query", b"a=1")) == 403
    assert status(SPEC, request("POST", "/v1/query", b"a=1")) == 200


TIED = (
    Operation("POST", "/v1/{kind}/search", "search", write=False),
    Operation("POST", "/v1/customers/{id}", "customers", refused_fields=("transfer_data",)),
)


@pytest.mark.parametrize("operations", [TIED, TIED[::-1]])
def test_where_two_operations_fit_alike_the_stricter_counts_whichever_comes_first(operations: tuple[Operation, ...]):
    """/v1/customers/search is /v1/{kind}/search and /v1/customers/{id}; nobody here knows for which the API takes it."""
    host = dataclasses.replace(SPEC.hosts[0], operations=operations)
    tied = dataclasses.replace(SPEC, hosts=(host,), refused=())
    both, sending = (request("POST", "/v1/customers/search", body) for body in (b"a=1", b"transfer_data=1"))
    for family in ("search", "customers"):
        assert status(dataclasses.replace(tied, closed=(family,)), both) == 403
    assert status(tied, sending) == 403
    ledger = ledger_for()
    assert broker(RecordingTransport(), ledger, spec=tied).call(GRANT, both).status == 200
    assert ledger.calls[0].write
    # Control: each alone is as it says.
    assert status(dataclasses.replace(tied, closed=("search",)), request("POST", "/v1/customers/1", b"a=1")) == 200
    assert status(tied, request("POST", "/v1/products/search", b"transfer_data=1")) == 200


def test_what_is_refused_for_good_stays_so_when_its_family_is_opened():
    refusing = dataclasses.replace(CLOSED, refused=(Operation("GET", "/v1/customers/search", "search"),))
    assert status(in_a_stack(refusing, open_families=("paying.search",))) == 403


def test_the_functions_get_what_the_stack_decided(tmp_path):
    (tmp_path / FILE_NAME).write_bytes(freeze([in_a_stack(SPEC, closed_families=("paying.search",))]))
    assert status(thaw(tmp_path)["paying"]) == 403


def test_families_that_are_none_are_told_at_once():
    with pytest.raises(ConfigurationError) as caught:
        in_a_stack(SPEC, closed_families=("paying.serch",), open_families=("paying.payouts",))
    assert "closed_families names paying.serch, which is no family of operations" in caught.value.message
    assert "open_families names paying.payouts" in caught.value.message
    assert "paying.search" in caught.value.hint
    with pytest.raises(PluginError, match="closed: 'serch' is not the family of any operation"):
        dataclasses.replace(SPEC, closed=("serch",))


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"closed_families": ("github.gists",)}, "names github.gists, of an API that apis does not enable"),
        ({"closed_families": ("stripe.refunds",), "open_families": ("stripe.refunds",)}, "both name stripe.refunds"),
        ({"closed_families": ("refunds",)}, "each after its API and a dot"),
    ],
)
def test_settings_that_do_not_fit_are_told(settings: dict[str, tuple[str, ...]], said: str):
    with pytest.raises(ConfigurationError, match=said):
        Settings(**settings)  # pyright: ignore[reportArgumentType]
