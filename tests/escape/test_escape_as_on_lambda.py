"""Without the kernel's layers, as inside AWS Lambda: attacks read files and open sockets, and find nothing of value."""

import pytest

from tests.escape.conftest import attacks, results


@pytest.mark.parametrize("name", attacks())
def test_attack_wins_nothing_of_value(name: str) -> None:
    """No key, no credential, no forbidden request, no other run touched, no limit outstayed."""
    assert results("--as-on-lambda", ordinary=True)[name]["losses"] == []


def test_attacks_do_come_through_the_missing_layers() -> None:
    """The control: there really are no kernel layers in this setting, so that the claim above is worth something."""
    outcome = results("--as-on-lambda", ordinary=True)
    assert sum(bool(result["escapes"]) for result in outcome.values()) > 50
    assert not {"seccomp", "landlock", "own-root", "no-new-privs"} & set(next(iter(outcome.values()))["outcome"]["layers"])
