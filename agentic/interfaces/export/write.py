"""Writes a run's export: the script by itself, and a test that replays it, with all that the test needs.

The test is written from a replay done now, in the sandbox: what cannot be done again is not promised.
"""

import json
import sys
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

from agentic.agents.tools.execute_code import OUTPUT_BYTES
from agentic.broker.identity import counted_names
from agentic.broker.offline import Answered
from agentic.core.errors import StorageError, UsageError
from agentic.core.names import run_of
from agentic.core.spec import ApiSpec, CredentialKind
from agentic.core.wire import LANE_HEADER, HttpRequest
from agentic.interfaces.export import standalone
from agentic.interfaces.export.plugin_code import take_along
from agentic.interfaces.export.replayed.answers import kept
from agentic.interfaces.replaying import Replayed, replay
from agentic.runs.recording import Recording

# In the exported files: our package's parts that stand there, by their new names.
_RENAMED = (
    ("agentic.interfaces.export.replayed", "replayed"),
    ("agentic.sandbox", "replayed"),
    ("agentic.core.wire", "replayed.wire"),
    ('== "agentic"', '== "replayed"'),
)
_TEST = '''"""Replays {run_id} of agentic offline: the same script, the recorded answers, the same result.

Needs the SDK and pytest, no key and no network. Recorded on Python {python} with `{requirement}`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
RECORDED = json.loads((FOLDER / "recorded.json").read_text("utf-8"))
BOOT = "import sys; sys.path.append(sys.argv[1]); from replayed.play import main; main(sys.argv[1], sys.argv[2])"


def test_{run_id}_does_the_same_again(tmp_path: Path) -> None:
    report, scratch = tmp_path / "report.json", tmp_path / "scratch"
    scratch.mkdir()
    # Nothing of this environment reaches the script; the hash seed fixes the order of its sets.
    environment = {{"PYTHONHASHSEED": "0", "TZ": "UTC", "HOME": str(scratch)}}
    environment |= {{name: os.environ[name] for name in ("LD_LIBRARY_PATH", "SYSTEMROOT") if name in os.environ}}
    ran = subprocess.run(
        [sys.executable, "-P", "-B", "-X", "utf8", "-c", BOOT, str(FOLDER), str(report)],
        env=environment,
        cwd=scratch,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )
    assert report.is_file() and report.stat().st_size, ran.stderr
    differed = json.loads(report.read_text("utf-8"))
    assert not differed["difference"], differed["difference"]
    assert not differed["left"], f"the script did not ask for {{differed['left']}}\\n{{ran.stderr}}"
    assert ran.returncode == RECORDED["exit"], ran.stderr
    printed = ran.stdout[: len(RECORDED["stdout"])] if RECORDED["stdout_cut"] else ran.stdout
    assert printed == RECORDED["stdout"]
'''


@dataclass(frozen=True, slots=True)
class Exported:
    """`files` are paths below `folder`. `untested` says why there is no test; empty where there is one.

    `replayed` is the replay that was done for it, with the script's threads in turn; None where that would tell nothing.
    """

    folder: Path
    files: tuple[str, ...]
    untested: str
    replayed: Replayed | None


def export(recording: Recording, spec: ApiSpec, folder: Path) -> Exported:
    """Write the run's files into `folder`, which must be new or empty. Raises `UsageError`, `StorageError`, `SandboxError`."""
    if not run_of(f"{recording.run_id}."):
        # It becomes a file's name and a function's.
        raise UsageError(f"{recording.run_id[:40]!r} is no run's id")
    try:
        if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
            raise UsageError(f"{folder} is there already, and not empty", hint="choose another folder with --to")
        header = standalone.header(recording, spec)
        files = {"script.py": header + recording.code}
        untested, replayed = "", None
        if recording.outcome.reason:
            untested = f"the script did not end by itself: {recording.outcome.reason}"
        else:
            replayed = replay(recording, spec, serial=True)
            untested = "" if replayed.side_by_side else replayed.difference
            if not untested:
                files |= _test(recording, spec, replayed, len(header.splitlines()))
        for name, text in files.items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, "utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {folder}: {error.strerror}", hint="choose another folder with --to") from error
    return Exported(folder, tuple(files), untested, replayed)


