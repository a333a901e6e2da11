"""The same, when the sandbox is started by an ordinary user: no capability, no other user to become."""

import os

import pytest

from tests.escape.conftest import attacks, results


@pytest.mark.parametrize("name", attacks())
def test_attack_is_held_without_roots_help(name: str) -> None:
    if os.getuid() != 0:
        pytest.skip("this is an ordinary user already: test_escape_all_walls.py has shown it")
    result = results(ordinary=True)[name]
    assert "own-user" not in result["outcome"]["layers"]
    assert result["escapes"] == [], result["outcome"]
