"""Requests that no SDK makes, with the credentials of `run_code`: two readings of one request must not be played off."""

import http.client
import json
from typing import Any

import pytest
from botocore.auth import S3SigV4QueryAuth, SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from owned_stage import API, BROKER, NAMES, WALL, Owned

pytestmark = pytest.mark.cloud

OWN = NAMES.function_log_group("run_code", API)
OTHER = NAMES.function_log_group("call_api", API)
LAUNCHER = NAMES.function("execute_code")
JSON = "application/x-amz-json-1.1"


def ask(owned: Owned, service: str, path: str, body: bytes = b"", *, signed: bool = True, **headers: str) -> tuple[int, str]:
    """Status and body. Header names are given with underscores."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    request = AWSRequest("POST", f"{owned.environment['AWS_ENDPOINT_URL']}{path}", data=body, headers=names)
    if signed:
        credentials = Credentials(owned.environment["AWS_ACCESS_KEY_ID"], owned.environment["AWS_SECRET_ACCESS_KEY"])
        SigV4Auth(credentials, service, owned.environment["AWS_REGION"]).add_auth(request)
    prepared = request.prepare()
    return send(owned, "POST", path, body, {name: text(value) for name, value in prepared.headers.items()})


def text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


def send(owned: Owned, method: str, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
    connection = http.client.HTTPConnection(owned.environment["AWS_ENDPOINT_URL"].removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode(errors="replace")
    finally:
        connection.close()


def groups(owned: Owned) -> list[str]:
    return [group["logGroupName"] for group in owned.operator("logs").describe_log_groups()["logGroups"]]


def logs(owned: Owned, path: str = "/", *, target: str = "CreateLogStream", raw: str = "", **members: str) -> tuple[int, str]:
    """A request that is allowed by what its header and its JSON say: a new stream in its own log group."""
    body = raw or json.dumps({"logGroupName": OWN, "logStreamName": "x", **members})
    headers = {"X_Amz_Target": f"Logs_20140328.{target}", "Content_Type": JSON}
    return ask(owned, "logs", path, body.encode(), **headers)


@pytest.mark.parametrize("action", ["DeleteLogGroup", "CreateLogGroup", "DescribeLogGroups", "GetLogEvents"])
def test_another_operation_in_the_query_is_not_carried_out(owned: Owned, action: str):
    before = groups(owned)
    for path in (f"/?Action={action}", f"/?Action={action}&logGroupName={OTHER}", f"/?logGroupName={OTHER}&Action={action}"):
        assert OTHER not in logs(owned, path, logStreamName=f"q{hash(path)}")[1]
    assert groups(owned) == before


@pytest.mark.parametrize("action", ["DeleteLogGroup", "CreateLogGroup", "DescribeLogGroups"])
def test_another_operation_inside_a_text_is_not_carried_out(owned: Owned, action: str):
    """moto reads each body as a form, in which `&Action=` in any text would be an order."""
    before = groups(owned)
    status, answer = logs(owned, logStreamName=f"x&Action={action}&logGroupName={OTHER}&y=")
    assert OTHER not in answer.replace(f"logGroupName={OTHER}", "")
    assert groups(owned) == before
    # The control: what was asked for has happened, with the text as it is.
    assert status == 200
    streams = owned.operator("logs").describe_log_streams(logGroupName=OWN)["logStreams"]
    assert f"x&Action={action}&logGroupName={OTHER}&y=" in [stream["logStreamName"] for stream in streams]


def test_what_a_script_sends_to_the_api_is_no_order_to_the_local_cloud(owned: Owned):
    """The journal keeps a call's parameters: texts of the script's choice, in a request with the broker's rights."""
    create = (
        "import base64, boto3, json\n"
        "def call(name):\n"
        "    body = base64.b64encode(('name=' + name).encode()).decode()\n"
        "    form = ['Content-Type', 'application/x-www-form-urlencoded']\n"
        "    request = {'method': 'POST', 'url': 'https://api.stripe.com/v1/customers', 'headers': [form], 'body': body}\n"
        "    payload = json.dumps({'grant': event['grant'], 'request': request}).encode()\n"
        f"    asked = boto3.client('lambda').invoke(FunctionName='{BROKER}', Payload=payload)\n"
        "    return json.loads(asked['Payload'].read())['status']\n"
    )
    for order in ("x%26Action%3DDeleteTable%26y%3D", "%26Action%3DScan", "x%26Action%3DDeleteItem%26Key%3Dz"):
        result = owned.run(f"{create}answer = {{'success': True, 'exit': 0, 'stdout': str(call({order!r}))}}")
        assert result.status == "completed"
        assert result.outcome
        assert result.outcome.stdout == "200"
        assert [call.params for call in result.calls] == [{"name": order.replace("%26", "&").replace("%3D", "=")}]
    assert owned.operator("dynamodb").list_tables()["TableNames"] == [NAMES.runs_table]


