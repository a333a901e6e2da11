"""The document and the app agree: whatever schemathesis makes of the one, the other answers as the document says."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from agentic.serving.routes import ROUTES
from tests.runs.conftest import clock as clock, dynamodb as dynamodb
from tests.runs.turned_clock import Clock
from tests.serving.serving_stage import ALICE, HOST, Stage, stage

OPERATIONS = [route.operation for route in ROUTES]
# A valid request may still name what this stack does not have: an API, a status, a session. That is told with 422.
_NOT_PROMISED = [positive_data_acceptance]
_EXAMPLES = 25


@pytest.fixture
def fuzzed(dynamodb: Any, clock: Clock) -> Stage:
    return stage(dynamodb, clock, requests=1_000_000)


def run_of(served: Stage) -> str:
    submitted = served.queue.submit(served.request("Create a Stripe customer named Alice"), caller="alice")
    return submitted.run_id


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize("name", OPERATIONS)
def test_no_request_breaks_the_app_or_gets_an_undocumented_answer(fuzzed: Stage, name: str, mode: GenerationMode):
    app = fuzzed.app(hosts=None)
    headers = {"Authorization": f"Bearer {ALICE}"}
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=headers)
    operation = schema.find_operation_by_id(name)
    run_id = run_of(fuzzed)

    @given(case=operation.as_strategy(generation_mode=mode), known=st.booleans())
    @settings(
        max_examples=_EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    def fuzz(case: Any, known: bool) -> None:
        if known and case.path_parameters and "run_id" in case.path_parameters:
            case.path_parameters["run_id"] = run_id
        if case.query and case.query.get("wait"):
            case.query["wait"] = 0
        case.call_and_validate(headers=headers, excluded_checks=_NOT_PROMISED)

    try:
        fuzz()
    except Exception as error:
        if "Impossible to generate negative" in str(error) or type(error).__name__ == "Unsatisfiable":
            pytest.skip("this operation takes nothing that could be wrong")
        raise


def test_the_control_a_document_that_says_something_else_is_found_out(fuzzed: Stage):
    app = fuzzed.app(hosts=None)
    headers = {"Authorization": f"Bearer {ALICE}", "Host": HOST}
    document = schemathesis.openapi.from_asgi("/openapi.json", app, headers=headers).raw_schema
    document["components"]["schemas"]["Health"]["properties"]["status"] = {"type": "integer"}
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    case = schema.find_operation_by_id("health").Case()
    with pytest.raises(schemathesis.errors.Failure if hasattr(schemathesis.errors, "Failure") else BaseException):
        case.call_and_validate()
