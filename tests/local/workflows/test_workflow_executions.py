"""What an execution does: paths, retries, catches, time-outs, limits, rights, and how it is stopped."""

import json
import threading
from typing import Any

import pytest
from machine_stage import FUNCTION, MODEL, ROLE, RUN, FunctionError, MachineStage, model_call, refused, task

from agentic.core.errors import ModelError, UsageError
from agentic.local.workflows import RunModel

SUCCEED = {"Type": "Succeed"}
ONCE = {"IntervalSeconds": 1, "MaxAttempts": 1}


def test_a_result_goes_where_its_path_says_and_the_rest_of_the_input_stays():
    stage = MachineStage(step=lambda event: event["deep"])
    ended = stage.run({"Look": task(ResultPath="$.found.here")}, {"deep": {"x": 1}, "found": {"before": 2}})
    assert json.loads(ended.output) == {"deep": {"x": 1}, "found": {"before": 2, "here": {"said": {"x": 1}}}}
    dropped = MachineStage().run({"Look": task(ResultPath=None)}, {"x": 1})
    assert json.loads(dropped.output) == {"x": 1}


def test_the_execution_knows_its_own_name():
    stage = MachineStage()
    look = task(Parameters={"FunctionName": FUNCTION, "Payload": {"run.$": "$$.Execution.Name", "at.$": "$$.State.Name"}})
    stage.run({"Look": look})
    assert stage.functions.calls == [{"run": RUN, "at": "Look"}]


@pytest.mark.parametrize(("word", "status"), [("yes", "SUCCEEDED"), ("no", "FAILED")])
def test_a_choice_compares_texts_and_has_a_default(word: str, status: str):
    rules = [{"Variable": "$.word", "StringEquals": "yes", "Next": "Good"}]
    states = {"Which": {"Type": "Choice", "Choices": rules, "Default": "Bad"}, "Good": SUCCEED, "Bad": {"Type": "Fail"}}
    assert MachineStage().run(states, {"word": word}).status == status


def test_a_choice_without_a_fitting_rule_fails_the_execution():
    rules = [{"Variable": "$.word", "StringEquals": "yes", "Next": "Good"}]
    ended = MachineStage().run({"Which": {"Type": "Choice", "Choices": rules}, "Good": SUCCEED}, {"word": "no"})
    assert (ended.status, ended.error) == ("FAILED", "States.Runtime")


def fails(*kinds: str) -> Any:
    """A step that fails with each of these, then answers."""
    left = list(kinds)

    def step(event: Any) -> Any:
        if left:
            raise FunctionError(left.pop(0))
        return "done"

    return step


def test_an_error_that_a_retrier_names_is_tried_again_as_often_as_it_says():
    retry = [{"ErrorEquals": ["Busy"], **ONCE}]
    good = MachineStage(step=fails("Busy"))
    assert good.run({"Look": task(Retry=retry)}).status == "SUCCEEDED"
    twice = MachineStage(step=fails("Busy", "Busy"))
    ended = twice.run({"Look": task(Retry=retry)})
    assert (ended.status, ended.error, len(twice.functions.calls)) == ("FAILED", "Busy", 2)


def test_an_error_that_no_retrier_names_is_not_tried_again():
    stage = MachineStage(step=fails("RefusedError"))
    ended = stage.run({"Look": task(Retry=[{"ErrorEquals": ["Busy"], **ONCE}])})
    assert (ended.error, len(stage.functions.calls)) == ("RefusedError", 1)


def test_a_throttled_invocation_has_lambdas_own_error():
    def step(event: Any) -> Any:
        raise refused()

    ended = MachineStage(step=step).run({"Look": task()})
    assert ended.error == "Lambda.TooManyRequestsException"


def test_what_is_caught_goes_on_with_error_and_cause_in_its_path():
    catch = [{"ErrorEquals": ["Other"], "Next": "Bad"}, {"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Good"}]
    stage = MachineStage(step=fails("Mine"))
    ended = stage.run({"Look": task(Catch=catch), "Good": SUCCEED, "Bad": {"Type": "Fail"}}, {"kept": 1})
    told = json.loads(ended.output)
    assert (ended.status, told["kept"], told["e"]["Error"]) == ("SUCCEEDED", 1, "Mine")
    assert json.loads(told["e"]["Cause"])["errorMessage"] == "no luck"


