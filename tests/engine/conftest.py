"""The real engine for these tests, where there is one."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from engine_world import EngineWorld

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def pulumi() -> Path:
    """The Pulumi CLI; without one every test that needs it is left out, with the reason."""
    found = subprocess.run([ROOT / "tools" / "pulumi" / "cli.sh", "--no-build"], capture_output=True, text=True, check=False)
    if found.returncode:
        pytest.skip(found.stderr.strip() or "tools/pulumi/cli.sh finds no Pulumi CLI")
    return Path(found.stdout.strip())


@pytest.fixture(scope="module")
def no_account() -> Iterator[None]:
    """An environment without anybody's AWS or Pulumi account."""
    with pytest.MonkeyPatch.context() as environment:
        for name in [name for name in os.environ if name.startswith(("AWS_", "PULUMI_"))]:
            environment.delenv(name)
        environment.setenv("AWS_CONFIG_FILE", os.devnull)
        environment.setenv("AWS_SHARED_CREDENTIALS_FILE", os.devnull)
        environment.setenv("AWS_EC2_METADATA_DISABLED", "true")
        yield


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, pulumi: Path, no_account: None) -> Iterator[EngineWorld]:
    world = EngineWorld(tmp_path_factory.mktemp("engine"), pulumi)
    yield world
    world.close()
