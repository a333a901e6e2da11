"""Runs a plugin's code in a process of its own, for `agentic plugins doctor`: what hangs or crashes there stops nothing here.

`probe` starts it; `python -m agentic.interfaces.plugin_probe PART` with the part's facts as JSON on standard input is it.
"""

import importlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from agentic.core.fake import FakeRequest, FakeResponse
from agentic.core.spec import ApiSpec
from agentic.registry.alone import reason_of

_SECONDS = 60.0
_MARK = "\x1eprobe:"
_PASSED = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "TZ")


def probe(part: str, facts: Mapping[str, Any]) -> tuple[bool, str]:
    """Whether the part works, and what is to be said about it: `sdk` or `fake`, with what `facts_of` gives for it."""
    environment = {name: os.environ[name] for name in _PASSED if name in os.environ}
    environment["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    try:
        done = subprocess.run(  # noqa: S603 # our own interpreter and module
            [sys.executable, "-m", __name__, part],
            input=json.dumps(dict(facts)),
            capture_output=True,
            text=True,
            env=environment,
            timeout=_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return False, f"it took longer than {_SECONDS:g} s"
    _, mark, answer = done.stdout.rpartition(_MARK)
    if not mark:
        last = (done.stderr.strip().splitlines() or [f"its process ended with status {done.returncode}"])[-1]
        return False, last
    good, text = json.loads(answer)
    return bool(good), str(text)


def facts_of(spec: ApiSpec, part: str) -> dict[str, Any]:
    """What the other process needs to know of the spec."""
    if part == "fake":
        values = {field.name: field.fake_value.replace("{random}", "0" * 32) for field in spec.secrets}
        return {"fake": spec.fake, "secrets": values, "host": spec.hosts[0].name.replace("*", "probe")}
    signers = [host.credential.template for host in spec.hosts if host.credential and host.credential.kind == "sign"]
    return {"modules": spec.sdk.modules, "call": [spec.sdk.warm_up, spec.sdk.bootstrap], "find": signers}


def _sdk(facts: Mapping[str, Any]) -> str:
    started = time.perf_counter()
    for module in facts["modules"]:
        importlib.import_module(module)
    seconds = time.perf_counter() - started
    for reference in facts["find"]:
        _named(reference)
    called = [reference for reference in facts["call"] if reference]
    for reference in called:
        _named(reference)()
    return f"imported in {seconds:.2f} s" + (", warm-up and bootstrap run" if called else "")


def _fake(facts: Mapping[str, Any]) -> str:
    fake = _named(facts["fake"])({}, facts["secrets"])
    answer = fake.respond(FakeRequest("GET", facts["host"], "/"))
    if not isinstance(answer, FakeResponse):
        raise TypeError(f"respond() must give a FakeResponse, not {type(answer).__name__}")
    return f"{facts['fake']} answers"


def _named(reference: str) -> Any:
    module, _, name = reference.partition(":")
    return getattr(importlib.import_module(module), name)


_PARTS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"sdk": _sdk, "fake": _fake}


def main() -> None:
    facts = json.load(sys.stdin)
    try:
        answer = (True, _PARTS[sys.argv[1]](facts))
    # Whatever the plugin's code raises is the answer.
    except BaseException as error:  # noqa: BLE001
        answer = (False, reason_of(error))
    sys.stdout.write(_MARK + json.dumps(answer))
    sys.stdout.flush()


if __name__ == "__main__":
    main()
