"""Each wall taken away lets named attacks through: the suite can fail."""

import pytest

from agentic.core.spec import Sdk
from agentic.sandbox import Sandbox, SandboxPolicy, Terms
from tests.escape.conftest import results

# A second file layer stands behind Landlock wherever namespaces can be had, so that both are taken away.
CONTROLS = {
    "files": (
        "--without=landlock,own-root,own-user",
        ("landlock",),
        ("file_opened_by_every_python_function", "library_functions_that_read_files", "file_urls_in_every_spelling"),
    ),
    "system calls": (
        "--without=seccomp",
        ("seccomp",),
        ("clone3_and_clone_make_a_process", "io_uring_opens_and_reads_without_calls", "machine_code_written_and_run"),
    ),
    "broker's rules": (
        "--unguarded",
        (),
        ("forbidden_resources_by_the_sdk", "account_of_somebody_else", "requests_in_a_pipeline"),
    ),
}


@pytest.mark.parametrize("wall", CONTROLS)
def test_without_the_wall_these_attacks_succeed(wall: str) -> None:
    option, layers, names = CONTROLS[wall]
    with Sandbox(Sdk("", ()), terms=Terms(require=())) as sandbox:
        here = sandbox.run("", SandboxPolicy()).layers
    if absent := [layer for layer in layers if layer not in here]:
        pytest.skip(f"this kernel has no {', '.join(absent)}, so that there is nothing to take away")
    without, with_all = results(option, names=names), results(names=names)
    assert [name for name in names if without[name]["escapes"]] == list(names)
    assert [name for name in names if with_all[name]["escapes"]] == []
