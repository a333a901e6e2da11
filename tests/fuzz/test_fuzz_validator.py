"""Whatever script is generated: what the validator accepts compiles, passes a second walk, and reaches for nothing when run."""

import functools
import random

import pytest
from fuzz_form import kinds_found, try_many
from fuzzing.choices import Choices
from fuzzing.target import attempt
from fuzzing.validator.target import POLICY, TARGET, check_with
from fuzzing.validator.watching import watch

from agentic.core.values import Verdict
from agentic.validator import ValidationPolicy, validate

INPUTS = 1200
WATCHED = 300
VALIDATED = functools.cache(validate)
ESCAPES = [
    "import os\nos.system('id')",
    "eval('1')",
    "f = lambda: open\nf()",
    "import socket",
    "import stripe\nstripe.Customer.__init__",
    "import stripe\n'{0.__globals__}'.format(stripe.Customer)",
    "import operator, stripe\noperator.attrgetter('__dict__')(stripe.Customer)",
    "def f():\n    return (i for i in []).gi_frame",
    "try:\n    1/0\nexcept Exception as e:\n    e.__traceback__.tb_frame",
    "import urllib.request\nurllib.request.urlopen('https://evil.test/')",
    "import os\nprint(os.environ['FUZZ_CANARY'])",
    "import logging\nlogging.basicConfig(filename='/tmp/x')",
]


def test_what_the_validator_accepts_passes_a_second_walk() -> None:
    try_many(TARGET, INPUTS)


def test_accepted_scripts_reach_for_nothing_when_they_run() -> None:
    generator, accepted = random.Random("watched"), list[str]()
    while len(accepted) < WATCHED:
        data = generator.randbytes(generator.choice(TARGET.sizes))
        if attempt(TARGET, data) == "accepted":
            source = TARGET.make(Choices(data))
            accepted.append(source.decode() if isinstance(source, bytes) else source)
    assert [(script, found) for script, found in zip(accepted, watch(accepted), strict=True) if found] == []


def test_control_the_watch_sees_scripts_that_reach_out() -> None:
    assert [script for script, found in zip(ESCAPES, watch(ESCAPES), strict=True) if not found] == []


@pytest.mark.parametrize(
    ("rules", "kind"),
    [
        ({"name"}, "a dangerous builtin is read"),
        ({"dunder"}, "a double-underscore attribute"),
        ({"attribute"}, "an attribute that leads to frames or code"),
        ({"private"}, "a private attribute"),
        ({"import", "member"}, "an import of what is not in the table"),
        ({"syntax"}, "an accepted script does not compile"),
        ({"control_character"}, "a character that reorders text"),
        ({"identifier"}, "a name with letters that look like others"),
    ],
)
def test_control_a_validator_that_lacks_a_rule_is_caught(rules: set[str], kind: str) -> None:
    def weaker(source: str | bytes, policy: ValidationPolicy) -> Verdict:
        left = tuple(finding for finding in VALIDATED(source, policy).findings if finding.rule not in rules)
        return Verdict(not left, left)

    assert kind in kinds_found(TARGET, check_with(weaker), INPUTS, {kind})


def test_the_policy_is_not_empty() -> None:
    assert POLICY.modules
    assert POLICY.hosts
