"""The HTTP API in a stack: none by itself, every route behind an authorizer, and an access log that names no run."""

import json

import pytest
from recorded import Recorded, order, record, run_program

from agentic.core.errors import ConfigurationError
from agentic.core.settings import Settings
from agentic.serving.routes import PAGES, ROUTES, Access

ON_AWS = {f"{route.method} {route.path}" for route in ROUTES if route.access is not Access.LOCAL}
JWT = {"http": "jwt", "http_jwt_issuer": "https://issuer.example/pool", "http_jwt_audience": "agentic"}
FUNCTION = "arn:aws-eusc:lambda:eu-central-1:111122223333:function:agentic-api-developer-dev-http-api"


@pytest.fixture(scope="module")
def signed() -> Recorded:
    return record(order(http="iam", http_rate="7", http_burst="9"))


@pytest.fixture(scope="module")
def bearer() -> Recorded:
    return record(order(**JWT))


def routes(stack: Recorded) -> dict[str, dict[str, str]]:
    return {route.inputs["routeKey"]: route.inputs for route in stack.of("Route")}


def test_by_itself_a_stack_has_no_http_api(dev: Recorded, signed: Recorded) -> None:
    """The control is the same stack with one."""
    kinds = ("Api", "Integration", "Route", "Stage", "Authorizer", "Permission")
    assert [kind for kind in kinds if dev.of(kind)] == []
    assert [kind for kind in kinds if signed.of(kind)] == [kind for kind in kinds if kind != "Authorizer"]
    assert "http_api" not in dev.exports["functions"]
    assert {"http", "http_url", "http_api"} & set(dev.exports) == set()
    assert not [function for function in dev.of("Function") if "http" in function.inputs["name"]]


def test_with_iam_every_route_of_the_table_wants_a_signature_and_there_is_no_other(signed: Recorded) -> None:
    found = routes(signed)
    assert set(found) == ON_AWS
    assert {route["authorizationType"] for route in found.values()} == {"AWS_IAM"}
    assert "GET /doctor" not in found


def test_with_jwt_every_route_wants_a_token_of_the_one_issuer_but_the_consoles_files(bearer: Recorded) -> None:
    found = routes(bearer)
    files = {f"GET {page.path}" for page in PAGES}
    assert set(found) == ON_AWS | files
    (authorizer,) = bearer.of("Authorizer")
    assert authorizer.inputs["jwtConfiguration"] == {"issuer": "https://issuer.example/pool", "audiences": ["agentic"]}
    assert authorizer.inputs["identitySources"] == ["$request.header.Authorization"]
    assert {found[key]["authorizationType"] for key in ON_AWS} == {"JWT"}
    assert all(found[key]["authorizerId"] for key in ON_AWS)
    assert {found[key]["authorizationType"] for key in files} == {"NONE"}


def test_the_stage_has_the_throttle_of_the_settings_and_a_log_without_what_people_wrote(signed: Recorded) -> None:
    stage = signed.one("Stage", "http").inputs
    assert stage["defaultRouteSettings"] == {"throttlingRateLimit": 7, "throttlingBurstLimit": 9}
    logged = set(json.loads(stage["accessLogSettings"]["format"]).values())
    # Never a path, a query, a header or a claim.
    assert [variable for variable in logged if "path" in variable.lower() or "authorizer" in variable] == []
    assert "$context.routeKey" in logged
    assert stage["accessLogSettings"]["destinationArn"].endswith(":/aws/vendedlogs/agentic-api-developer-dev-http")


def test_only_this_api_may_invoke_the_function(signed: Recorded) -> None:
    (permission,) = signed.of("Permission")
    assert permission.inputs["principal"] == "apigateway.amazonaws.com"
    assert (
        permission.inputs["sourceArn"]
        == "arn:aws-eusc:execute-api:eu-central-1:111122223333:agentic-api-developer-dev-http/*/*"
    )
    (integration,) = signed.of("Integration")
    assert integration.inputs["integrationUri"] == FUNCTION
    assert integration.inputs["timeoutMilliseconds"] == 30_000
    assert signed.one("Function", "http-api").inputs["timeout"] < 30


