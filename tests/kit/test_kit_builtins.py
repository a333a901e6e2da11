"""The plugins that ship keep what every plugin must keep: the same suite, as anybody runs it."""

import subprocess
import sys
from pathlib import Path

import pytest
from kit_stage import ROOT, environment

# What the recipes of an API are about, where its fake does not begin with it.
PREPARED = {"stripe": ROOT / "tests" / "e2e" / "seeds" / "for_stripe.py"}


@pytest.mark.parametrize("name", ["stripe", "github", "openweather"])
def test_a_built_in_plugin_passes_the_conformance_suite(name: str, tmp_path: Path):
    line = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "agentic.conformance.options",
    ]
    line += ["--pyargs", "agentic.conformance", "--plugin", name]
    line += ["--prepare", str(PREPARED[name])] if name in PREPARED else []
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=500, check=False, env=environment())
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr
    assert "skipped" not in done.stdout


def test_control_without_what_the_recipes_are_about_those_of_stripe_fail(tmp_path: Path):
    line = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:xdist",
        "-p",
        "agentic.conformance.options",
    ]
    line += ["--pyargs", "agentic.conformance", "--plugin", "stripe", "-k", "does_its_task and show_customer"]
    done = subprocess.run(line, cwd=tmp_path, capture_output=True, text=True, timeout=300, check=False, env=environment())
    assert done.returncode == 1, done.stdout
    assert "recipe 'show_customer' failed against the fake" in done.stdout
