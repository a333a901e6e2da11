"""What a caller of Invoke sees."""

import dataclasses
import json
import threading
import time
from collections.abc import Callable

import pytest
from function_stage import REGION, Lambda, alive, eventually

from agentic.core.errors import AgenticError, ConfigurationError, LocalCloudError, UsageError
from agentic.local.trace import Event

ECHO = """
    def handler(event, context):
        return {"event": event}
"""


def test_a_handler_gets_its_event_and_its_answer_comes_back(both: Lambda) -> None:
    both.create(ECHO)
    result = both.functions.invoke("trial", '{"a": [1, "ä"]}'.encode())
    assert (result.status, result.function_error) == (200, "")
    assert json.loads(result.payload) == {"event": {"a": [1, "ä"]}}


def test_client_context_arn_deadline_and_limits_reach_the_handler(both: Lambda) -> None:
    declaration = both.create(
        """
        import os, time
        def handler(event, context):
            return [context.client_context.custom, context.invoked_function_arn, context.get_remaining_time_in_millis(),
                    context.memory_limit_in_mb, context.function_name, context.aws_request_id, os.environ["_X_AMZN_TRACE_ID"]]
        """,
        timeout_seconds=7.0,
        memory_mb=256,
    )
    custom = {"bedrockAgentCoreToolName": "t___generate_code"}
    result = both.functions.invoke(declaration.arn, b"{}", client_context={"custom": custom})
    context, arn, remaining, memory, name, request_id, trace = json.loads(result.payload)
    assert context == custom
    assert arn == declaration.arn
    assert 5000 < remaining <= 7000
    assert (memory, name) == ("256", "trial")
    assert len(request_id) == 36
    assert trace.startswith("Root=1-")


def test_a_handlers_exception_is_a_function_error_and_the_process_lives_on(both: Lambda) -> None:
    both.create(
        """
        import os
        def handler(event, context):
            if event.get("fail"):
                raise KeyError("gone")
            return os.getpid()
        """
    )
    before = both.functions.invoke("trial", b"{}")
    failed = both.functions.invoke("trial", b'{"fail": true}')
    assert (failed.status, failed.function_error) == (200, "Unhandled")
    assert json.loads(failed.payload)["errorType"] == "KeyError"
    assert both.functions.invoke("trial", b"{}").payload == before.payload


def test_one_process_serves_invocations_that_follow_each_other(both: Lambda) -> None:
    both.create("import os\ndef handler(event, context): return os.getpid()")
    pids = {both.functions.invoke("trial", b"{}").payload for _ in range(20)}
    assert len(pids) == 1
    assert len(both.functions.processes("trial")) == 1


def test_five_megabytes_pass_in_both_directions(both: Lambda) -> None:
    both.create(ECHO)
    payload = json.dumps({"text": "x" * 5_000_000}).encode()
    assert json.loads(both.functions.invoke("trial", payload).payload) == {"event": json.loads(payload)}