def test_an_order_in_a_text_is_a_text_in_every_service_of_json(owned: Owned):
    order = "x&Action=DeleteQueue&Action=DeleteSecret&y="
    queue = owned.operator("sqs").create_queue(QueueName="q")["QueueUrl"]
    owned.operator("sqs").send_message(QueueUrl=queue, MessageBody=order)
    assert owned.operator("sqs").receive_message(QueueUrl=queue)["Messages"][0]["Body"] == order
    owned.operator("secretsmanager").create_secret(Name="s", SecretString=order)
    assert owned.operator("secretsmanager").get_secret_value(SecretId="s")["SecretString"] == order
    key = owned.operator("kms").create_key(Description=order)["KeyMetadata"]
    assert key["Description"] == order


def test_other_tricks_with_the_operation_and_the_body_are_refused_or_harmless(owned: Owned):
    before = groups(owned)
    twice = f'{{"logGroupName": "{OTHER}", "logGroupName": "{OWN}", "logStreamName": "twice"}}'
    other_way = f'{{"logGroupName": "{OWN}", "logGroupName": "{OTHER}", "logStreamName": "twice"}}'
    logs(owned, raw=twice)
    assert logs(owned, raw=other_way)[0] == 403
    assert logs(owned, target="CreateLogStream.DeleteLogGroup")[0] == 403
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain", "application/xml"):
        body = f'{{"logGroupName": "{OWN}", "logStreamName": "k&Action=DeleteLogGroup&logGroupName={OTHER}&z="}}'
        ask(owned, "logs", "/", body.encode(), X_Amz_Target="Logs_20140328.CreateLogStream", Content_Type=kind)
    ask(owned, "logs", "/", b"", X_Amz_Target="Logs_20140328.CreateLogStream", Action="DeleteLogGroup", logGroupName=OTHER)
    assert ask(owned, "logs", "/", b"Action=DeleteLogGroup&logGroupName=" + OTHER.encode())[0] == 403
    streams = owned.operator("logs").describe_log_streams(logGroupName=OTHER)["logStreams"]
    assert [stream["logStreamName"] for stream in streams] == []
    assert groups(owned) == before


@pytest.mark.parametrize(
    "name",
    [
        f"{LAUNCHER}:{BROKER}",
        f"{BROKER}:{LAUNCHER}",
        f"function:{LAUNCHER}:{BROKER}",
        f"x:function:{LAUNCHER}:{BROKER}",
        f"123456789012:function:{LAUNCHER}:{BROKER}",
        f"arn:aws:lambda:us-east-1:123456789012:function:{LAUNCHER}:{BROKER}",
        f"arn:aws:lambda:us-east-1:123456789012:function:{BROKER}:function:{LAUNCHER}",
        f"arn:aws:lambda:us-east-1:999999999999:function:{BROKER}",
        f"arn:aws:lambda:eu-west-1:123456789012:function:{BROKER}",
        f"999999999999:function:{BROKER}",
        f"{BROKER}:1",
        f"{BROKER}%2F..%2F{LAUNCHER}",
        f"{BROKER}%00",
        f"{BROKER}%0A",
        f"{BROKER.upper()}",
        "",
    ],
)
def test_a_functions_name_has_one_reading(owned: Owned, name: str):
    """What the permission is checked for is what is invoked."""
    path = f"/2015-03-31/functions/{name.replace(':', '%3A')}/invocations"
    assert ask(owned, "lambda", path, b"{}")[0] in {403, 404}
    assert ask(owned, "lambda", f"{path}?Qualifier={BROKER}", b"{}")[0] in {403, 404}


@pytest.mark.parametrize(
    "name", [BROKER, f"123456789012:function:{BROKER}", f"arn:aws:lambda:us-east-1:123456789012:function:{BROKER}"]
)
def test_its_brokers_name_in_each_of_lambdas_forms_is_accepted(owned: Owned, name: str):
    """The control of the above."""
    assert ask(owned, "lambda", f"/2015-03-31/functions/{name.replace(':', '%3A')}/invocations", b"{}")[0] == 200