def test_the_exports_say_where_and_how_it_is_asked(signed: Recorded, bearer: Recorded) -> None:
    assert signed.exports["http_url"].startswith("https://agentic-api-developer-dev-http.execute-api.")
    assert (signed.exports["http"], bearer.exports["http"]) == ("iam", "jwt")


def test_jwt_without_an_issuer_and_an_audience_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="http jwt needs http_jwt_issuer and http_jwt_audience"):
        Settings(http="jwt")
    with pytest.raises(ConfigurationError, match="agentic:http jwt needs agentic:http_jwt_audience"):
        Settings.from_stack({"agentic:http": "jwt", "agentic:http_jwt_issuer": "https://issuer.example"})
    assert Settings.from_config(JWT).http == "jwt"


@pytest.mark.parametrize("issuer", ["http://issuer.example", "issuer.example", "https://", "http://127.0.0.1.evil.example:1"])
def test_an_issuer_that_is_not_asked_over_tls_is_refused(issuer: str) -> None:
    with pytest.raises(ConfigurationError, match="http_jwt_issuer must be the https:// address"):
        Settings.from_config({**JWT, "http_jwt_issuer": issuer})


def test_what_is_missing_stops_the_program(dev: Recorded) -> None:
    """The control is every stack above."""
    del dev
    answer = run_program(order(http="open"))
    assert "http must be one of off, iam, jwt" in answer["error"]


def test_the_function_may_record_show_and_hand_over_and_nothing_else(signed: Recorded) -> None:
    """The control: no agent, no function, no key and no state machine is among it."""
    prefix = "agentic-api-developer-dev"
    table = f"arn:aws-eusc:dynamodb:eu-central-1:111122223333:table/{prefix}-runs"
    bucket = f"arn:aws-eusc:s3:::{prefix}-code-storage-111122223333"
    queue = f"arn:aws-eusc:sqs:eu-central-1:111122223333:{prefix}-run-queue"
    log = f"arn:aws-eusc:logs:eu-central-1:111122223333:log-group:/aws/lambda/{prefix}-http-api:*"
    allowed: dict[str, set[str]] = {}
    for statement in signed.policy(f"{prefix}-http-api")["Statement"]:
        assert statement["Effect"] == "Allow"
        for action in statement["Action"]:
            allowed.setdefault(action, set()).update(statement["Resource"])
    assert allowed == {
        "dynamodb:DeleteItem": {table},
        "dynamodb:GetItem": {table},
        "dynamodb:PutItem": {table},
        "dynamodb:Query": {table, f"{table}/index/recent"},
        "dynamodb:UpdateItem": {table},
        "logs:CreateLogStream": {log},
        "logs:PutLogEvents": {log},
        "s3:GetObject": {f"{bucket}/generated/*", f"{bucket}/bodies/*"},
        "s3:PutObject": {f"{bucket}/generated/*"},
        "sqs:GetQueueAttributes": {queue},
        "sqs:SendMessage": {queue},
    }


def test_the_function_is_told_what_it_needs_of_its_stack(signed: Recorded) -> None:
    told = signed.one("Function", "http-api").inputs["environment"]["variables"]
    assert {name.removeprefix("AGENTIC_").lower() for name in told} == {
        *("table", "bucket", "queue_url", "environment", "orchestrator", "run_limits", "models"),
        *("caller_requests", "caller_runs", "queue_runs"),
    }
    assert told["AGENTIC_ENVIRONMENT"] == "dev"
    assert json.loads(told["AGENTIC_RUN_LIMITS"])["calls"] == 100


def test_a_run_that_a_state_machine_drives_can_be_ended_over_http() -> None:
    workflow = record(order(http="iam", backend="workflow"))
    statements = workflow.policy("agentic-api-developer-dev-http-api")["Statement"]
    (stops,) = (statement for statement in statements if statement["Sid"] == "Executions")
    assert stops["Action"] == ["states:StopExecution"]
