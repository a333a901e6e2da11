"""What the validator alone says of each attack is what the file's third line says."""

import pytest

from agentic.apis.stripe import STRIPE
from agentic.validator import ValidationPolicy, validate
from tests.escape.conftest import attacks

POLICY = ValidationPolicy.for_spec(STRIPE)


@pytest.mark.parametrize("name", attacks())
def test_validator_says_what_the_file_says(name: str) -> None:
    attack = attacks()[name]
    verdict = validate(attack.path.read_bytes(), POLICY)
    assert ("accepted" if verdict.valid else "refused") == attack.validator, verdict.findings[:3]


def test_most_attacks_are_refused_before_anything_runs() -> None:
    refused = [attack for attack in attacks().values() if attack.validator == "refused"]
    assert len(refused) >= 0.8 * len(attacks())


def test_what_the_validator_has_to_stop_it_refuses() -> None:
    assert [a.name for a in attacks().values() if a.expect == "validator" and a.validator != "refused"] == []
