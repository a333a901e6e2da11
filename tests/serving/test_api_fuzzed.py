"""The document and the app agree: whatever schemathesis makes of the one, the other answers as the document says."""

from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings, strategies as st
from schemathesis.errors import FailureGroup
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance
from starlette.testclient import TestClient

from agentic.serving.routes import ROUTES
from tests.runs.conftest import clock as clock, dynamodb as dynamodb
from tests.runs.turned_clock import Clock
from tests.serving.serving_stage import ALICE, Stage, stage

TRIED = [
    (route.operation, mode)
    for route in ROUTES
    for mode in GenerationMode
    # One that takes nothing takes nothing wrong.
    if mode is GenerationMode.POSITIVE or route.body or route.query or "{" in route.path
]
# A valid request may still name what this stack does not have: an API, a status, a session. That is told with 422.
_NOT_PROMISED = [positive_data_acceptance]
_EXAMPLES = 15
HEADERS = {"Authorization": f"Bearer {ALICE}"}


@pytest.fixture
def fuzzed(dynamodb: Any, clock: Clock) -> Stage:
    return stage(dynamodb, clock, requests=1_000_000)


def schema_of(served: Stage, **changed: Any) -> Any:
    """The document as schemathesis has it. Who asks is put in by the tests; that it is wanted they see elsewhere."""
    app = served.app(hosts=None)
    with TestClient(app) as client:
        document = client.get("/openapi.json", headers=HEADERS).json()
    for operation in (found for path in document["paths"].values() for found in path.values()):
        del operation["security"]
    document["components"]["schemas"].update(changed)
    schema = schemathesis.openapi.from_dict(document)
    schema.app = app
    # A script that is too long for its field may be too long for any body.
    schema.config.checks.negative_data_rejection.expected_statuses = [*map(str, range(400, 430))]
    return schema


def run_of(served: Stage) -> str:
    submitted = served.queue.submit(served.request("Create a Stripe customer named Alice"), caller="alice")
    return submitted.run_id


@pytest.mark.parametrize(("name", "mode"), TRIED, ids=lambda part: str(getattr(part, "value", part)))
def test_no_request_breaks_the_app_or_gets_an_undocumented_answer(fuzzed: Stage, name: str, mode: GenerationMode):
    operation = schema_of(fuzzed).find_operation_by_id(name)
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
        if known and mode is GenerationMode.POSITIVE and case.path_parameters and "run_id" in case.path_parameters:
            case.path_parameters["run_id"] = run_id
        if case.query and case.query.get("wait"):
            case.query["wait"] = 0
        case.call_and_validate(headers=HEADERS, excluded_checks=_NOT_PROMISED)

    fuzz()


def test_a_document_that_says_something_else_is_found_out(fuzzed: Stage):
    wrong = {"type": "object", "properties": {"status": {"type": "integer"}}}
    operation = schema_of(fuzzed, Health=wrong).find_operation_by_id("health")
    with pytest.raises(FailureGroup, match="violates schema"):
        operation.Case().call_and_validate(headers=HEADERS)
