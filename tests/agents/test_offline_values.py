"""How the offline matcher reads amounts and numbers, compares words, and writes constants."""

import ast

import pytest
from hypothesis import given, strategies as st

from agentic.agents.offline.lexicon import stem
from agentic.agents.offline.money import Money, find_money, parse_number
from agentic.agents.offline.rewrite import constants, with_constants


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("€15", 1500, "eur"),
        ("15 EUR", 1500, "eur"),
        ("15€", 1500, "eur"),
        ("EUR 15", 1500, "eur"),
        ("15.5 eur", 1550, "eur"),
        ("$1,200.50", 120_050, "usd"),
        ("US$20", 2000, "usd"),
        ("1.250,00 €", 125_000, "eur"),
        ("1'250.00 CHF", 125_000, "chf"),
        ("1 250,50 EUR", 125_050, "eur"),
        ("1,250 USD", 125_000, "usd"),
        ("1.250 EUR", 125_000, "eur"),
        ("1,234,567.89 USD", 123_456_789, "usd"),
        ("fifteen euros", 1500, "eur"),
        ("twenty-five dollars", 2500, "usd"),
        ("a hundred and five pounds", 10_500, "gbp"),
        ("two thousand yen", 2000, "jpy"),
        ("500 JPY", 500, "jpy"),
        ("¥500", 500, "jpy"),
        ("1.234 KWD", None, ""),
        ("1.23 KWD", 1230, "kwd"),
        ("£0.99", 99, "gbp"),
        ("15.5 JPY", None, ""),
        ("0 EUR", None, ""),
        ("-5 EUR", None, ""),
        ("$1.5k", None, ""),
        ("$9.999", None, ""),
        ("15.00.00 EUR", None, ""),
    ],
)
def test_amounts(text: str, amount: int | None, currency: str):
    (found,) = find_money(f"pay {text} now")
    assert found.money == (None if amount is None else Money(amount, currency))


@pytest.mark.parametrize("text", ["15", "all 3 try", "15 percent", "top 10", "version 2.0", "bob 3"])
def test_what_is_no_amount(text: str):
    assert find_money(text) == []


@given(st.integers(1, 10**9), st.sampled_from(["usd", "eur", "chf"]))
def test_an_amount_written_in_english_with_cents_is_read_as_written(amount: int, currency: str):
    (found,) = find_money(f"it is {amount / 100:,.2f} {currency.upper()}")
    assert found.money == Money(amount, currency)


@pytest.mark.parametrize("text", ["1,2,3", "1.2.3,4", "12,34.5", "abc", "", "-1", "1.234"])
def test_numbers_that_can_be_read_in_two_ways_are_not_read(text: str):
    assert parse_number(text) is None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("customers", "customer"),
        ("creating", "create"),
        ("cancelled", "cancel"),
        ("refunded", "refund"),
        ("invoices", "invoice"),
        ("invoicing", "invoice"),
        ("Subscriptions", "subscription"),
        ("charges", "charge"),
        ("companies", "company"),
        ("café", "cafe"),
        ("customer's", "customer"),
        ("searches", "search"),
    ],
)
def test_forms_of_one_word_are_the_same(one: str, other: str):
    assert stem(one) == stem(other)


@pytest.mark.parametrize(
    ("one", "other"), [("price", "prize"), ("charge", "change"), ("refund", "fund"), ("bill", "bull"), ("don't", "do")]
)
def test_different_words_are_not(one: str, other: str):
    assert stem(one) != stem(other)


SCRIPT = '''"""Ä recipe."""
import os

NAME = "Zoë" ; OTHER = 3  # NAME = "no"
TEXT = """two
lines"""
print(NAME, OTHER, TEXT, "NAME = 1", os.name)
'''


@given(st.text(), st.text(), st.integers())
def test_any_text_goes_in_as_a_literal_and_changes_nothing_else(name: str, text: str, other: int):
    changed = with_constants(SCRIPT, {"NAME": name, "TEXT": text, "OTHER": other})
    assert constants(changed) == {"NAME": name, "TEXT": text, "OTHER": other}
    before, after = ast.parse(SCRIPT).body, ast.parse(changed).body
    assert [type(statement) for statement in before] == [type(statement) for statement in after]
    assert ast.dump(before[-1]) == ast.dump(after[-1])
    assert all(
        isinstance(node, ast.Constant | ast.UnaryOp) for s in after[2:5] if isinstance(s, ast.Assign) for node in [s.value]
    )


def test_a_constant_that_the_script_does_not_have_is_an_error():
    with pytest.raises(KeyError):
        with_constants(SCRIPT, {"NOTHING": 1})
