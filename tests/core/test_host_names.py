"""A pattern of hosts covers exactly one label before its name, and nothing that only looks like it."""

import pytest
from hypothesis import given, strategies as st

from agentic.core.host_names import covering, covers, host_fault, overlap

PATTERN = "*.example.com"

LOOKALIKES = (
    "example.com",
    "evil-example.com",
    "evilexample.com",
    "a.b.example.com",
    "example.com.evil.dev",
    "x.example.com.evil.dev",
    "x.example.com.",
    ".example.com",
    "*.example.com",
    "X.example.com",
    "x.EXAMPLE.com",
    "-x.example.com",
    "x-.example.com",
    "x_y.example.com",
    "xn--e1afmkfd.example.com",
    "пример.example.com",
    "x\uff0eexample.com",
    "x。example.com",
    "x.example.com\n",
    " x.example.com",
    "x\0.example.com",
    "x@y.example.com",
    "x%2e.example.com",
    "x/.example.com",
    "x:443.example.com",
    f"{'x' * 64}.example.com",
    "",
)


@pytest.mark.parametrize("host", LOOKALIKES)
def test_what_only_looks_like_the_pattern_is_not_covered(host: str):
    assert not covers(PATTERN, host)
    assert covering([PATTERN, "api.other.dev"], host) is None


@pytest.mark.parametrize("host", ["x.example.com", "eu-1.example.com", "0.example.com", f"{'x' * 63}.example.com"])
def test_control_the_patterns_own_hosts_are_covered(host: str):
    assert covers(PATTERN, host)


@given(st.text(max_size=20))
def test_whatever_is_covered_is_one_plain_label_before_the_name(label: str):
    plain = set(label) <= set("abcdefghijklmnopqrstuvwxyz0123456789-") and label[:1] not in {"", "-"}
    assert plain or not covers(PATTERN, f"{label}.example.com")


def test_a_hosts_own_name_comes_before_a_pattern():
    assert covering([PATTERN, "api.example.com"], "api.example.com") == "api.example.com"
    assert covering([PATTERN, "api.example.com"], "eu.example.com") == PATTERN


NO_HOSTS = (
    *(
        "*",
        "*.",
        "*.com",
        "*.dev",
        "*.co.uk",
        "*.com.br",
        "*.*.example.com",
        "a*.example.com",
        "a.*.example.com",
        "**.example.com",
    ),
    *("*.Example.com", "*.example.com.", "*.example", "*.-x.com", "Example.com", "example.com.", "localhost", "127.0.0.1", ""),
)


@pytest.mark.parametrize("name", NO_HOSTS)
def test_a_name_or_pattern_that_is_none_or_is_too_wide_has_a_fault(name: str):
    assert host_fault(name)


@pytest.mark.parametrize("name", ["*.example.com", "*.acme.co.uk", "*.a.b.example.com", "example.com", "api.example.com"])
def test_control_a_name_or_pattern_of_ones_own_has_none(name: str):
    assert host_fault(name) == ""


def test_overlap_is_told_from_either_side():
    assert overlap(PATTERN, PATTERN)
    assert overlap(PATTERN, "x.example.com")
    assert overlap("x.example.com", PATTERN)
    assert not overlap(PATTERN, "example.com")
    assert not overlap(PATTERN, "*.x.example.com")