CATCH_ALL = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.e", "Next": "Caught"}]


def test_a_task_that_takes_too_long_times_out_and_can_be_caught():
    release = threading.Event()
    stage = MachineStage(step=lambda event: release.wait(30))
    ended = stage.run({"Look": task(TimeoutSeconds=1, Catch=CATCH_ALL), "Caught": SUCCEED})
    release.set()
    assert json.loads(ended.output)["e"]["Error"] == "States.Timeout"
    assert "TaskTimedOut" in stage.types(ended.arn)


def test_an_execution_that_takes_too_long_ends_and_nothing_catches_that():
    release = threading.Event()
    stage = MachineStage(step=lambda event: release.wait(30))
    ended = stage.run({"Look": task(Catch=CATCH_ALL), "Caught": SUCCEED}, TimeoutSeconds=1)
    release.set()
    assert ended.status == "TIMED_OUT"
    assert stage.types(ended.arn)[-1] == "ExecutionTimedOut"


def test_a_state_with_more_data_than_allowed_ends_the_execution_although_everything_is_caught():
    states = {"Look": task(Catch=CATCH_ALL), "Caught": SUCCEED}
    assert MachineStage(step=lambda event: "x" * 200_000).run(states).status == "SUCCEEDED"
    ended = MachineStage(step=lambda event: "x" * 300_000).run(states)
    assert (ended.status, ended.error) == ("FAILED", "States.DataLimitExceeded")


def test_a_path_to_nothing_ends_the_execution_although_everything_is_caught():
    look = task(Parameters={"FunctionName": FUNCTION, "Payload.$": "$.missing"}, Catch=CATCH_ALL)
    ended = MachineStage().run({"Look": look, "Caught": SUCCEED})
    assert (ended.status, ended.error) == ("FAILED", "States.Runtime")


def test_a_function_is_invoked_only_if_the_role_may():
    stage = MachineStage()
    stage.permissions.remove(ROLE, "lambda:InvokeFunction")
    ended = stage.run({"Look": task()})
    assert ended.error == "Lambda.AWSLambdaException"
    assert "not allowed to lambda:InvokeFunction" in ended.cause
    assert stage.functions.calls == []


SAID = {
    "output": {
        "message": {"role": "assistant", "content": [{"toolUse": {"toolUseId": "t", "name": "n", "input": {"a_b": 1}}}]}
    },
    "stopReason": "tool_use",
    "usage": {"inputTokens": 3, "outputTokens": 2, "totalTokens": 5},
    "metrics": {"latencyMs": 1},
}
PROFILE = f"arn:aws:bedrock:eu-central-1:123456789012:inference-profile/{MODEL}"
BEHIND = "arn:aws:bedrock:eu-central-1::foundation-model/anthropic.claude-haiku-5-5"


def test_a_model_is_asked_in_the_apis_spelling_and_answers_in_that_of_the_state_machine():
    stage = MachineStage(said=SAID)
    stage.allow("bedrock:InvokeModel", PROFILE, BEHIND)
    schema = {"type": "object", "properties": {"a_b": {"type": "integer"}}}
    tools = [{"ToolSpec": {"Name": "n", "Description": "d", "InputSchema": {"Json": schema}}}]
    ended = stage.run({"Ask": model_call(ToolConfig={"Tools": tools}, InferenceConfig={"MaxTokens": 9})}, {"text": "hello"})
    assert ended.status == "SUCCEEDED", ended
    ((run_id, model, request, _),) = stage.model.asked
    assert (run_id, model) == (RUN, MODEL)
    assert request["messages"] == [{"role": "user", "content": [{"text": "hello"}]}]
    assert request["inferenceConfig"] == {"maxTokens": 9}
    assert request["toolConfig"]["tools"][0]["toolSpec"]["inputSchema"] == {"json": schema}
    told = json.loads(ended.output)
    assert told["Output"]["Message"]["Content"][0]["ToolUse"] == {"ToolUseId": "t", "Name": "n", "Input": {"a_b": 1}}
    assert (told["StopReason"], told["Usage"]["InputTokens"]) == ("tool_use", 3)


