"""Which permissions a request needs: (action, resource) pairs, the same that AWS would check.

What is not understood here is `None`: refused for every role.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, cast
from urllib.parse import parse_qsl, unquote

from agentic.local.endpoint.message import Request
from agentic.local.function_name import FunctionName

Lookup = Callable[[str, str], str]
"""Region and secret id to the secret's ARN; empty when there is no such secret."""

_EMPTY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Needs:
    """Everything that must be allowed, and the condition keys that the request itself carries."""

    pairs: tuple[tuple[str, str], ...]
    context: Mapping[str, str] = field(default_factory=dict[str, str])


@dataclass(frozen=True, slots=True)
class Actions:
    """Derives needs. `account` is the local cloud's; `secret_arn` finds secrets, whose ARNs end in random letters."""

    account: str
    secret_arn: Lookup

    def needs(self, request: Request) -> Needs | None:
        """What the caller must be allowed to do for this request to pass."""
        if request.operation and request.head.query:
            return None  # No SDK names an operation in a header and adds a query: two names could be played off.
        match request.service:
            case "s3":
                return _s3(request)
            case "dynamodb":
                return self._dynamodb(request)
            case "secretsmanager":
                return self._secrets(request)
            case "lambda":
                return self._lambda(request)
            case "bedrock-agentcore":
                return _agentcore(request)
            case "bedrock":
                return self._bedrock(request)
            case "logs":
                return self._logs(request)
            case "sns":
                return _sns(request)
            case "sqs":
                return self._sqs(request)
            case "states":
                return _states(request)
            case _:
                return None

    def arn(self, service: str, region: str, resource: str, *, account: bool = True) -> str:
        """An ARN of this account in the region's partition."""
        return f"arn:{partition(region)}:{service}:{region}:{self.account if account else ''}:{resource}"

    def _dynamodb(self, request: Request) -> Needs | None:
        body = json_body(request)
        operation = request.operation
        if body is None:
            return None
        if operation == "ListTables":
            return Needs((("dynamodb:ListTables", "*"),))
        if operation in {"BatchWriteItem", "BatchGetItem"}:
            tables = body.get("RequestItems")
            if not isinstance(tables, dict):
                return None
            names = cast("dict[str, object]", tables)
            return Needs(tuple((f"dynamodb:{operation}", self._table(request, name)) for name in names))
        if operation in {"TransactWriteItems", "TransactGetItems"}:
            return self._transaction(request, body)
        table = body.get("TableName")
        if operation not in _TABLE_OPERATIONS or not isinstance(table, str):
            return None
        resource = self._table(request, table)
        # Where there is no index to read, an index's name must not change whose rights are asked for.
        index = body.get("IndexName") if operation in {"Query", "Scan"} else None
        return Needs(((f"dynamodb:{operation}", f"{resource}/index/{index}" if index else resource),))

    def _transaction(self, request: Request, body: Mapping[str, Any]) -> Needs | None:
        pairs: list[tuple[str, str]] = []
        for entry in cast("list[dict[str, dict[str, Any]]]", body.get("TransactItems", [])):
            for kind, part in entry.items():
                action = _TRANSACTION_ACTIONS.get(kind)
                if action is None or not isinstance(part.get("TableName"), str):
                    return None
                pairs.append((action, self._table(request, part["TableName"])))
        return Needs(tuple(pairs)) if pairs else None

    def _table(self, request: Request, name: str) -> str:
        return name if name.startswith("arn:") else self.arn("dynamodb", request.region, f"table/{name}")

    def _secrets(self, request: Request) -> Needs | None:
        body = json_body(request)
        if body is None:
            return None
        if request.operation == "ListSecrets":
            return Needs((("secretsmanager:ListSecrets", "*"),))
        secret_id = body.get(_SECRET_OPERATIONS.get(request.operation, ""))
        if not isinstance(secret_id, str):
            return None
        return Needs(((f"secretsmanager:{request.operation}", self.secret(request, secret_id)),))

    def secret(self, request: Request, secret_id: str) -> str:
        """A secret's ARN: the real one where it exists, otherwise the name's."""
        known = self.secret_arn(request.region, secret_id)
        if known or secret_id.startswith("arn:"):
            return known or secret_id
        return self.arn("secretsmanager", request.region, f"secret:{secret_id}")

    def _lambda(self, request: Request) -> Needs | None:
        named = FunctionName.read(invoked_function(request) or "")
        if named is None:
            return None
        arn = named.arn(f"arn:{partition(request.region)}:lambda:{request.region}:", self.account)
        return Needs((("lambda:InvokeFunction", arn),))

    def _bedrock(self, request: Request) -> Needs | None:
        asked = invoked_agent(request)
        if asked is not None:
            resource = self.arn("bedrock", request.region, f"agent-alias/{asked.agent_id}/{asked.alias_id}")
            return Needs((("bedrock:InvokeAgent", resource),))
        model = conversed_model(request)
        if model is None:
            return None
        model_id, streamed = model
        action = "bedrock:InvokeModelWithResponseStream" if streamed else "bedrock:InvokeModel"
        profile = self._inference_profile(request, model_id)
        # Through a profile both are needed: the profile, and the model behind it (Bedrock user guide, "Prerequisites for
        # inference profiles"). Which model is behind a profile of one's own only AWS knows.
        base = model_id.rpartition("/")[2].partition(".")[2] if profile else model_id
        known = base and (not profile or ":inference-profile/" in profile)
        model_arn = self.arn("bedrock", request.region, f"foundation-model/{base}", account=False)
        pairs = tuple((action, arn) for arn in (profile, model_arn if known else "") if arn)
        return Needs(pairs, {"bedrock:InferenceProfileArn": profile} if profile else _EMPTY)

    def _inference_profile(self, request: Request, model_id: str) -> str:
        """The ARN of the profile that a model id names; empty when it names a model."""
        if model_id.startswith("arn:"):
            return model_id
        if model_id.split(".")[0] in _PROFILE_PREFIXES:
            return self.arn("bedrock", request.region, f"inference-profile/{model_id}")
        return ""

    def _sqs(self, request: Request) -> Needs | None:
        """One operation on one queue of this account, named by its URL."""
        url = (json_body(request) or {}).get("QueueUrl")
        named = _QUEUE_URL.fullmatch(url) if isinstance(url, str) else None
        if named is None or request.operation not in _QUEUE_OPERATIONS or named[1] != self.account:
            return None
        return Needs(((f"sqs:{request.operation}", self.arn("sqs", request.region, named[2])),))

    def _logs(self, request: Request) -> Needs | None:
        body = json_body(request)
        group = body.get("logGroupName") if body is not None else None
        if body is None or not isinstance(group, str) or request.operation not in _LOG_OPERATIONS:
            return None
        stream = body.get("logStreamName")
        resource = f"log-group:{group}:log-stream:{stream}" if isinstance(stream, str) else f"log-group:{group}:*"
        return Needs(((f"logs:{request.operation}", self.arn("logs", request.region, resource)),))


