"""Whatever the text, the validator answers: quickly, with a verdict, without a warning or an exception."""

import sys
import threading
import time
import warnings

import pytest

from agentic.core.values import Verdict
from agentic.validator import ValidationPolicy, validate

KILLERS: dict[str, str | bytes] = {
    "open brackets": "(" * 50_000,
    "closed brackets": "(" * 150 + ")" * 150,
    "too many closed brackets": "(" * 5_000 + ")" * 5_000,
    "open braces and calls": "f(**{" * 10_000,
    "unary operators": "x = " + "~" * 90_000 + "1",
    "nots": "not " * 20_000 + "1",
    "powers": "**".join(["1"] * 20_000),
    "sums": "+".join(["1"] * 40_000),
    "comparisons": "<".join(["1"] * 40_000),
    "attributes": "a" + ".b" * 40_000,
    "calls": "a" + "()" * 40_000,
    "subscripts": "a" + "[0]" * 30_000,
    "conditional expressions": "1 if 1 else " * 8_000 + "1",
    "branches": "if 1:\n pass\n" + "elif 1:\n pass\n" * 6_000,
    "lambdas": "lambda:" * 14_000 + "1",
    "indentation": "".join(" " * level + "if 1:\n" for level in range(300)),
    "comprehensions": "[" * 150 + "x" + " for x in y]" * 150,
    "nested f-strings": "f'{" * 200,
    "format specifications": "f'{x:{y:{z}}}'" * 5_000,
    "joined strings": "'a' " * 20_000,
    "a large integer": "9" * 99_000,
    "a large hexadecimal": "0x" + "f" * 99_000,
    "a large float": "1" * 99_000 + ".0",
    "a large imaginary number": "1" * 99_000 + "j",
    "assignments": "a=" * 40_000 + "1",
    "a large tuple": "1," * 49_000,
    "pattern nesting": "match x:\n case " + "[" * 150 + "]" * 150 + ": pass",
    "pattern alternatives": "match x:\n case " + "|".join(["1"] * 20_000) + ": pass",
    "finally in finally": "".join(" " * n + "try: pass\n" + " " * n + "finally:\n" for n in range(90)) + " " * 90 + "pass",
    "names that stand for each other": "a = b\nb = a\na.format()\na = a + a\nb = a + b\n",
    "names that double": "a0 = 'xx'\n" + "".join(f"a{n + 1} = a{n} + a{n}\n" for n in range(60)) + "a60.format()",
    "a chain of names": "a0 = 'x'\n" + "".join(f"a{n + 1} = a{n}\n" for n in range(2_000)) + "a2000.format()",
    "one name with many values": "a = 'x'\n" * 3_000 + "a.format()\n" * 2_000,
    "a thousand findings": "eval(1);" * 1_000,
    "findings on one long line": "'ä'; " + "eval(1);" * 3_000,
    "null bytes": b"x = 1\x00\n" * 10,
    "only null bytes": b"\x00" * 1_000,
    "random bytes": bytes(range(256)) * 100,
    "UTF-16": "import os".encode("utf-16"),
    "UTF-32": "import os".encode("utf-32"),
    "a cookie for an unknown codec": b"# coding: does-not-exist\n",
    "a cookie for a dangerous codec": b"# -*- coding: unicode_escape -*-\nx\\u003d1",
    "surrogates": "x = '\ud800\udfff'",
    "an overlong encoding": b"x = '\xc0\xaf'",
    "combining characters": "a" + "\u0301" * 20_000 + " = 1",
    "every letter": "".join(chr(code) for code in range(0xA0, 0x3000)),
    "carriage returns": "x = 1\r" * 1_000,
    "line continuations": "x = \\\n" * 10_000 + "1",
    "an open string": "'''" + "a" * 90_000,
    "a deep f-string": 'f"{' * 140 + "1" + '}"' * 140,
    "stars": "[*" * 100 + "x" + "]" * 100,
    "decorators": "@a\n" * 20_000 + "def f(): ...",
    "global statements": "def f():\n global a\n" + " a = 1\n" * 2_000,
    "many arguments": "def f(" + ",".join(f"a{n}" for n in range(5_000)) + "): ...",
    "duplicate arguments": "def f(a, a): ...",
    "nonlocal at the top": "nonlocal x\nx = 1",
    "five megabytes": "x = 1\n" * 900_000,
    "five megabytes of bytes": b"(" * 5_000_000,
    "five megabytes of letters": "é" * 5_000_000,
}