def test_eight_invocations_at_once_run_side_by_side(both: Lambda) -> None:
    both.create(
        """
        import os, time
        def handler(event, context):
            time.sleep(0.3)
            return os.getpid()
        """
    )
    both.functions.warm("trial", 8)
    assert eventually(lambda: all(process.ready for process in both.functions.processes("trial")), 20)
    pids: list[bytes] = []
    threads = [threading.Thread(target=lambda: pids.append(both.functions.invoke("trial", b"{}").payload)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Each had a process of its own, hence they ran side by side.
    assert len(set(pids)) == 8


def test_above_the_limit_of_processes_a_caller_waits_and_then_is_throttled(make: Callable[..., Lambda]) -> None:
    made = make(concurrency=1, queue_seconds=0.1)
    made.create("import time\ndef handler(event, context): time.sleep(event); return event")
    busy = threading.Thread(target=made.functions.invoke, args=("trial", b"1"))
    busy.start()
    assert eventually(lambda: any("START" in line for line in made.log()))
    with pytest.raises(UsageError) as throttled:
        made.functions.invoke("trial", b"0")
    assert throttled.value.data == {"aws_code": "TooManyRequestsException", "aws_status": 429}
    busy.join()
    assert made.functions.invoke("trial", b"0").payload == b"0"


def test_a_caller_who_waits_gets_the_process_that_becomes_free(make: Callable[..., Lambda]) -> None:
    made = make(concurrency=1)
    made.create("import time\ndef handler(event, context): time.sleep(event); return event")
    busy = threading.Thread(target=made.functions.invoke, args=("trial", b"0.5"))
    busy.start()
    assert eventually(lambda: any("START" in line for line in made.log()))
    assert made.functions.invoke("trial", b"0").payload == b"0"
    busy.join()


def test_callers_who_wait_do_not_keep_asynchronous_invocations_from_their_turn(make: Callable[..., Lambda]) -> None:
    """Else a function that has another invocation of itself do the work would wait for it in vain."""
    made = make(concurrency=1)
    made.create("import time\ndef handler(event, context): print('ran', event); time.sleep(event); return event")
    busy = threading.Thread(target=made.functions.invoke, args=("trial", b"2.0"))
    busy.start()
    assert eventually(lambda: "ran 2.0" in made.log())
    made.functions.invoke("trial", b"0", asynchronous=True)
    assert eventually(lambda: "ran 0" in made.log())
    assert busy.is_alive()
    busy.join()


def test_an_asynchronous_invocation_answers_at_once_and_waits_for_a_free_process(make: Callable[..., Lambda]) -> None:
    made = make(concurrency=1)
    made.create("import time\ndef handler(event, context): time.sleep(1.0); print('ran', event)")
    begin = time.monotonic()
    results = [made.functions.invoke("trial", str(number).encode(), asynchronous=True) for number in (1, 2)]
    assert time.monotonic() - begin < 1.0
    assert [(result.status, result.payload) for result in results] == [(202, b""), (202, b"")]
    assert eventually(lambda: {"ran 1", "ran 2"} <= set(made.log()))


def test_a_failing_asynchronous_invocation_is_logged_and_not_repeated(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create("def handler(event, context): raise ValueError('once only')")
    made.functions.invoke("trial", b"{}", asynchronous=True)
    assert eventually(lambda: any(line.startswith("REPORT") for line in made.log()))
    time.sleep(0.1)
    assert sum("once only" in line and line.startswith("[ERROR]") for line in made.log()) == 1
    assert sum(line.startswith("START") for line in made.log()) == 1


def test_a_per_tenant_function_needs_a_tenant_and_hands_it_to_the_handler(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create("def handler(event, context): return context.tenant_id", per_tenant=True)
    for tenant in (None, "", "bad\r\nX-Header: 1"):
        with pytest.raises(UsageError, match="valid tenant ID") as refused:
            made.functions.invoke("trial", b"{}", tenant=tenant)
        assert refused.value.data == {"aws_code": "InvalidParameterValueException", "aws_status": 400}
    assert made.functions.invoke("trial", b"{}", tenant="run_1/1").payload == b'"run_1/1"'


def test_a_cancelled_run_that_was_about_to_begin_does_not_begin(make: Callable[..., Lambda]) -> None:
    """Its tenants are refused from then on; other runs are not."""
    made = make()
    made.create("def handler(event, context): return context.tenant_id", per_tenant=True)
    made.functions.cancel_tenant("run_1-")
    with pytest.raises(UsageError, match="cancelled"):
        made.functions.invoke("trial", b"{}", tenant="run_1-1")
    assert made.functions.invoke("trial", b"{}", tenant="run_11-1").payload == b'"run_11-1"'


def test_a_tenant_for_a_function_without_tenants_is_refused(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create(ECHO)
    with pytest.raises(UsageError, match="not enabled with tenancy"):
        made.functions.invoke("trial", b"{}", tenant="t")


def test_a_function_is_found_by_name_and_by_its_own_arn_only(make: Callable[..., Lambda]) -> None:
    made = make()
    declaration = made.create(ECHO)
    for name in ("trial", "trial:$LATEST", declaration.arn, f"{declaration.arn}:$LATEST", "000000000000:function:trial"):
        assert made.functions.invoke(name, b"{}").status == 200
    for name in ("other", declaration.arn.replace("000000000000", "111111111111"), f"arn:aws:lambda:{REGION}:0:function:trial"):
        with pytest.raises(UsageError) as unknown:
            made.functions.invoke(name, b"{}")
        assert unknown.value.data == {"aws_code": "ResourceNotFoundException", "aws_status": 404}


def test_lambdas_limits_of_size_hold(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create("def handler(event, context): return 'x' * event")
    with pytest.raises(UsageError, match="smaller than 6291456"):
        made.functions.invoke("trial", b'"' + b"x" * 6_291_456 + b'"')
    with pytest.raises(UsageError, match="smaller than 1048576"):
        made.functions.invoke("trial", b'"' + b"x" * 1_048_576 + b'"', asynchronous=True)
    assert made.functions.invoke("trial", b"6000000").function_error == ""
    too_long = made.functions.invoke("trial", b"6291600")
    assert too_long.function_error == "Unhandled"
    assert json.loads(too_long.payload)["errorType"] == "Function.ResponseSizeTooLarge"


def test_an_event_that_is_not_json_is_refused_before_any_process_sees_it(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create(ECHO)
    with pytest.raises(UsageError, match="parse request body"):
        made.functions.invoke("trial", b"{not json")
    assert made.functions.processes("trial") == []


def test_replacing_a_function_lets_a_running_invocation_finish_and_then_runs_the_new_code(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create("import time\ndef handler(event, context): time.sleep(event); return 'old'")
    results: list[bytes] = []
    running = threading.Thread(target=lambda: results.append(made.functions.invoke("trial", b"0.5").payload))
    running.start()
    assert eventually(lambda: any("START" in line for line in made.log()))
    (old,) = made.functions.processes("trial")
    made.create("def handler(event, context): return 'new'")
    assert made.functions.invoke("trial", b"0").payload == b'"new"'
    running.join()
    assert results == [b'"old"']
    old.wait_until_gone()
    assert not alive(old.pid)


def test_a_removed_function_is_unknown(make: Callable[..., Lambda]) -> None:
    made = make()
    made.create(ECHO)
    made.functions.remove("trial")
    made.functions.remove("trial")
    with pytest.raises(UsageError, match="not found"):
        made.functions.invoke("trial", b"{}")


def test_the_observer_sees_each_invocation_with_its_run(tmp_path: object, make: Callable[..., Lambda]) -> None:
    events: list[Event] = []
    made = make(observer=events.append)
    made.create(ECHO)
    made.functions.invoke("trial", b'{"handle": "run_0123456789abcdef.secret-part"}')
    assert [(event.kind, event.phase, event.name, event.run_id) for event in events] == [
        ("function", "start", "trial", "run_0123456789abcdef"),
        ("function", "end", "trial", "run_0123456789abcdef"),
    ]
    assert events[1].duration_ms > 0
    assert "secret-part" not in str(events)


@pytest.mark.parametrize("name", ["", "../up", "a/b", "x" * 65])
def test_a_name_that_is_none_is_refused(make: Callable[..., Lambda], name: str) -> None:
    made = make()
    declaration = made.create(ECHO)
    with pytest.raises(ConfigurationError):
        made.functions.create(dataclasses.replace(declaration, name=name))


def test_after_close_everything_is_refused(make: Callable[..., Lambda]) -> None:
    made = make()
    declaration = made.create(ECHO)
    made.functions.close()
    calls: list[Callable[[], object]] = [
        lambda: made.functions.invoke("trial", b"{}"),
        lambda: made.functions.invoke("trial", b"{}", asynchronous=True),
        lambda: made.functions.warm("trial"),
        lambda: made.functions.create(declaration),
    ]
    for call in calls:
        with pytest.raises(LocalCloudError):
            call()


def test_our_errors_are_all_of_the_one_tree() -> None:
    assert issubclass(UsageError, AgenticError)
