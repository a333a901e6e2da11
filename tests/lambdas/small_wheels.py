"""Wheels made by hand, a folder that serves them in place of an index, and a clone of the parts that zips are built from."""

import base64
import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


def make_wheel(
    folder: Path, name: str, files: dict[str, str], *, requires: tuple[str, ...] = (), tag: str = "py3-none-any"
) -> Path:
    """A wheel `name` 1.0 with these files."""
    info = f"{name}-1.0.dist-info"
    head = f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n" + "".join(f"Requires-Dist: {item}\n" for item in requires)
    contents = {
        **files,
        f"{info}/METADATA": f"{head}\nA long page about {name}.\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{info}/licenses/LICENSE": "free",
    }
    record = "".join(f"{path},sha256={_digest(text)},{len(text)}\n" for path, text in contents.items())
    path = folder / f"{name}-1.0-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for file, text in {**contents, f"{info}/RECORD": record}.items():
            wheel.writestr(file, text)
    return path


def _digest(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).rstrip(b"=").decode()


def lock(folder: Path, *wheels: Path) -> Path:
    """A lock file that pins the wheels with their hashes."""
    pins: dict[str, list[str]] = {}
    for wheel in wheels:
        pins.setdefault(wheel.name.split("-")[0], []).append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    text = "".join(
        f"{name}==1.0 \\\n" + " \\\n".join(f"    --hash=sha256:{item}" for item in hashes) + "\n"
        for name, hashes in pins.items()
    )
    path = folder / "requirements.lock"
    path.write_text(text)
    return path


def clone(folder: Path) -> Path:
    """The package and the functions as another clone has them: other place, other times."""
    ignore = shutil.ignore_patterns("__pycache__")
    for part in ("agentic", "lambdas"):
        shutil.copytree(ROOT / part, folder / part, ignore=ignore, copy_function=shutil.copy)
    return folder


def run_in(folder: Path, code: str, **environment: str) -> str:
    """What `code` prints in a fresh interpreter that sees the clone at `folder` before this one."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1", **environment},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout
