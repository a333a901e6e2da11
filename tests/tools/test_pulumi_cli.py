"""Which `pulumi` tools/pulumi/cli.sh finds, and what a build leaves behind. No test here makes the real build."""

import os
import re
import shutil
import signal
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from agentic.core.cache import cache_folder

MODULE = Path(__file__).parents[2] / "tools" / "pulumi"
SCRIPT = MODULE / "cli.sh"
# All that the script calls besides Go and Pulumi; chmod and sleep are for the Go below.
TOOLS = (
    "bash",
    "cut",
    "dirname",
    "env",
    "flock",
    "getent",
    "head",
    "mkdir",
    "mktemp",
    "mv",
    "nice",
    "rm",
    "sort",
    "tail",
    "uname",
)
TOOLS += ("chmod", "sleep")
# Tells how it was called in $GO_LOG; `build` writes what $GO_BUILDS holds to the path after -o, slowly.
FAKE_GO = """#!/usr/bin/env bash
if [ "$1" = env ]; then echo "${GO_HAS:-go1.99.0}"; exit; fi
echo "GOTOOLCHAIN=$GOTOOLCHAIN GOOS=$GOOS CGO_ENABLED=$CGO_ENABLED $*" >> "$GO_LOG"
while [ "$1" != -o ]; do shift; done
printf '#!/usr/bin/env bash\\n' > "$2"
chmod +x "$2"
sleep "${GO_TAKES:-0}"
echo "$GO_BUILDS" >> "$2"
exit "${GO_EXITS:-0}"
"""


def pinned() -> str:
    """The version of Pulumi in go.mod."""
    found = re.search(r"^\s*github\.com/pulumi/pulumi/pkg/v3 (v\S+)", (MODULE / "go.mod").read_text(), re.MULTILINE)
    assert found
    return found[1]


def executable(path: Path, text: str) -> Path:
    """`path` as a program with this text."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o755)
    return path


def says(version: str) -> str:
    """A program that answers like `pulumi version` of that version."""
    return f"#!/usr/bin/env bash\necho {version}\n"


class Machine:
    """A PATH with nothing but the tools the script needs, and a cache of its own."""

    def __init__(self, folder: Path) -> None:
        self.bin = folder / "bin"
        self.bin.mkdir()
        for tool in TOOLS:
            found = shutil.which(tool)
            assert found, f"{tool} is needed"
            (self.bin / tool).symlink_to(found)
        self.log = folder / "go.log"
        self.home = folder / "home"
        self.cache = folder / "cache"
        self.environ = {
            "PATH": str(self.bin),
            "HOME": str(self.home),
            "AGENTIC_CACHE": str(self.cache),
            "GO_LOG": str(self.log),
            "GO_BUILDS": f"echo {pinned()}",
        }

    def start(self, *arguments: str, **more: str) -> "subprocess.Popen[str]":
        """The script, in a process group of its own."""
        return subprocess.Popen(
            [SCRIPT, *arguments],
            env={**self.environ, **more},
            cwd=self.bin.parent,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def ask(self, *arguments: str, **more: str) -> tuple[int, str, str]:
        """Exit code, the path it printed, and what it said."""
        process = self.start(*arguments, **more)
        out, err = process.communicate(timeout=60)
        return process.returncode, out.rstrip("\n"), err

    def builds(self) -> list[str]:
        """How Go was asked to build, a line each."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def with_go(self) -> "Machine":
        """The same with a Go that writes a small file instead of compiling."""
        executable(self.bin / "go", FAKE_GO)
        return self


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def built_in(cache: Path) -> Path:
    """Where a build of the pinned version lies in that cache."""
    system = os.uname()
    arch = {"x86_64": "amd64", "aarch64": "arm64"}.get(system.machine, system.machine)
    return cache / "pulumi" / f"{pinned()}-{system.sysname.lower()}-{arch}" / "pulumi"


@pytest.mark.parametrize("arguments", [(), ("--no-build",)])
def test_a_pulumi_on_the_path_is_chosen_before_all_else(machine: Machine, arguments: tuple[str, ...]):
    machine.with_go()
    executable(built_in(machine.cache), says(pinned()))
    on_path = executable(machine.bin / "pulumi", says("v3.1.2"))
    assert machine.ask(*arguments) == (0, str(on_path), "")
    assert machine.builds() == []


@pytest.mark.parametrize("text", [says("v2.25.0"), "#!/usr/bin/env bash\nexit 1\n"], ids=["version 2", "broken"])
def test_a_pulumi_on_the_path_that_is_not_version_3_is_passed_over(machine: Machine, text: str):
    executable(machine.bin / "pulumi", text)
    cached = executable(built_in(machine.cache), says(pinned()))
    assert machine.ask() == (0, str(cached), "")


@pytest.mark.parametrize("arguments", [(), ("--no-build",)])
def test_with_no_pulumi_and_no_go_it_exits_3_and_names_the_next_step_in_one_line(machine: Machine, arguments: tuple[str, ...]):
    code, path, said = machine.ask(*arguments)
    assert (code, path, said.count("\n")) == (3, "", 1)
    assert said.startswith("There is no Pulumi CLI")
    assert ("cli.sh" if arguments else "https://www.pulumi.com/docs/install/") in said
    assert not machine.cache.exists(), "nothing is written where nothing can be built"


def test_a_go_that_is_too_old_is_named_and_not_used(machine: Machine):
    code, path, said = machine.with_go().ask(GO_HAS="go1.9.7")
    assert (code, path) == (3, "")
    assert "found: 1.9.7" in said
    assert machine.builds() == []


