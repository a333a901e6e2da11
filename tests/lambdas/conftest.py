import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from small_wheels import ROOT, lock, make_wheel

from lambdas.build import Builder
from lambdas.target import Target


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A program folder whose handlers need nothing, with a lock for the small wheels."""
    folder = tmp_path / "program"
    for name in ("run_code", "call_api", "generate_code"):
        (folder / "lambdas" / name).mkdir(parents=True)
        (folder / "lambdas" / name / "handler.py").write_text(
            "import json\n\n\ndef handler(event, context):\n    return json.dumps(event)\n"
        )
    return folder


@pytest.fixture
def index(tmp_path: Path, program: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of wheels that pip takes in place of the network: an SDK, its dependency, one for each machine."""
    folder = tmp_path / "index"
    folder.mkdir()
    wheels = [
        make_wheel(
            folder,
            "tinysdk",
            {
                "tinysdk/__init__.py": "import tinydep\nVALUE = tinydep.VALUE\n",
                "tinysdk/__init__.pyi": "VALUE: int\n",
                "tinysdk/tests/test_it.py": "assert False\n",
                "tinysdk-1.0.data/scripts/tiny": "#!python\n",
            },
            requires=(
                "tinydep>=1",
                'tinyarm; platform_machine == "aarch64"',
                'tinyold; python_version < "3.9"',
                'tinymac; sys_platform == "darwin"',
                'tinyextra; extra == "more"',
            ),
        ),
        make_wheel(folder, "tinydep", {"tinydep.py": "VALUE = 7\n"}),
        make_wheel(folder, "tinyarm", {"tinyarm.py": "MACHINE = 'arm'\n"}, tag="cp312-cp312-manylinux2014_aarch64"),
        make_wheel(folder, "tinyarm", {"tinyarm.py": "MACHINE = 'x86'\n"}, tag="cp312-cp312-manylinux2014_x86_64"),
        make_wheel(folder, "tinyextra", {"tinyextra.py": "MORE = True\n"}),
    ]
    lock(program, *wheels)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(folder))
    return folder


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    return tmp_path / "cache"


@pytest.fixture
def builder(program: Path, cache: Path) -> Builder:
    return Builder(Target(), cache=cache, program=program)


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT
