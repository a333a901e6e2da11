"""`agentic plugins lock`: an outside plugin's SDK pinned in the plugin's own package; what cannot be locked is a line."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from kit_stage import ROOT, as_installed, edited, environment, new

from agentic.core.sdk_locks import is_pinned


def lock(package: Path, cwd: Path) -> "subprocess.CompletedProcess[str]":
    line = [sys.executable, "-m", "agentic.interfaces.cli", "plugins", "lock", "acme"]
    done = subprocess.run(line, cwd=cwd, capture_output=True, text=True, timeout=200, check=False, env=environment(package))
    assert "Traceback" not in done.stderr, done.stderr
    return done


def with_lock(package: Path, requirement: str = "requests>=2.32,<3") -> Path:
    by = f'Sdk("{requirement}", modules=("requests",), lock="agentic_api_acme:requirements.lock")'
    return edited(package, "plugin.py", lambda text: re.sub(r"sdk=Sdk\(.*\),", f"sdk={by},", text))


def test_the_lock_has_exact_versions_with_hashes_and_takes_this_projects_own(tmp_path: Path):
    package = with_lock(as_installed(new(tmp_path, "--host", "api.acme.dev")))
    done = lock(package, tmp_path)
    if "could not be resolved" in done.stderr and re.search(r"fetch|dns|connect|network", done.stderr):
        pytest.skip(f"no package registry: {done.stderr.splitlines()[0][:200]}")
    assert done.returncode == 0, done.stderr
    written = package / "src/agentic_api_acme/requirements.lock"
    pins = dict(re.findall(r"^([\w-]+)==(\S+)", written.read_text(), re.MULTILINE))
    own = dict(re.findall(r"^([\w-]+)==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE))
    assert set(pins) == {"requests", "certifi", "charset-normalizer", "idna", "urllib3"}
    assert pins == {name: own[name] for name in pins}
    assert written.read_text().count("--hash=sha256:") >= len(pins)
    assert is_pinned("requests>=2", written)


def test_what_cannot_be_resolved_is_one_line_and_nothing_is_written(tmp_path: Path):
    package = with_lock(as_installed(new(tmp_path, "--host", "api.acme.dev")), "requests>=99")
    done = lock(package, tmp_path)
    assert done.returncode == 1
    assert "requests>=99 could not be resolved" in done.stderr
    assert not (package / "src/agentic_api_acme/requirements.lock").exists()


def test_a_plugin_that_names_no_lock_is_told_how_to(tmp_path: Path):
    done = lock(as_installed(new(tmp_path, "--host", "api.acme.dev")), tmp_path)
    assert done.returncode == 2
    assert 'lock="agentic_api_acme:requirements.lock"' in done.stderr


def test_the_slack_example_brings_a_lock_that_pins_its_sdk():
    assert is_pinned("slack_sdk>=3.35,<4", ROOT / "examples/agentic-api-slack/src/agentic_api_slack/requirements.lock")
    assert not is_pinned("slack_sdk>=3.35,<4", ROOT / "requirements.lock")


def test_what_pytest_loads_is_a_module_beside_the_package():
    """An entry point into the package would make pytest, in an editable install, take the program's `__main__` for a module."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    beside = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"].values()
    assert [f"{module}.py" in beside for module in project["project"]["entry-points"]["pytest11"].values()] == [True]