# Only these, spelt so: behind another spelling, or an operation that names its objects elsewhere, could be any table.
_TABLE_OPERATIONS = {"DeleteItem", "DescribeTable", "GetItem", "PutItem", "Query", "Scan", "UpdateItem"}
_SECRET_OPERATIONS = {
    "CreateSecret": "Name",
    "DeleteSecret": "SecretId",
    "DescribeSecret": "SecretId",
    "GetSecretValue": "SecretId",
    "PutSecretValue": "SecretId",
    "UpdateSecret": "SecretId",
}
"""Operation to the field that names its secret."""
_QUEUE_URL = re.compile(r"https?://[^/\s]+/([0-9]{12})/([A-Za-z0-9_-]{1,80}(?:\.fifo)?)")
_QUEUE_OPERATIONS = {"ChangeMessageVisibility", "DeleteMessage", "GetQueueAttributes", "ReceiveMessage", "SendMessage"}
_STATE_OPERATIONS = {
    "DescribeExecution": "executionArn",
    "DescribeStateMachine": "stateMachineArn",
    "GetExecutionHistory": "executionArn",
    "ListExecutions": "stateMachineArn",
    "StartExecution": "stateMachineArn",
    "StopExecution": "executionArn",
}
"""Operation to the field that names what it is about; a further one must not be looked at in its place."""
# Those that name their one group by `logGroupName` alone.
_LOG_OPERATIONS = {"CreateLogGroup", "CreateLogStream", "PutLogEvents"}
_TRANSACTION_ACTIONS = {
    "Put": "dynamodb:PutItem",
    "Update": "dynamodb:UpdateItem",
    "Delete": "dynamodb:DeleteItem",
    "ConditionCheck": "dynamodb:ConditionCheckItem",
    "Get": "dynamodb:GetItem",
}
_INVOKE_AGENT = re.compile(r"/agents/([0-9a-zA-Z]{1,10})/agentAliases/([0-9a-zA-Z]{1,10})/sessions/([^/]+)/text")
_PROFILE_PREFIXES = {"us", "eu", "au", "jp", "apac", "ca", "global", "us-gov"}