@pytest.mark.parametrize("missing", [PROFILE, BEHIND])
def test_a_model_is_asked_only_if_the_role_may_use_the_profile_and_the_model_behind_it(missing: str):
    stage = MachineStage(said=SAID)
    stage.allow("bedrock:InvokeModel", *({PROFILE, BEHIND} - {missing}))
    ended = stage.run({"Ask": model_call()}, {"text": "hello"})
    assert ended.error == "BedrockRuntime.AccessDeniedException"
    assert stage.model.asked == []


def test_a_runs_own_model_and_credentials_take_the_place_of_the_definitions():
    stage = MachineStage(said=SAID, own=RunModel("openai:other", {"OPENAI_API_KEY": "k"}))
    stage.allow("bedrock:InvokeModel", PROFILE, BEHIND)
    ended = stage.run({"Ask": model_call()}, {"text": "hello"})
    assert stage.model.asked[0][1::2] == ("openai:other", {"OPENAI_API_KEY": "k"})
    assert "OPENAI" not in json.dumps(stage.machines.execution(ended.arn)[1]), "no credential in the history"


@pytest.mark.parametrize(
    ("raised", "error"),
    [
        (ModelError("busy", status=429), "ThrottlingException"),
        (ModelError("down", status=503), "ServiceUnavailableException"),
        (ModelError("broken", status=500), "InternalServerException"),
        (ModelError("wrong key", status=401), "AccessDeniedException"),
        (ModelError("no such model", status=404), "ValidationException"),
        (ModelError("cut"), "ModelErrorException"),
        (UsageError("no such name"), "ValidationException"),
    ],
)
def test_a_models_failure_has_bedrocks_error_so_that_only_passing_ones_are_tried_again(raised: Any, error: str):
    stage = MachineStage(said=raised)
    stage.allow("bedrock:InvokeModel", PROFILE, BEHIND)
    ended = stage.run({"Ask": model_call()}, {"text": "hello"})
    assert ended.error == f"BedrockRuntime.{error}"


def test_the_same_start_twice_is_one_execution_and_another_input_or_a_later_start_is_refused():
    release = threading.Event()
    stage = MachineStage(step=lambda event: release.wait(30))
    stage.create({"Look": task()})
    first = stage.start({"x": 1})
    assert stage.start({"x": 1}) == first
    with pytest.raises(UsageError, match="Already Exists"):
        stage.start({"x": 2})
    release.set()
    stage.ended(first)
    with pytest.raises(UsageError, match="Already Exists"):
        stage.start({"x": 1})
    assert len(stage.functions.calls) == 1


def test_a_stopped_execution_stays_stopped_whatever_its_task_answers_later():
    release = threading.Event()
    stage = MachineStage(step=lambda event: release.wait(30))
    stage.create({"Look": task(Catch=CATCH_ALL), "Caught": SUCCEED})
    arn = stage.start()
    while not stage.functions.calls:
        release.wait(0.01)
    assert stage.machines.stop(arn, "cancelled", "enough").status == "ABORTED"
    release.set()
    assert stage.ended(arn).error == "cancelled"
    assert stage.types(arn)[-1] == "ExecutionAborted"


def test_what_a_crash_left_running_is_aborted_at_the_next_start():
    release, kept = threading.Event(), dict[str, str]()
    crashed = MachineStage(step=lambda event: release.wait(30))
    crashed.machines.keep_in(kept)
    crashed.create({"Look": task()})
    arn = crashed.start()
    while not crashed.functions.calls:
        release.wait(0.01)
    left = dict(kept)
    release.set()
    crashed.ended(arn)
    after = MachineStage()
    after.machines.keep_in(left)
    status, events = after.machines.execution(arn)
    assert (status.status, events[0]["type"], events[-1]["type"]) == ("ABORTED", "ExecutionStarted", "ExecutionAborted")
    assert crashed.machines.execution(arn)[0].status == "SUCCEEDED", "one that ended is left as it was (control)"


def test_only_the_newest_executions_are_kept():
    stage, kept = MachineStage(), dict[str, str]()
    stage.machines.keep_in(kept)
    stage.create({"Done": SUCCEED})
    for number in range(205):
        stage.ended(stage.start(name=f"run-{number}"))
    MachineStage().machines.keep_in(kept)
    assert len(kept) == 200
