"""Whole runs while `run_code` belongs to an attacker: forged answers change no call, and a grant is all there is to have."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from owned_stage import API, BROKER, NAMES, Owned

from agentic.core.limits import RunLimits
from agentic.core.names import new_grant, new_handle, new_run_id
from agentic.core.values import CodeRef, RunResult, Target, Verdict, WriteMode, to_json
from agentic.runs import NewRun

pytestmark = pytest.mark.cloud

# Inside the owned function: asks the broker with the run's grant, or another one.
ASK = """
import base64, boto3, json, os
def ask(method, path, body="", grant=event["grant"], function=os.environ["AGENTIC_CALL_API"]):
    form = ["Content-Type", "application/x-www-form-urlencoded"]
    request = {"method": method, "url": f"https://api.stripe.com{path}", "headers": [form] if body else []}
    request["body"] = base64.b64encode(body.encode()).decode()
    payload = json.dumps({"grant": grant, "request": request}).encode()
    return json.loads(boto3.client("lambda").invoke(FunctionName=function, Payload=payload)["Payload"].read())
"""
GOOD = "answer = {'success': True, 'exit': 0, 'stdout': 'cus_forged'}"


def calls(result: RunResult) -> list[tuple[str, str, int | None]]:
    return [(call.method, call.url.partition(".com")[2], call.status) for call in result.calls]


FORGED = {
    "a success": (GOOD, "completed"),
    "calls of its own": ("answer = {'success': True, 'exit': 0, 'calls': [{'seq': 1, 'status': 200}] * 9}", "completed"),
    "another run": ("answer = {'success': True, 'exit': 0, 'run_id': 'run_0000000000000000', 'attempt': 9}", "completed"),
    "a failure with a good status": ("answer = {'success': False, 'exit': 0}", "failed"),
    "a success that was killed": ("answer = {'success': True, 'reason': 'timeout'}", "failed"),
    "nothing": ("answer = None", "failed"),
    "a list": ("answer = [1, 2]", "failed"),
    "an answer without end": ("answer = {'stdout': 'x' * 5_500_000, 'success': True, 'exit': 0}", "completed"),
    "more than Lambda takes": ("answer = 'x' * 7_000_000", "failed"),
    "wide letters": ("answer = {'stdout': '\\U0001f3f4' * 300_000, 'stderr': '\\0' * 300_000}", "failed"),
    "no Unicode": ("answer = {'stdout': '\\ud800', 'exit': 0, 'success': True}", "failed"),
    "not a number": ("answer = {'success': True, 'exit': 0, 'duration_ms': float('nan')}", "completed"),
    "an error of its own": ("raise ValueError('the key is sk_live_lie')", "failed"),
    "the end of its process": ("import os; os._exit(0)", "failed"),
    "a layer it does not have": ("answer = {'success': True, 'exit': 0, 'layers': ['\\x1b[2Jlandlock', '<b>']}", "completed"),
}

NO_ANSWER = {"more than Lambda takes", "no Unicode", "an error of its own", "the end of its process"}


@pytest.mark.parametrize("name", FORGED)
def test_a_forged_answer_changes_no_call_and_leaves_a_whole_record(owned: Owned, name: str):
    attack, status = FORGED[name]
    result = owned.run(attack)
    # What is no answer at all is a function that fell over before it sent anything: that is tried again, some times.
    tries = 3 if name in NO_ANSWER else 1
    assert (result.status, result.calls) == (status, ())
    assert (result.error is None) == (status == "completed")
    json.dumps(to_json(result), allow_nan=False).encode()
    record = owned.store.get(result.run_id)
    assert (record.calls_made, record.grant_hash, record.attempt) == (0, "", tries)
    log = f"executions/stripe/{'success' if status == 'completed' else 'failed'}_"
    kept = owned.operator("s3").list_objects_v2(Bucket=owned.bucket, Prefix=log)["Contents"]
    (key,) = [item["Key"] for item in kept if result.run_id in item["Key"]]
    assert json.loads(owned.operator("s3").get_object(Bucket=owned.bucket, Key=key)["Body"].read())["calls"] == []


def test_an_answer_given_behind_the_runtime_clients_back_is_a_claim_too(owned: Owned):
    """Bytes of its choice, straight to the Runtime API: JSON or not, Lambda would pass them on."""
    post = (
        "import http.client, os\n"
        "connection = http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])\n"
        "path = f'/2018-06-01/runtime/invocation/{context.aws_request_id}/response'\n"
        "connection.request('POST', path, BODY)\n"
        "answer = connection.getresponse().status\n"
    )
    for body in ("b'\\xff\\xfe<html>'", "b'[' * 1_000_000", "b'{\"exit\":' + b'9' * 100_000 + b'}'"):
        result = owned.run(post.replace("BODY", body))
        assert (result.status, result.calls) == ("failed", ())
        assert result.error
        assert result.error.code == "sandbox"
    # The control: an answer in order is taken that way, as the claim it is.
    honest = json.dumps({"success": True, "exit": 0, "stdout": "\ud800"}).encode()
    result = owned.run(post.replace("BODY", repr(honest)))
    assert (result.status, result.outcome and result.outcome.stdout) == ("completed", "?")


def test_calls_come_from_the_journal_whatever_is_said_of_them(owned: Owned):
    """It makes a call and denies it; it names others that were never made."""
    make = f"{ASK}\nask('POST', '/v1/customers', 'name=Real')\n"
    for lie in ("'calls': []", "'calls': [{'method': 'POST', 'url': 'https://api.stripe.com/v1/refunds'}]", "'stdout': 'none'"):
        result = owned.run(f"{make}answer = {{'success': False, 'exit': 1, {lie}}}")
        assert calls(result) == [("POST", "/v1/customers", 200)]
        assert result.status == "failed"


def test_with_the_grant_it_may_do_what_the_script_might_have_done_and_nothing_else(owned: Owned):
    attack = f"""{ASK}