def partition(region: str) -> str:
    """The partition that a region's ARNs name."""
    return "aws-cn" if region.startswith("cn-") else "aws-us-gov" if region.startswith("us-gov-") else "aws"


def _states(request: Request) -> Needs | None:
    """Each operation is an action of its name, on the state machine or the execution that it names."""
    body = json_body(request) or {}
    if request.operation == "ListStateMachines":
        return Needs((("states:ListStateMachines", "*"),))
    arn = body.get(_STATE_OPERATIONS.get(request.operation, ""))
    return Needs(((f"states:{request.operation}", arn),)) if isinstance(arn, str) and arn else None


def _sns(request: Request) -> Needs | None:
    """Publishing to one topic; everything else is the operator's."""
    form = form_of(request) or {}
    topic = form.get("TopicArn", "")
    others = form.keys() & {"TargetArn", "PhoneNumber"}
    return Needs((("sns:Publish", topic),)) if form.get("Action") == "Publish" and topic and not others else None


def form_of(request: Request) -> Mapping[str, str] | None:
    """The fields of a request of the query protocol; None for what could be read in two ways."""
    if request.head.method != "POST" or request.head.path != "/" or request.head.query:
        return None
    try:
        pairs = parse_qsl(request.body.decode(), keep_blank_values=True, strict_parsing=True)
    except ValueError:
        return None
    form = dict(pairs)
    return form if len(form) == len(pairs) else None


def json_body(request: Request) -> dict[str, Any] | None:
    """The body as a JSON object; None when it is something else."""
    try:
        body: object = json.loads(request.body or b"{}")
    except ValueError:
        return None
    return cast("dict[str, Any]", body) if isinstance(body, dict) else None


def invoked_function(request: Request) -> str | None:
    """Lambda Invoke's function name or ARN, with the qualifier if there is one; None for any other request."""
    parts = request.head.path.split("/")
    if request.head.method == "POST" and parts[:3] == ["", "2015-03-31", "functions"] and parts[4:] == ["invocations"]:
        qualifier = request.head.parameters.get("Qualifier")
        return ":".join(part for part in (unquote(parts[3]), qualifier) if part) or None
    return None


def invoked_harness(request: Request) -> str | None:
    """InvokeHarness's harness ARN; None for any other request."""
    if request.head.method == "POST" and request.head.path == "/harnesses/invoke":
        return request.head.parameters.get("harnessArn") or None
    return None


@dataclass(frozen=True, slots=True)
class InvokedAgent:
    """What InvokeAgent's path names."""

    agent_id: str
    alias_id: str
    session_id: str


def invoked_agent(request: Request) -> InvokedAgent | None:
    """InvokeAgent's agent, alias and session; None for any other request."""
    found = _INVOKE_AGENT.fullmatch(request.head.path) if request.head.method == "POST" else None
    return InvokedAgent(found[1], found[2], unquote(found[3])) if found else None