def test_no_build_is_made_when_none_is_wanted(machine: Machine):
    assert machine.with_go().ask("--no-build")[0] == 3
    assert machine.builds() == []


def test_the_build_sets_both_version_variables_to_what_go_mod_pins_and_is_made_once(machine: Machine):
    machine.with_go()
    assert machine.ask(GOOS="plan9") == (0, str(built_in(machine.cache)), "")
    assert machine.ask() == (0, str(built_in(machine.cache)), "")
    (build,) = machine.builds()
    for variable in ("sdk/v3/go/common/version.Version", "pkg/v3/version.Version"):
        assert f"-X github.com/pulumi/pulumi/{variable}={pinned()}" in build
    assert build.startswith(f"GOTOOLCHAIN=local GOOS={os.uname().sysname.lower()} CGO_ENABLED=0 build -mod=readonly -trimpath ")
    assert build.endswith("github.com/pulumi/pulumi/pkg/v3/cmd/pulumi")


def test_a_go_off_the_path_can_be_named(machine: Machine):
    go = executable(machine.home / "go", FAKE_GO)
    assert machine.ask(GO=str(go)) == (0, str(built_in(machine.cache)), "")


def test_two_at_once_build_once(machine: Machine):
    both = [machine.with_go().start(GO_TAKES="0.5") for _ in range(2)]
    assert {process.communicate(timeout=60)[0].strip() for process in both} == {str(built_in(machine.cache))}
    assert len(machine.builds()) == 1


def test_two_at_once_with_a_cache_each_build_twice(machine: Machine):
    """The control of the test above: what holds the second back is the lock in the cache."""
    caches = [machine.cache / "one", machine.cache / "two"]
    for process in [machine.with_go().start(GO_TAKES="0.5", AGENTIC_CACHE=str(cache)) for cache in caches]:
        process.communicate(timeout=60)
    assert len(machine.builds()) == 2


def test_a_killed_build_leaves_nothing_that_is_taken_for_a_pulumi(machine: Machine):
    killed = machine.with_go().start(GO_TAKES="60")
    folder = built_in(machine.cache).parent
    deadline = time.monotonic() + 30
    while not list(folder.glob("building.*/pulumi")):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(killed.pid, signal.SIGKILL)
    killed.communicate(timeout=60)
    assert machine.ask("--no-build")[0] == 3
    assert machine.ask() == (0, str(built_in(machine.cache)), "")
    assert sorted(path.name for path in folder.iterdir()) == ["lock", "pulumi"]


@pytest.mark.parametrize(
    "how",
    [{"GO_EXITS": "1"}, {"GO_BUILDS": "echo v3.0.0"}, {"GO_BUILDS": "echo"}],
    ids=["go fails", "other version", "no version"],
)
def test_a_build_that_fails_or_does_not_say_its_version_is_not_kept(machine: Machine, how: Mapping[str, str]):
    code, path, said = machine.with_go().ask(**how)
    assert (code, path) == (1, "")
    assert f"Building the Pulumi CLI {pinned()} failed" in said
    assert [path.name for path in built_in(machine.cache).parent.iterdir()] == ["lock"]


@pytest.mark.parametrize(
    "settings",
    [
        {"AGENTIC_CACHE": "{tmp}/a b"},
        {"AGENTIC_CACHE": "~/mine"},
        {"AGENTIC_CACHE": "~root/mine"},
        {"AGENTIC_CACHE": "relative"},
        {"AGENTIC_CACHE": "", "XDG_CACHE_HOME": "{tmp}/xdg"},
        {"AGENTIC_CACHE": "", "XDG_CACHE_HOME": ""},
        {"AGENTIC_CACHE": "{tmp}/first", "XDG_CACHE_HOME": "{tmp}/second"},
    ],
    ids=lambda settings: " ".join(f"{name}={value}" for name, value in settings.items()),
)
def test_the_cache_is_where_the_project_has_it(machine: Machine, tmp_path: Path, settings: dict[str, str]):
    given = {name: value.format(tmp=tmp_path) for name, value in settings.items()}
    # Path reads ~ from this process's own environment, so that the person's home is put in here.
    expected = cache_folder({name: value.replace("~/", f"{machine.home}/") for name, value in given.items()})
    if not given["AGENTIC_CACHE"] and not given["XDG_CACHE_HOME"]:
        expected = machine.home / expected.relative_to(Path.home())
    assert f"none built in {built_in(tmp_path / expected).parent}." in machine.ask("--no-build", **given)[2]


def test_an_unknown_argument_is_refused(machine: Machine):
    assert machine.ask("--nobuild") == (2, "", "usage: cli.sh [--no-build]\n")


def test_go_mod_pins_engine_and_sdk_to_one_version():
    module = (MODULE / "go.mod").read_text()
    assert f"github.com/pulumi/pulumi/sdk/v3 {pinned()} " in module
    assert f"github.com/pulumi/pulumi/pkg/v3 {pinned()} h1:" in (MODULE / "go.sum").read_text()


def test_the_pulumi_in_the_cache_says_the_pinned_version():
    built = built_in(cache_folder())
    if not built.exists():
        pytest.skip("not built yet; tools/pulumi/cli.sh builds it")
    environ = {"PATH": "/usr/bin:/bin", "PULUMI_HOME": "/dev/null", "PULUMI_SKIP_UPDATE_CHECK": "true"}
    said = subprocess.run([built, "version"], env=environ, capture_output=True, text=True, check=True, timeout=60).stdout
    assert said == pinned() + "\n"
