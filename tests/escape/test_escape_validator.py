"""What the validator alone says of each attack is what the file's third line says."""

import pytest

from agentic.apis.stripe import STRIPE
from agentic.validator import ValidationPolicy, validate
from tests.escape.arena import filled
from tests.escape.conftest import attacks

TOKENS = {"OWNER_PID": 1, "TCP_PORT": 1, "UDP_PORT": 1}
POLICY = ValidationPolicy.for_spec(STRIPE)


@pytest.mark.parametrize("name", attacks())
def test_validator_says_what_the_file_says(name: str) -> None:
    attack = attacks()[name]
    # As bytes: some attacks are not even text.
    text = filled(attack.path.read_bytes().decode("latin-1"), TOKENS)
    verdict = validate(text.encode("latin-1"), POLICY)
    assert ("accepted" if verdict.valid else "refused") == attack.validator, verdict.findings[:3]


def test_most_attacks_are_refused_before_anything_runs() -> None:
    refused = [attack for attack in attacks().values() if attack.validator == "refused"]
    assert len(refused) >= 0.8 * len(attacks())


def test_what_the_validator_has_to_stop_it_refuses() -> None:
    assert [a.name for a in attacks().values() if a.expect == "validator" and a.validator != "refused"] == []
