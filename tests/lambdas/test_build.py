"""Building zips: the same bytes for the same input, nothing unneeded inside, one line for each thing that goes wrong."""

import hashlib
import sys
import time
import zipfile
from pathlib import Path

import pytest
from small_wheels import clone, run_in
from tiny_spec import spec_of

from agentic.core.cache import cache_folder
from agentic.core.errors import BuildError
from lambdas import archive, bytecode
from lambdas.build import Builder
from lambdas.storage import save
from lambdas.target import Target

_BUILD = """
from pathlib import Path
from lambdas.build import Builder
from lambdas.target import Target
import agentic, lambdas
assert agentic.__file__.startswith({folder!r}) and lambdas.__file__.startswith({folder!r})
for name in ("generate_code", "execute_code"):
    print(Builder(Target(), cache=Path({cache!r})).build(name, []).sha256)
"""


def names(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as opened:
        assert opened.testzip() is None
        return opened.namelist()


def test_two_clones_at_other_places_and_times_give_the_same_bytes(tmp_path: Path):
    digests: list[str] = []
    for number, seed in enumerate(("1", "2")):
        folder = clone(tmp_path / f"clone{number}" / ("deep/" * number))
        code = _BUILD.format(folder=str(folder), cache=str(tmp_path / f"cache{number}"))
        digests.append(run_in(folder, code, PYTHONHASHSEED=seed, TZ="Asia/Tokyo" if number else "UTC"))
        time.sleep(0.02)
    assert digests[0] == digests[1]
    assert len(digests[0].split()) == 2


def test_control_a_changed_module_gives_other_bytes_and_an_unneeded_one_does_not(tmp_path: Path):
    folder = clone(tmp_path / "clone")
    code = _BUILD.format(folder=str(folder), cache=str(tmp_path / "cache"))
    before = run_in(folder, code).split()
    (folder / "agentic/topology/new.py").write_text("import pulumi\n")
    assert run_in(folder, code).split() == before
    with (folder / "agentic/core/names.py").open("a") as file:
        file.write("\nMORE = 1\n")
    after = run_in(folder, code).split()
    assert after[0] != before[0]


@pytest.mark.usefixtures("index")
def test_an_sdk_comes_with_what_it_needs_on_the_target_and_without_what_it_does_not(builder: Builder):
    found = names(builder.build("run_code", [spec_of("tinysdk>=1,<2")]).path)
    assert "tinysdk/__init__.py" in found
    assert "tinydep.py" in found
    assert "tinysdk-1.0.dist-info/METADATA" in found
    assert "tinysdk-1.0.dist-info/licenses/LICENSE" in found
    unneeded = ("tests/", ".pyi", "RECORD", "scripts", "tinyarm", "tinyold", "tinymac", "tinyextra")
    assert [name for name in found if any(part in name for part in unneeded)] == []
    assert found == sorted(found)


@pytest.mark.usefixtures("index")
def test_the_wheels_are_those_of_the_functions_machine_not_of_this_one(program: Path, cache: Path):
    built = Builder(Target("arm64"), cache=cache, program=program).build("run_code", [spec_of("tinysdk[more]")])
    with zipfile.ZipFile(built.path) as opened:
        assert opened.read("tinyarm.py") == b"MACHINE = 'arm'\n"
        assert "tinyextra.py" in opened.namelist()


@pytest.mark.usefixtures("index")
def test_once_cached_no_index_is_needed(program: Path, cache: Path, monkeypatch: pytest.MonkeyPatch):
    first = Builder(Target(), cache=cache, program=program).build("run_code", [spec_of("tinysdk")])
    first.path.unlink()
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    again = Builder(Target(), cache=cache, program=program).build("run_code", [spec_of("tinysdk")])
    assert again.sha256 == first.sha256


@pytest.mark.usefixtures("index")
def test_without_index_and_cache_there_is_one_clear_line(builder: Builder, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    with pytest.raises(
        BuildError, match=r"^the wheels of tinysdk 1\.0 for cp312-x86_64 are not in the cache and could not be fetched"
    ) as raised:
        builder.build("run_code", [spec_of("tinysdk")])
    assert "\n" not in raised.value.message
    assert "network" in raised.value.hint


@pytest.mark.usefixtures("index")
@pytest.mark.parametrize(
    ("requirement", "message"),
    [
        ("unheard-of>=1", "unknown requirement unheard-of>=1"),
        ("tinysdk>=2", "does not fit tinysdk 1.0"),
        ("tiny sdk!", "is not a requirement"),
    ],
)
def test_what_the_lock_does_not_pin_is_refused_by_name(builder: Builder, requirement: str, message: str):
    with pytest.raises(BuildError, match=message):
        builder.build("run_code", [spec_of(requirement)])


def test_a_wheel_with_other_bytes_than_the_lock_says_is_refused(builder: Builder, index: Path):
    wheel = index / "tinysdk-1.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "a") as opened:
        opened.writestr("tinysdk/evil.py", "print('hello')\n")
    with pytest.raises(BuildError, match="hash"):
        builder.build("run_code", [spec_of("tinysdk")])


@pytest.mark.usefixtures("index")
def test_a_cached_wheel_that_was_tampered_with_is_not_used(program: Path, cache: Path, monkeypatch: pytest.MonkeyPatch):
    Builder(Target(), cache=cache, program=program).build("run_code", [spec_of("tinysdk")])
    (cached,) = cache.glob("wheels/*/tinydep-1.0-py3-none-any.whl")
    cached.write_bytes(cached.read_bytes() + b"x")
    monkeypatch.setenv("PIP_FIND_LINKS", "/nowhere")
    (program / "lambdas/run_code/handler.py").write_text("def handler(event, context):\n    return 1\n")
    with pytest.raises(BuildError, match=r"wheels of tinydep 1\.0"):
        Builder(Target(), cache=cache, program=program).build("run_code", [spec_of("tinysdk")])


def test_a_cache_that_cannot_be_written_is_one_clear_line(program: Path, tmp_path: Path):
    blocked = tmp_path / "file"
    blocked.write_text("")
    with pytest.raises(BuildError, match="cannot write") as raised:
        Builder(Target(), cache=blocked, program=program).build("generate_code", [])
    assert "AGENTIC_CACHE" in raised.value.hint


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told_as_such(tmp_path: Path):
    code = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from agentic.core.errors import BuildError\n"
        "from lambdas.storage import save\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10, 10))\n"
        f"try: save(Path({str(tmp_path / 'big')!r}), b'x' * 100)\n"
        "except BuildError as error: print(error.message)\n"
    )
    said = run_in(Path(__file__).resolve().parent.parent.parent, code)
    assert said.startswith("cannot write")
    assert list(tmp_path.iterdir()) == []


def test_a_zip_over_its_budget_is_refused(program: Path, cache: Path):
    noise = "".join(hashlib.sha256(str(number).encode()).hexdigest() for number in range(10_000))
    text = f"NOISE = '{noise}'\n"
    (program / "lambdas/generate_code/handler.py").write_text(text)
    with pytest.raises(BuildError, match="its budget is"):
        Builder(Target(), cache=cache, program=program).build("generate_code", [])


def test_a_missing_handler_and_an_unknown_function_are_named(builder: Builder):
    with pytest.raises(BuildError, match="no handler at"):
        builder.build("validate_code", [])
    with pytest.raises(BuildError, match="there is no function 'make_tea'"):
        builder.build("make_tea", [])


def test_nothing_changed_is_found_by_sizes_and_times_alone(program: Path, cache: Path):
    first = Builder(Target(), cache=cache, program=program).build("generate_code", [])
    times: list[float] = []
    for _ in range(5):
        start = time.perf_counter()
        again = Builder(Target(), cache=cache, program=program).build("generate_code", [])
        times.append(time.perf_counter() - start)
        assert again == first
    assert min(times) < 0.05


def test_a_zip_that_was_lost_from_the_cache_is_built_again(program: Path, cache: Path):
    first = Builder(Target(), cache=cache, program=program).build("generate_code", [])
    first.path.unlink()
    assert Builder(Target(), cache=cache, program=program).build("generate_code", []) == first
    assert first.path.is_file()


def test_old_zips_do_not_pile_up(program: Path, cache: Path):
    for number in range(12):
        (program / "lambdas/generate_code/handler.py").write_text(f"NUMBER = {number}\n")
        last = Builder(Target(), cache=cache, program=program).build("generate_code", [])
    assert last.path.is_file()
    assert len(list(last.path.parent.glob("*.zip"))) <= 9


def test_bytecode_is_read_without_looking_at_the_source(tmp_path: Path):
    """Unchecked: the interpreter takes the bytecode whatever the source's time is, as on a function's read-only disk."""
    (tmp_path / "module.py").write_text("VALUE = 'source'\n")
    body = bytecode.compiled("module.py", b"VALUE = 'bytecode'\n")
    assert body
    save(tmp_path / bytecode.name_of("module.py"), body)
    assert run_in(tmp_path, "import module; print(module.VALUE)").strip() == "bytecode"


def test_bytecode_is_only_written_for_the_version_of_this_interpreter(program: Path, cache: Path):
    own = f"{sys.version_info.major}.{sys.version_info.minor}"
    with_own = names(Builder(Target(python_version=own), cache=cache, program=program).build("generate_code", []).path)
    other = names(Builder(Target(python_version="3.99"), cache=cache, program=program).build("generate_code", []).path)
    assert "handler.py" in other
    assert [name for name in with_own if name.endswith(".pyc")] != []
    assert [name for name in other if name.endswith(".pyc")] == []


def test_two_packages_with_different_files_of_one_name_are_refused():
    one, two = archive.Entry.of(b"1"), archive.Entry.of(b"2")
    assert archive.merge([{"a.py": one}, {"a.py": archive.Entry.of(b"1")}]) == {"a.py": one}
    with pytest.raises(BuildError, match=r"a\.py"):
        archive.merge([{"a.py": one}, {"a.py": two}])


def test_entries_survive_a_trip_through_an_archive():
    entries = archive.pack({"b/ü.txt": b"text", "a.py": b"A = 1\n", "empty": b""}, with_bytecode=True)
    assert archive.read(archive.write(entries)) == entries


def test_the_cache_is_outside_the_clone_and_can_be_moved():
    assert cache_folder({"AGENTIC_CACHE": "/somewhere"}) == Path("/somewhere")
    assert cache_folder({"XDG_CACHE_HOME": "/xdg"}) == Path("/xdg/agentic")
    assert cache_folder({}) == Path.home() / ".cache/agentic"
