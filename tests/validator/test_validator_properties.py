"""Any text gets a verdict, and altered honest scripts do too; what is allowed never depends on luck."""

import warnings
from pathlib import Path

from hypothesis import HealthCheck, given, settings, strategies as st

from agentic.core.values import Verdict
from agentic.validator import ValidationPolicy, validate
from agentic.validator.allowed import RULES

POLICY = ValidationPolicy(
    frozenset({"stripe", "github", "requests", "pyowm"}), frozenset({"KEY"}), frozenset({"api.stripe.com"})
)
CORPUS = sorted((Path(__file__).parent.parent / "corpus").glob("*/*.py"))
NAMES = ["os", "stripe", "eval", "open", "getattr", "__class__", "x", "f", "format", "environ", "_x", "type", "super()", "1"]
SIGNS = [*"()[]{}.,:=*'\"@\n\t #\\%+-&|<>", "\n    ", "f'{", "}'", "'{0.a}'", ":="]
WORDS = ["lambda ", "def f(", "class A(", "import ", "from ", " import ", " as ", "for x in ", "if ", "else", "match ", "case "]
STATEMENTS = [
    "return ",
    "break",
    "continue",
    "nonlocal x",
    "global x",
    "try:\n ",
    "except:\n ",
    "except* E:\n ",
    "finally:\n ",
    "while x:\n ",
]
PIECES = [*NAMES, *SIGNS, *WORDS, *STATEMENTS, "yield ", "await ", "async "]
BOUNDED = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow], derandomize=True, database=None
)


def check(verdict: Verdict, source: str | bytes) -> None:
    lines = source.count(b"\n" if isinstance(source, bytes) else "\n") + source.count(
        b"\r" if isinstance(source, bytes) else "\r"
    )
    assert verdict.valid is not bool(verdict.findings)
    assert len(verdict.findings) <= POLICY.max_findings
    assert {finding.rule for finding in verdict.findings} <= RULES.keys()
    for finding in verdict.findings:
        assert 0 <= finding.line <= lines + 2
        assert finding.column >= 0
        assert finding.message
    if verdict.valid:
        with warnings.catch_warnings(action="ignore"):
            compile(source, "<script>", "exec", dont_inherit=True)


@BOUNDED
@given(st.text(alphabet=st.characters(), max_size=200))
def test_any_text_gets_a_verdict(source: str) -> None:
    check(validate(source, POLICY), source)


@BOUNDED
@given(st.binary(max_size=200))
def test_any_bytes_get_a_verdict(source: bytes) -> None:
    check(validate(source, POLICY), source)


@BOUNDED
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_any_python_like_text_gets_a_verdict(source: str) -> None:
    check(validate(source, POLICY), source)


@BOUNDED
@given(st.data())
def test_altered_scripts_of_the_corpus_get_a_verdict(data: st.DataObject) -> None:
    source = data.draw(st.sampled_from(CORPUS)).read_text()
    for _ in range(data.draw(st.integers(1, 4))):
        start = data.draw(st.integers(0, len(source)))
        end = min(len(source), start + data.draw(st.integers(0, 30)))
        piece = data.draw(st.one_of(st.sampled_from(PIECES), st.text(max_size=5)))
        source = source[:start] + piece + source[end:]
    check(validate(source, POLICY), source)


@BOUNDED
@given(st.sampled_from(CORPUS), st.sampled_from(["eval('1')", "import socket", "().__class__", "open('x')"]), st.data())
def test_a_hostile_line_is_found_wherever_it_stands(path: Path, line: str, data: st.DataObject) -> None:
    """Put between any two top-level statements, the line is refused where it stands."""
    import ast

    lines = path.read_text().split("\n")
    places = [node.lineno for node in ast.parse("\n".join(lines)).body if not isinstance(node, ast.FunctionDef | ast.ClassDef)]
    place = data.draw(st.sampled_from(places))
    altered = [*lines[: place - 1], line, *lines[place - 1 :]]
    assert place in {finding.line for finding in validate("\n".join(altered), POLICY).findings}