def conversed_model(request: Request) -> tuple[str, bool] | None:
    """Converse's or ConverseStream's model id, and whether the answer is streamed; None for any other request."""
    parts = request.head.path.split("/")
    if request.head.method == "POST" and parts[:2] == ["", "model"] and parts[3:] in (["converse"], ["converse-stream"]):
        return unquote(parts[2]), parts[3] == "converse-stream"
    return None


def bucket_and_key(request: Request) -> tuple[str, str]:
    """From a path-style S3 path; both may be empty."""
    bucket, _, key = request.head.path.lstrip("/").partition("/")
    return unquote(bucket), unquote(key)


def _agentcore(request: Request) -> Needs | None:
    arn = invoked_harness(request)
    if arn is None:
        return None
    # AWS asks for both (developer guide, harness security).
    return Needs((("bedrock-agentcore:InvokeHarness", arn), ("bedrock-agentcore:InvokeAgentRuntime", arn)))


_OBJECT_ACTIONS = {"GET": "GetObject", "HEAD": "GetObject", "PUT": "PutObject", "DELETE": "DeleteObject"}
_VERSION_ACTIONS = {"GET": "GetObjectVersion", "HEAD": "GetObjectVersion", "DELETE": "DeleteObjectVersion"}
_HEADER_ACTIONS = {
    "x-amz-acl": "PutObjectAcl",
    "x-amz-grant-": "PutObjectAcl",
    "x-amz-object-lock-legal-hold": "PutObjectLegalHold",
    "x-amz-object-lock-mode": "PutObjectRetention",
    "x-amz-object-lock-retain-until-date": "PutObjectRetention",
    "x-amz-tagging": "PutObjectTagging",
}
_LIST_PARAMETERS = {
    "list-type", "prefix", "delimiter", "max-keys", "marker", "start-after", "continuation-token", "encoding-type",
    "fetch-owner", "x-id",
}  # fmt: skip


def _s3(request: Request) -> Needs | None:
    bucket, key = bucket_and_key(request)
    method, parameters = request.head.method, request.head.parameters
    arn = f"arn:{partition(request.region)}:s3:::{bucket}"
    if not bucket:
        return Needs((("s3:ListAllMyBuckets", "*"),)) if method == "GET" else None
    if not key:
        return _bucket(arn, method, parameters)
    others = {name for name in parameters if not name.startswith("response-")} - {"x-id", "versionId"}
    actions = _VERSION_ACTIONS if "versionId" in parameters else _OBJECT_ACTIONS
    if others or method not in actions:
        return None
    pairs = [(f"s3:{action}", f"{arn}/{key}") for action in (actions[method], *_further_actions(request))]
    source = request.head.fields.get("x-amz-copy-source")
    if source is not None:
        path, _, version = source.partition("?")
        read = "s3:GetObjectVersion" if version else "s3:GetObject"
        pairs.append((read, f"arn:{partition(request.region)}:s3:::{unquote(path).lstrip('/')}"))
    return Needs(tuple(pairs))


def _further_actions(request: Request) -> list[str]:
    """What a PutObject needs besides for what its headers say (S3 user guide, "Required permissions for S3 API operations")."""
    if request.head.method != "PUT":
        return []
    return [
        action for header, action in _HEADER_ACTIONS.items() if any(name.startswith(header) for name in request.head.fields)
    ]


def _bucket(arn: str, method: str, parameters: Mapping[str, str]) -> Needs | None:
    if method == "HEAD" and not parameters:
        return Needs((("s3:ListBucket", arn),))
    if method == "GET" and parameters.keys() <= _LIST_PARAMETERS:
        prefix = parameters.get("prefix")
        return Needs((("s3:ListBucket", arn),), {"s3:prefix": prefix} if prefix is not None else _EMPTY)
    if method == "GET" and set(parameters) == {"location"}:
        return Needs((("s3:GetBucketLocation", arn),))
    return None
