"""The platform's time per corpus script is told once, at the end of a test run, whoever ran the tests."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_MEASURED = """
import pytest

@pytest.mark.parametrize("taken", [30.0, 10.4, 20.0], ids=["02_first", "04_second", "06_third"])
def test_a_script(taken, record_property):
    record_property("platform_ms", taken)
"""


@pytest.mark.parametrize("distributed", [(), ("-n", "2")], ids=["one process", "two workers"])
def test_the_median_and_each_scripts_time_are_printed_once(tmp_path: Path, distributed: tuple[str, ...]):
    out = _printed(tmp_path, *distributed)
    line = "acme corpus, platform time: median 20 ms (02 30, 04 10, 06 20)"
    assert out.count(line) == 1, out


def test_control_without_the_hook_nothing_is_printed(tmp_path: Path):
    assert "platform time" not in _printed(tmp_path, "-p", "no:platform_times")


def _printed(folder: Path, *options: str) -> str:
    """What a test run with one measured test of the API `acme` prints."""
    module = folder / "test_acme_corpus.py"
    module.write_text(_MEASURED, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "platform_times", *options, module.name]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parent)}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
