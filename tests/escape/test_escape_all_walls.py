"""With every wall of this machine and no validator, no attack comes through."""

import pytest

from tests.escape.conftest import FOLDER, attacks, results


@pytest.mark.parametrize("name", attacks())
def test_attack_is_held(name: str) -> None:
    result = results()[name]
    assert result["escapes"] == [], result["outcome"]


def test_there_are_at_least_a_hundred_attacks_over_all_classes() -> None:
    found = attacks()
    assert len(found) >= 100
    assert len(found) == len(list(FOLDER.rglob("*.py"))), "two attacks have one name, or one lies in no class"
    assert len({attack.kind for attack in found.values()}) >= 20
    assert {attack.expect for attack in found.values()} <= {"validator", "sandbox", "broker", "limit", "harmless", "contained"}
