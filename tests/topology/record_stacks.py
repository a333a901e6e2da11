"""Several stacks recorded at once, by a child process of its own.

It imports Pulumi's AWS package once; each stack then runs in a fork, because a Pulumi program can only be run once.
"""

import importlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import recorded_program

from agentic.topology.least_privilege import Planned

_ROOT = Path(__file__).resolve().parent.parent.parent


def record_stacks(orders: list[dict[str, Any]]) -> list[list[Planned]]:
    """Each stack's resources. A program that fails, or says anything, fails the test."""
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(orders),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        cwd=_ROOT,
        env={"PATH": os.environ["PATH"], "HOME": "/nowhere", "PYTHONPATH": str(_ROOT)},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    answers = json.loads(done.stdout)
    assert [answer.get("error") for answer in answers] == [None] * len(orders)
    return [[Planned(item["type"], item["name"], item["inputs"]) for item in answer["resources"]] for answer in answers]


def fork(order: dict[str, Any], answer: Path) -> int:
    child = os.fork()
    if not child:
        with answer.open("w") as out:
            sys.stdout = out
            recorded_program.main(order)
        os._exit(0)
    return child


def main(orders: list[dict[str, Any]]) -> None:
    importlib.import_module("agentic.topology.topology")
    for order in orders:
        importlib.import_module(f"agentic.topology.backends.{order['config'].get('backend', 'harness')}")
    with tempfile.TemporaryDirectory() as folder:
        answers = [Path(folder) / str(number) for number in range(len(orders))]
        children = [fork(order, answer) for order, answer in zip(orders, answers, strict=True)]
        failed = [os.waitpid(child, 0)[1] for child in children]
        assert not any(failed), failed
        json.dump([json.loads(answer.read_text()) for answer in answers], sys.stdout)


if __name__ == "__main__":
    main(json.load(sys.stdin))