@pytest.mark.parametrize("name", KILLERS)
def test_every_killer_gets_a_verdict_in_time(name: str, policy: ValidationPolicy) -> None:
    """No answer takes long: a hang is what this finds, not slowness, hence the generous limit."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        begun = time.monotonic()
        verdict = validate(KILLERS[name], policy)
        assert time.monotonic() - begun < 20
    assert verdict.valid is not bool(verdict.findings)
    assert len(verdict.findings) <= policy.max_findings


def test_killers_get_the_same_verdict_on_a_small_stack_near_the_recursion_limit(policy: ValidationPolicy) -> None:
    """The function that validates runs in threads and below frameworks: only the parser may feel the depth."""
    verdicts: list[Verdict] = []

    def deep(levels: int) -> None:
        if levels:
            deep(levels - 1)
        else:
            verdicts.append(validate("x = " + "(" * 60 + "1" + ")" * 60 + "\n" + "y = " + "-" * 60 + "1", policy))
            verdicts.append(validate("+".join(["1"] * 40_000), policy))

    thread = threading.Thread(target=deep, args=(sys.getrecursionlimit() - 400,))
    thread.start()
    thread.join()
    assert [verdict.valid for verdict in verdicts] == [True, False]


def test_a_syntax_error_reads_as_a_person_expects(policy: ValidationPolicy) -> None:
    verdict = validate("a = 1\nb = 2\nc = 3\nd = 4\ne = = 5\n", policy)
    assert verdict.summary == "SyntaxError at line 5"
    assert verdict.findings[0].column == 5


def test_all_findings_come_at_once_in_order_and_bounded(policy: ValidationPolicy) -> None:
    verdict = validate("import socket\nx = eval('1')\nopen('y')\n", policy)
    assert [(finding.rule, finding.line, finding.column) for finding in verdict.findings] == [
        ("import", 1, 8),
        ("name", 2, 5),
        ("name", 3, 1),
    ]
    many = validate("eval(1)\n" * 200, policy)
    assert len(many.findings) == policy.max_findings
    assert [finding.line for finding in many.findings] == list(range(1, 51))


def test_columns_count_characters_not_bytes(policy: ValidationPolicy) -> None:
    (finding,) = validate("print('äöü°', eval('1'))", policy).findings
    assert (finding.line, finding.column) == (1, 15)


def test_a_refused_import_is_not_reported_again_at_each_use(policy: ValidationPolicy) -> None:
    verdict = validate("import subprocess\nsubprocess.run([])\nsubprocess.Popen([])", policy)
    assert [finding.rule for finding in verdict.findings] == ["import"]


def test_every_finding_of_what_models_often_write_says_what_to_write_instead(policy: ValidationPolicy) -> None:
    source = """
import pathlib, dotenv, pandas
import os
import stripe
dotenv.load_dotenv()
stripe.api_base = "https://x.example"
name = input("name? ")
print(os.environ["CUSTOMER"], name.__class__, exit(1), json.dumps({}))
with open("x.csv", "w") as file:
    file.write("{0}".format(name))
"""
    findings = validate(source, policy).findings
    assert len(findings) == 10
    assert all(finding.fix for finding in findings)
    environment = next(finding for finding in findings if finding.rule == "environment")
    assert "STRIPE_API_KEY" in environment.fix
    assert any(finding.fix == "add `import json`" for finding in findings)
