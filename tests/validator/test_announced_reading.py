"""`agentic validate` tells a person once that a new SDK is being read, and says nothing about a known one."""

from pathlib import Path

from agentic.core.spec import Sdk
from agentic.interfaces.commands.validate import announced
from agentic.validator.describe import Source, Sources, cached_index

SDK = Sdk("acme", ("acme",))
FILES = {
    "acme": Source(True, lambda: b"from acme.things import Thing\n"),
    "acme.things": Source(False, lambda: b"class Thing:\n    def go(self): ...\n"),
}


def test_reading_is_told_once_and_a_known_sdk_is_not_read(tmp_path: Path) -> None:
    told: list[str] = []
    content = [
        cached_index(SDK, announced(Sources(FILES, fingerprint), lambda: told.append("reading")), tmp_path)
        for fingerprint in ("one", "one", "two")
    ]
    # The second time it came from the cache; another version is read again.
    assert told == ["reading", "reading"]
    assert content[0] == content[1] == content[2] == cached_index(SDK, Sources(FILES, "control"), tmp_path)
