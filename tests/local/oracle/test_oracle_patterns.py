"""The patterns of service models mean in Python what they mean in Java."""

import warnings

import pytest

from agentic.local.oracle.models import services, unchecked_patterns
from agentic.local.oracle.patterns import UntranslatableError, translated

PATTERNS = [
    # Unicode properties: letters, numbers and separators of every script (tags of most services).
    (r"[\p{L}\p{Z}\p{N}_.:/=+\-@]*", ["", "Zoë 7", "東京", "a=b"], ["a#b", "x\t"]),
    (r"[^\p{C}]*", ["any text, ünder — here"], ["a\nb", "\x07"]),
    (r"\p{ASCII}*", ["plain"], ["ünicode"]),
    (r"\p{Print}+", ["two words"], ["tab\t", ""]),
    (r"\P{L}+", ["123"], ["12a"]),
    # A hyphen after a class is itself; "[" inside of a class too; doubled signs are no set operations.
    (r"[\w-_]*", ["a-b_c"], ["a b"]),
    (r"[a[b]+", ["[ab"], ["c"]),
    (r"[a--b]+", ["a-b"], ["c"]),
    # Surrogate pairs are one character.
    (r"[ -\uD7FF\uE000-\uFFFD\uD800\uDC00-\uDBFF\uDFFF]*", ["wide 😀"], ["\x01"]),
    # All of the text, never a part of it, and no line break at the end.
    (r"[a-z]+", ["abc"], ["abc1", "abc\n", "Abc"]),
    (r"^[a-z]+$", ["abc"], ["abc\n"]),
    # \d and \w are ASCII.
    (r"\d{12}", ["123456789012"], ["١٢٣٤٥٦٧٨٩٠١٢"]),
    (r"(?<year>\d{4})(?<!0000)", ["2026"], ["0000"]),
    (r"\Qa.b\E+", ["a.b"], ["axb"]),
    (r"$|kafka://x", ["", "kafka://x"], ["kafka"]),
]


@pytest.mark.parametrize(("pattern", "fitting", "others"), PATTERNS)
def test_a_pattern_takes_what_java_takes(pattern: str, fitting: list[str], others: list[str]) -> None:
    matches = translated(pattern)
    assert [text for text in fitting if not matches(text)] == []
    assert [text for text in others if matches(text)] == []


@pytest.mark.parametrize("pattern", [r"[a&&[^b]]", r"\p{IsLatin}", "(?<a>x)\\k<a>", "[]", "[", "a{2}{3}"])
def test_what_python_has_no_equal_of_is_said(pattern: str) -> None:
    """Never a silent yes: who asks gets an error, and counts it."""
    with pytest.raises(UntranslatableError):
        translated(pattern)


# Every service that a type of the table or a policy of the topology names.
USED = [
    *("lambda", "s3", "dynamodb", "secretsmanager", "logs", "iam", "sts", "sqs", "kms", "ec2", "route53resolver"),
    *("bedrock", "bedrock-agent", "bedrock-agentcore", "bedrock-agentcore-control", "stepfunctions", "xray", "cloudwatch"),
]


@pytest.mark.parametrize("service", USED)
def test_no_pattern_of_a_service_that_we_use_is_left_out(service: str) -> None:
    assert service in services()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert unchecked_patterns(service) == ()


def test_left_out_patterns_are_counted() -> None:
    """The control of the test above: a service of which Python has no equal for a pattern names it."""
    assert unchecked_patterns("autoscaling-plans") == (r"[\p{Print}&&[^|:/]]+",)
