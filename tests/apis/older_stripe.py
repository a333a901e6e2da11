"""A Python with an older Stripe SDK, made once by the ordinary installer and kept in the user's cache."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from agentic.core.cache import cache_folder


def python_with_stripe(version: str) -> Path:
    """The interpreter of a virtual environment with `stripe[async]` of this version. Skips where there is no registry."""
    kept = cache_folder() / "stripe-sdk" / f"{version}-py{sys.version_info.major}.{sys.version_info.minor}"
    python = Path("bin", "python")
    if (kept / python).exists():
        return kept / python
    kept.parent.mkdir(parents=True, exist_ok=True)
    making = Path(tempfile.mkdtemp(prefix="making.", dir=kept.parent))
    try:
        _run("venv", "--quiet", "--relocatable", "--python", sys.executable, "--allow-existing", str(making))
        _run("pip", "install", "--quiet", "--python", str(making / python), f"stripe[async]=={version}")
        # Renamed when it is whole; whoever was quicker has made the same.
        if not kept.exists():
            making.rename(kept)
    except (OSError, subprocess.SubprocessError) as error:
        said = getattr(error, "stderr", "") or str(error)
        pytest.skip(
            f"Stripe SDK {version} cannot be installed here: {said.strip().splitlines()[-1] if said.strip() else error}"
        )
    finally:
        shutil.rmtree(making, ignore_errors=True)
    return kept / python


def _run(*arguments: str) -> None:
    uv = Path(sys.executable).with_name("uv")
    environment = {name: value for name, value in os.environ.items() if name not in ("VIRTUAL_ENV", "PYTHONPATH")}
    subprocess.run([uv, *arguments], check=True, capture_output=True, text=True, timeout=300, env=environment)