answer = {{"success": True, "exit": 0, "stdout": json.dumps([
    ask("GET", "/v1/balance")["status"],
    ask("POST", "/v1/webhook_endpoints", "url=https://evil.example")["status"],
    ask("POST", "/v1/customers/../payouts", "amount=1")["status"],
    ask("GET", "/v1/balance", grant=event["grant"].upper()),
])}}"""
    result = owned.run(attack)
    assert result.outcome
    told = json.loads(result.outcome.stdout)
    assert told[:3] == [200, 403, 403]
    assert told[3]["error"]["message"] == "the grant is not valid"
    assert [call.status for call in result.calls] == [200, 403, 403]


def test_a_run_that_may_only_read_stays_one(owned: Owned):
    attack = f"{ASK}\nanswer = {{'success': True, 'exit': 0, 'stdout': str(ask('POST', '/v1/customers', 'name=A')['status'])}}"
    script = f"print('honest')\n# attack {base64.b64encode(attack.encode()).decode()}\n"
    result = owned.execute(script, writes="refuse")
    assert calls(result) == [("POST", "/v1/customers", 403)]
    assert result.calls[0].refused == "this run may only read"
    # The control: the same in a run that may write.
    assert calls(owned.execute(script)) == [("POST", "/v1/customers", 200)]


def test_a_grant_that_was_kept_is_worth_nothing_once_its_attempt_is_over(owned: Owned):
    """Neither from there, nor in the next run, nor by an event sent while the grant was still good."""
    keep = "import builtins\nbuiltins.kept = getattr(builtins, 'kept', [])\nbuiltins.kept.append(event['grant'])\n"
    first = owned.run(keep + GOOD)
    use = f"{keep}{ASK}\nanswer = {{'success': True, 'exit': 0, 'stdout': json.dumps([ask('GET', '/v1/balance', grant=g) "
    use += "for g in builtins.kept])}"
    second = owned.run(use)
    assert second.outcome
    told = json.loads(second.outcome.stdout)
    assert [("error" in answer) for answer in told] == [*[True] * (len(told) - 1), False]
    assert calls(second) == [("GET", "/v1/balance", 200)]
    assert owned.cloud.result(first.run_id).calls == ()
    late = "boto3.client('lambda').invoke(FunctionName=os.environ['AGENTIC_CALL_API'], InvocationType='Event', Payload=b'{}')"
    assert owned.run(f"{ASK}\n{late}\n{GOOD}").calls == ()


def executing(owned: Owned, *, limit: int, api: str = API) -> str:
    """The grant of a run that is being executed, of which the attacker is given everything."""
    run_id = new_run_id()
    ref = CodeRef("generated/stripe/x.py", "00" * 32)
    new = NewRun(
        run_id=run_id,
        api=api,
        task="x",
        target=Target.FAKE,
        limits=RunLimits(calls=limit),
        writes=WriteMode.ALLOW,
        code_ref=ref,
    )
    owned.store.create(new, new_handle(run_id))
    owned.store.record_verdict(run_id, Verdict(True))
    grant = new_grant(run_id)
    owned.store.attempts.open(owned.store.get(run_id), grant, 60)
    return grant


def ask_broker(owned: Owned, grant: Any) -> str:
    """`passed`, or why not; from the attacker's own process, with its own credentials."""
    request = {"method": "GET", "url": "https://api.stripe.com/v1/balance", "headers": [], "body": ""}
    client = owned.client("lambda")
    while True:
        try:
            answer = client.invoke(FunctionName=BROKER, Payload=json.dumps({"grant": grant, "request": request}).encode())
        except client.exceptions.TooManyRequestsException:
            continue
        content = json.loads(answer["Payload"].read())
        assert "FunctionError" not in answer, content
        if "stop" in content:
            return content["stop"]["message"]
        return "passed" if "status" in content else content["error"]["message"]


