"""Coverage-guided fuzzing of one target with atheris: `python guided.py TARGET INPUTS SEED RESULT CORPUS`.

A program of its own, because libFuzzer takes over the process. Writes what it came to as JSON into the file RESULT; CORPUS is
a folder for inputs that reached something new.
"""

import json
import os
import random
import sys
import time
from pathlib import Path

import atheris

_LONGEST = 700
_SEEDS = 200


def main() -> None:
    name, wanted, seed, result, corpus = sys.argv[1], int(sys.argv[2]), sys.argv[3], Path(sys.argv[4]), Path(sys.argv[5])
    with atheris.instrument_imports(include=["agentic.broker", "agentic.validator", "h11"]):
        from fuzzing.target import Fault, Tally, attempt
        from fuzzing.targets import TARGETS
    target, tally, faults, started = TARGETS[name], Tally(), dict[str, Fault](), time.perf_counter()

    def finish() -> None:
        found = [[fault.kind, fault.error, fault.case, fault.data.hex()] for fault in faults.values()]
        state = {"inputs": tally.inputs, "seconds": time.perf_counter() - started, "outcomes": tally.outcomes, "faults": found}
        result.write_text(json.dumps(state))
        # libFuzzer has no other way to end after its own count without a report of its own.
        os._exit(0)

    def try_one(data: bytes) -> None:
        outcome = attempt(target, data)
        if isinstance(outcome, Fault):
            faults.setdefault(outcome.kind, outcome)
            tally.add("fault")
        else:
            tally.add(outcome)
        if tally.inputs >= wanted:
            finish()

    generator = random.Random(f"{name} {seed}")
    for number in range(_SEEDS):
        (corpus / f"seed-{number}").write_bytes(generator.randbytes(generator.choice(target.sizes)))
    arguments = [
        f"-seed={generator.randrange(1, 2**31)}",
        f"-max_len={_LONGEST}",
        "-len_control=0",
        "-rss_limit_mb=0",
        "-timeout=60",
    ]
    atheris.Setup([sys.argv[0], *arguments, str(corpus)], try_one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
