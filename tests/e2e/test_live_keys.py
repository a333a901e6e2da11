"""`--live`: the key goes from the environment to the broker and nowhere else; a live key is refused by default.

No test reaches the real API: where there is a network, the made-up keys are refused there.
"""

from tests.conftest import Command

PLANTED = "sk_test_planted0815planted0815"
LIVE = "sk_live_planted0815planted0815"
READ = "Show my Stripe balance"


def traces(command: Command, value: str) -> list[str]:
    files = [path for path in command.home.rglob("*") if path.is_file()]
    assert len(files) > 5
    return [str(path) for path in files if value.encode() in path.read_bytes()]


def test_a_key_for_one_run_leaves_no_trace(agentic: Command):
    done = agentic("run", READ, "--live", "--json", env={"STRIPE_API_KEY": PLANTED})
    assert done.exit == 1
    (call, *_) = done.json["calls"]
    assert call["url"] == "https://api.stripe.com/v1/balance"
    assert not call["refused"], "a test key is accepted; the call went out, or tried to"
    assert PLANTED not in done.out + done.err
    assert traces(agentic, PLANTED) == []
    agentic("local", "stop")
    assert traces(agentic, PLANTED) == []


def test_the_next_run_is_back_on_the_fake(shared: Command):
    shared("run", READ, "--live", env={"STRIPE_API_KEY": PLANTED})
    assert shared("run", READ, "--json").json["status"] == "completed"


def test_a_live_key_is_refused_before_anything_is_sent(shared: Command):
    done = shared("run", READ, "--live", "--json", env={"STRIPE_API_KEY": LIVE})
    assert done.exit == 1
    assert done.json["calls"][0]["refused"].startswith("live keys are refused")
    assert LIVE not in done.out + done.err


def test_the_status_of_keys_tells_place_and_kind_and_never_the_value(shared: Command):
    done = shared("keys", "status", "stripe", "--json", env={"STRIPE_API_KEY": PLANTED})
    assert done.json["fields"][0]["found"] == "environment"
    assert done.json["fields"][0]["kind"] == "test"
    assert PLANTED not in done.out
    assert "not set" in shared("keys", "status", "stripe").out


def test_a_key_is_kept_in_the_keyring_or_the_way_out_is_told(shared: Command):
    null = shared("keys", "set", "stripe", stdin=PLANTED, env={"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"})
    assert null.exit == 2
    assert "no keyring" in null.err
    assert "STRIPE_API_KEY" in null.err
    empty = shared("keys", "set", "stripe", stdin="\n")
    assert empty.exit == 2
    assert "nothing was kept" in empty.err