def test_of_a_hundred_calls_at_once_exactly_the_limit_passes(owned: Owned):
    grant = executing(owned, limit=5)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: ask_broker(owned, grant), range(100)))
    assert answers.count("passed") == 5
    # The first one beyond it ends the run; those that were on their way then hear either.
    said = "the run's limit of 5 API calls is reached"
    assert set(answers) <= {"passed", said, "the run is failed"}
    assert said in answers
    record = owned.store.get(grant.partition(".")[0])
    assert record.error
    assert (record.status, record.error.message) == ("failed", said)
    assert (record.calls_made, record.calls_refused) == (5, 95)
    assert len(owned.store.calls(record.run_id)) == 5


def test_grants_that_are_not_the_runs_own_are_refused_by_the_broker(owned: Owned):
    grant, other = executing(owned, limit=5), executing(owned, limit=5)
    run_id, _, secret = grant.partition(".")
    other_id = other.partition(".")[0]
    wrong = [new_grant(run_id), f"{other_id}.{secret}", "", run_id, secret, "\ud800", f"{run_id}.\udfff", grant * 10_000]
    for given in [*wrong, None, 7, [grant], {"grant": grant}]:
        assert ask_broker(owned, given) == "the grant is not valid", given
    assert ask_broker(owned, executing(owned, limit=5, api="github")) == "the grant is for another API"
    for untouched in (run_id, other_id):
        assert owned.store.get(untouched).calls_made == 0
    assert ask_broker(owned, grant) == "passed"


def test_what_no_record_counts_is_counted_in_the_brokers_log(owned: Owned):
    guess = new_grant(new_run_id())
    assert ask_broker(owned, guess) == "the grant is not valid"
    log = (owned.cloud._folder / "logs" / f"{BROKER}.log").read_text()
    (line,) = [line for line in log.splitlines() if guess.partition(".")[0] in line]
    told = json.loads(line[line.index("{") :])
    assert (told["refused_calls"], told["reason"], told["api"]) == (1, "grant", API)
    assert guess.partition(".")[2] not in log


def test_the_stolen_environment_holds_no_secret_of_anybody_else(owned: Owned):
    key = owned.operator("secretsmanager").get_secret_value(SecretId=NAMES.secret(API))["SecretString"]
    for value in json.loads(key).values():
        assert value not in str(owned.environment)
    others = {"AGENTIC_TABLE", "AGENTIC_BUCKET", "AGENTIC_SECRET", "AGENTIC_FAKE", "AGENTIC_HOME", "AWS_SESSION_TOKEN"}
    assert not others & owned.environment.keys()
    # The control: the broker's own process does have what leads it to the API.
    assert "AGENTIC_FAKE" in owned.cloud._account.environment_for(owned.declaration(BROKER))
