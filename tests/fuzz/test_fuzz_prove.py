"""The long form counts what it tries, shows what it finds as small as it can, and fails when there is a fault."""

import dataclasses
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fuzzing.choices import Choices
from fuzzing.minimise import minimise
from fuzzing.seeded import try_seeded
from fuzzing.target import Disagreement, Fault, Target, attempt
from fuzzing.targets import TARGETS

PROVE = Path(__file__).with_name("prove.py")


def check_number(number: int) -> str:
    if number > 1000:
        raise Disagreement("too large", number)
    return "accepted" if number else "refused"


NUMBERS = Target("numbers", lambda choices: sum(choices.below(256) for _ in range(20)), check_number, share=1.0)


def test_shares_of_all_targets_are_the_whole() -> None:
    assert sum(target.share for target in TARGETS.values()) == pytest.approx(1.0)


@pytest.mark.parametrize("name", TARGETS)
def test_every_target_makes_a_case_of_any_choices(name: str) -> None:
    generator = random.Random(name)
    for size in (0, 1, 2, 10, 1000):
        TARGETS[name].make(Choices(generator.randbytes(size)))
        TARGETS[name].make(Choices(b"\xff" * size))


def test_same_seed_gives_the_same_inputs_and_another_seed_others() -> None:
    first, again, other = (try_seeded(TARGETS["rules"], seed, 200, sampled=1) for seed in ("1", "1", "2"))
    assert (first.sample, first.tally.outcomes) == (again.sample, again.tally.outcomes)
    assert first.sample != other.sample
    assert first.tally.inputs == sum(first.tally.outcomes.values()) == 200


def test_fault_is_found_once_per_kind_and_made_small() -> None:
    faults = try_seeded(NUMBERS, "1", 500).faults
    assert list(faults) == ["too large"]
    small = minimise(NUMBERS, faults["too large"])
    assert int(small.case) > 1000
    shorter = [small.data[:place] + small.data[place + 1 :] for place in range(len(small.data))]
    assert not any(isinstance(attempt(NUMBERS, data), Fault) for data in shorter)


def test_input_that_hangs_and_code_that_breaks_are_faults() -> None:
    def hang(number: int) -> str:
        time.sleep(60)
        return ""

    def crash(number: int) -> str:
        raise KeyError(number)

    assert list(try_seeded(dataclasses.replace(NUMBERS, check=hang), "1", 1, seconds=0.05).faults) == ["crash: Hang"]
    broken = attempt(dataclasses.replace(NUMBERS, check=crash), b"")
    assert isinstance(broken, Fault)
    assert broken.kind == "crash: KeyError"


def test_long_form_tries_at_least_as_many_inputs_as_it_is_asked_for(tmp_path: Path) -> None:
    command = [
        sys.executable,
        PROVE,
        "--inputs",
        "300",
        "--seed",
        "3",
        "--targets",
        "rules",
        "scrub",
        "--found",
        tmp_path / "found",
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    total = next(line.split() for line in done.stdout.splitlines() if line.startswith("all "))
    assert int(total[1].replace(",", "")) >= 300
    assert done.stderr == ""