def _test(recording: Recording, spec: ApiSpec, replayed: Replayed, header_lines: int) -> dict[str, str]:
    taken = take_along((spec.sdk.warm_up, spec.sdk.bootstrap))
    stdout = replayed.outcome.stdout
    cut = len(stdout.encode()) >= OUTPUT_BYTES
    counted = sorted(name for name in counted_names(spec) if not name.endswith("-version"))
    in_queries = {host.credential.name for host in spec.hosts if host.credential and _in_query(host.credential.kind)}
    hosts = {host.name for host in spec.hosts} | {_host(answered.request) for answered in replayed.answered}
    recorded = {
        "run_id": recording.run_id,
        "api": recording.api,
        "task": recording.task,
        "created_at": recording.created_at,
        "header_lines": header_lines,
        "pins": {
            "seed": recording.seed,
            "started_at": recording.started_at,
            "serial": True,
            "skip_sleep": True,
        },
        "environment": {"HOME": "/nonexistent", **spec.environment},
        "modules": spec.sdk.modules,
        "warm_up": taken.references[spec.sdk.warm_up],
        "bootstrap": taken.references[spec.sdk.bootstrap],
        "hosts": sorted(hosts),
        "counted_headers": counted,
        "left_out_of_queries": sorted(in_queries),
        "exit": recording.outcome.exit,
        "stdout": stdout[: OUTPUT_BYTES // 4] if cut else stdout,
        "stdout_cut": cut,
        "calls": [_call(answered, {*counted, "content-type"}, in_queries) for answered in replayed.answered],
    }
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    test = _TEST.format(run_id=recording.run_id, python=python, requirement=spec.sdk.requirement)
    files = {f"test_{recording.run_id}.py": test, "recorded.json": json.dumps(recorded, ensure_ascii=False, indent=1) + "\n"}
    for name, text in {**_own_files(), **{f"sdk/{name}.py": text for name, text in taken.files.items()}}.items():
        files[f"replayed/{name}"] = text
    if taken.files:
        files["replayed/sdk/__init__.py"] = '"""What the plugin sets in the SDK."""\n'
    return files


def _call(answered: Answered, headers: set[str], in_queries: set[str]) -> dict[str, Any]:
    """One exchange: of the request what makes it the same one again, of the answer what the script got."""
    request, response = answered.request, answered.recorded.response
    return {
        "method": request.method,
        "url": _without(request.url, {name.lower() for name in in_queries}),
        "write": answered.recorded.call.write,
        "lane": answered.lane,
        "headers": [[name, value] for name, value in request.headers if name.lower() in headers],
        "body": kept(request.body),
        "status": response.status,
        "answer_headers": [list(header) for header in response.headers],
        "answer": kept(response.body),
    }


def _own_files() -> dict[str, str]:
    """The test's own package, by names below its folder."""
    root = resources.files("agentic")
    export_, sandbox = root / "interfaces" / "export" / "replayed", root / "sandbox"
    found = {path.name: path for path in export_.iterdir() if path.name.endswith(".py")}
    found |= {f"pins/{path.name}": path for path in (sandbox / "pins").iterdir() if path.name.endswith(".py")}
    found["guest_network.py"] = sandbox / "guest_network.py"
    files = {name: _renamed(path.read_text("utf-8")) for name, path in sorted(found.items())}
    return files | {"wire.py": f'"""Names on the wire."""\n\nLANE_HEADER = {json.dumps(LANE_HEADER)}\n'}


def _renamed(source: str) -> str:
    for before, now in _RENAMED:
        source = source.replace(before, now)
    return source


def _without(url: str, names: set[str]) -> str:
    address, mark, query = url.partition("?")
    left = [part for part in query.split("&") if part.partition("=")[0].lower() not in names]
    return f"{address}{mark if left else ''}{'&'.join(left)}" if mark else url


def _host(request: HttpRequest) -> str:
    return request.url.removeprefix("https://").partition("/")[0]


def _in_query(kind: CredentialKind) -> bool:
    return kind is CredentialKind.QUERY
