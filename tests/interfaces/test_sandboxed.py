"""`python -m agentic.sandbox`: one file behind all walls, against the fake, as whoever wants to attack would call it."""

import subprocess
import sys
from pathlib import Path

from tests.conftest import Done, built_environment

CREATE = """
import os, stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
print(stripe.Customer.create(name="Ada").name, os.environ["STRIPE_API_KEY"])
try:
    stripe.Payout.create(amount=1, currency="eur")
except stripe.StripeError as error:
    print(error)
"""


def sandboxed(*arguments: str, stdin: str = "") -> Done:
    done = subprocess.run(
        [sys.executable, "-m", "agentic.sandbox", *arguments],
        input=stdin,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
        env=built_environment(PLANTED="canary"),
    )
    assert "Traceback" not in done.stderr, done.stderr
    return Done(done.returncode, done.stdout, done.stderr)


def test_file_runs_without_the_validator_and_gets_only_a_placeholder(tmp_path: Path) -> None:
    script = tmp_path / "attack.py"
    script.write_text("import os\nprint(dict(os.environ))\n" + CREATE)
    done = sandboxed(str(script), "--api", "stripe", "--json")
    assert done.exit == 0
    assert set(done.json) == {"outcome", "calls", "error"}
    lines = done.json["outcome"]["stdout"].splitlines()
    assert "canary" not in lines[0]
    assert lines[1] == "Ada sk_test_placeholder0000000000000000"
    assert "Refused by the broker" in lines[2]
    assert [(call["method"], call["status"]) for call in done.json["calls"]] == [("POST", 200), ("POST", 403)]
    assert {"process", "rlimits", "relay"} <= set(done.json["outcome"]["layers"])


def test_person_sees_output_layers_and_calls() -> None:
    done = sandboxed("-", stdin=CREATE)
    assert done.exit == 0
    assert done.out.startswith("Ada ")
    assert "layers " in done.out
    assert "POST https://api.stripe.com/v1/payouts  403" in done.out


def test_script_that_fails_is_exit_code_1_and_its_traceback_is_its_own() -> None:
    done = sandboxed("-", "--json", stdin="1 / 0")
    assert done.exit == 1
    assert done.json["outcome"]["stderr"].startswith("Traceback")
    assert done.json["outcome"]["stderr"].endswith("ZeroDivisionError: division by zero\n")


def test_layer_that_is_left_out_is_not_there() -> None:
    done = sandboxed("-", "--json", "--without", "seccomp,landlock", stdin="import os\nprint(os.fork() >= 0)")
    assert not {"seccomp", "landlock"} & set(done.json["outcome"]["layers"])
    assert done.json["outcome"]["stdout"].startswith("True")


def test_wrong_input_is_one_line_with_the_next_step_and_exit_code_2() -> None:
    for arguments, word in (
        (["missing.py"], "cannot read missing.py"),
        (["-", "--api", "nope"], "unknown API 'nope'"),
        (["-", "--without", "moat"], "no such layer to leave out: moat"),
    ):
        done = sandboxed(*arguments)
        assert (done.exit, done.out) == (2, "")
        assert word in done.err
        as_json = sandboxed(*arguments, "--json")
        assert as_json.exit == 2
        assert word in as_json.json["error"]["message"]