@pytest.mark.parametrize("operation", ["BatchGetItem", "BatchWriteItem", "TransactWriteItems", "TransactGetItems"])
@pytest.mark.parametrize("body", [{"RequestItems": {}, "TransactItems": []}, {"RequestItems": [], "TransactItems": {}}, {}])
def test_a_batch_for_no_table_is_refused(owned: Owned, operation: str, body: dict[str, Any]):
    headers = {"X_Amz_Target": f"DynamoDB_20120810.{operation}", "Content_Type": "application/x-amz-json-1.0"}
    assert ask(owned, "dynamodb", "/", json.dumps(body).encode(), **headers)[0] in {400, 403}


def test_a_batch_for_no_table_passes_for_the_operator(owned: Owned):
    """The control: nothing but the permission stops it."""
    assert owned.operator("dynamodb").batch_get_item(RequestItems={})["Responses"] == {}


@pytest.mark.parametrize("service", ["s3", "logs", "lambda", "iam", "dynamodb", "moto-api"])
@pytest.mark.parametrize("path", ["/moto-api/reset", "/moto-api/data.json", "/_localstack/health", "/latest/meta-data/"])
def test_the_tools_inside_the_local_cloud_have_no_address(owned: Owned, service: str, path: str):
    assert ask(owned, service, path)[0] in {403, 404}


def test_a_request_must_be_signed_whole_now_and_with_a_known_key(owned: Owned):
    path, body = f"/2015-03-31/functions/{BROKER}/invocations", b"{}"
    host = owned.environment["AWS_ENDPOINT_URL"].removeprefix("http://")
    assert ask(owned, "lambda", path, body, signed=False)[0] == 403
    request = AWSRequest("POST", f"http://{host}{path}", data=body)
    credentials = Credentials(owned.environment["AWS_ACCESS_KEY_ID"], owned.environment["AWS_SECRET_ACCESS_KEY"])
    SigV4Auth(credentials, "lambda", "us-east-1").add_auth(request)
    headers = {name: text(value) for name, value in request.prepare().headers.items()}
    changes: dict[str, tuple[str, str, bytes, dict[str, str]]] = {
        "another body": ("POST", path, b'{"a":1}', headers),
        "another path": ("POST", path.replace(BROKER, LAUNCHER), body, headers),
        "another method": ("PUT", path, body, headers),
        "a tenant": ("POST", path, body, {**headers, "X-Amz-Tenant-Id": "x"}),
        "a client context": ("POST", path, body, {**headers, "X-Amz-Client-Context": "e30="}),
        "an origin": ("POST", path, body, {**headers, "Origin": "http://127.0.0.1"}),
        "another host": ("POST", path, body, {**headers, "Host": "localhost"}),
        "another day": ("POST", path, body, {**headers, "X-Amz-Date": "20200101T000000Z"}),
        "the key alone": ("POST", path, body, {"Authorization": headers["Authorization"].partition(", Signature")[0]}),
    }
    for name, (method, target, content, given) in changes.items():
        assert send(owned, method, target, content, given)[0] == 403, name
    # The control: unchanged it passes.
    assert send(owned, "POST", path, body, headers)[0] == 200


def test_a_presigned_address_opens_nothing(owned: Owned):
    url = f"{owned.environment['AWS_ENDPOINT_URL']}/{owned.bucket}/generated/stripe/x.py"
    request = AWSRequest("GET", url)
    credentials = Credentials(owned.environment["AWS_ACCESS_KEY_ID"], owned.environment["AWS_SECRET_ACCESS_KEY"])
    S3SigV4QueryAuth(credentials, "s3", "us-east-1", expires=60).add_auth(request)
    path = request.prepare().url.removeprefix(owned.environment["AWS_ENDPOINT_URL"])
    assert send(owned, "GET", path, b"", {})[0] == 403


def test_the_wall_cannot_be_asked_without_a_tenant_nor_others_with_one(owned: Owned):
    client = owned.as_role_of(LAUNCHER, "lambda")
    attack = b'{"attack": "answer = 1"}'
    with pytest.raises(client.exceptions.InvalidParameterValueException, match="tenant"):
        client.invoke(FunctionName=WALL, Payload=attack)
    for tenant in ("", " " * 300, "a\tb", "x" * 257):
        with pytest.raises(client.exceptions.ClientError):
            client.invoke(FunctionName=WALL, Payload=attack, TenantId=tenant)
    for name in owned.declared():
        if not name.startswith(NAMES.function("run_code")):
            with pytest.raises(client.exceptions.InvalidParameterValueException, match="tenant"):
                owned.operator("lambda").invoke(FunctionName=name, Payload=b"{}", TenantId="x")
    # The control: with a tenant it runs; and its own credentials do not even get as far.
    assert client.invoke(FunctionName=WALL, Payload=attack, TenantId="run-1")["Payload"].read() == b"1"
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        owned.client("lambda").invoke(FunctionName=WALL, Payload=attack, TenantId="run-1")
