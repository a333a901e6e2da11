"""API Gateway: HTTP APIs in front of functions. What is declared here is answered by `agentic.local.http_apis`."""

from collections.abc import Callable

from agentic.core.errors import LocalCloudError
from agentic.local.http_apis import (
    ApiDeclaration,
    AuthorizerDeclaration,
    IntegrationDeclaration,
    Part,
    RouteDeclaration,
    StageDeclaration,
)
from agentic.local.oracle.requests.http_apis import CREATE, UPDATE
from agentic.local.program.hosts import HttpApiHost
from agentic.local.program.resources.existing import made_here
from agentic.local.program.resources.functions import FUNCTION
from agentic.local.program.schema import TAGS, Block, ListOf, Text, Truth, Whole, arn
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType, Verify

API = "aws:apigatewayv2/api:Api"
_INTEGRATION = "aws:apigatewayv2/integration:Integration"
_AUTHORIZER = "aws:apigatewayv2/authorizer:Authorizer"
_ROUTE = "aws:apigatewayv2/route:Route"
_STAGE = "aws:apigatewayv2/stage:Stage"
_LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"

_ID = Text(r"[a-z0-9]{1,32}")
_TARGET = "integrations/"
_PATH = r"/(\{?[A-Za-z0-9._-]+\+?\}?(/|$))*"
_DESCRIPTION = Text(longest=1024)


def _hosted(context: Context) -> HttpApiHost:
    if context.http_apis is None:
        raise LocalCloudError("this local cloud has no HTTP APIs")
    return context.http_apis


def _api(context: Context, logical: str, inputs: Inputs) -> Created:
    place = context.place
    api_id = place.stable("http-api", logical, 10)
    execution_arn = place.arn("execute-api", api_id)
    url = _hosted(context).create(ApiDeclaration(api_id, execution_arn))
    outputs = {
        "arn": f"arn:{place.partition}:apigateway:{place.region}::/apis/{api_id}",
        "apiEndpoint": url,
        "executionArn": execution_arn,
        "tagsAll": inputs.get("tags", {}),
        "region": place.region,
    }
    return Created(api_id, outputs)


def _delete_api(context: Context, api_id: str, inputs: Inputs) -> None:
    _hosted(context).remove(api_id)


def _integration(part_id: str, inputs: Inputs) -> Part:
    return IntegrationDeclaration(part_id, inputs["integrationUri"], inputs.get("timeoutMilliseconds", 30_000) / 1000)


def _authorizer(part_id: str, inputs: Inputs) -> Part:
    configuration = inputs["jwtConfiguration"]
    return AuthorizerDeclaration(part_id, configuration["issuer"], tuple(configuration["audiences"]))


def _route(part_id: str, inputs: Inputs) -> Part:
    return RouteDeclaration(
        part_id,
        inputs["routeKey"],
        inputs["target"].removeprefix(_TARGET),
        inputs.get("authorizationType", "NONE"),
        inputs.get("authorizerId", ""),
    )


def _stage(part_id: str, inputs: Inputs) -> Part:
    limits = inputs.get("defaultRouteSettings", {})
    return StageDeclaration(
        part_id,
        limits.get("throttlingRateLimit", 0),
        limits.get("throttlingBurstLimit", 0),
        inputs.get("accessLogSettings", {}).get("format", ""),
    )


def _calls_a_function(context: Context, inputs: Inputs) -> None:
    uri = inputs.get("integrationUri")
    if uri and not context.exists(FUNCTION, uri.rsplit(":", 1)[-1]):
        raise LocalCloudError(f"there is no function {uri}")


def _names_its_authorizer(context: Context, inputs: Inputs) -> None:
    """AWS refuses a route whose kind of authorization and authorizer do not fit."""
    if inputs.get("authorizationType") != "JWT" and "authorizerId" in inputs:
        raise LocalCloudError("authorizerId is for authorizationType JWT")


def _logs_into_a_group(context: Context, inputs: Inputs) -> None:
    destination = inputs.get("accessLogSettings", {}).get("destinationArn")
    if destination and not context.exists(_LOG_GROUP, destination.split(":", 6)[-1]):
        raise LocalCloudError(f"there is no log group {destination}")


def _part(
    token: str,
    kind: type[Part],
    inputs: Block,
    declared: Callable[[str, Inputs], Part],
    *,
    identity: tuple[str, ...] = (),
    replaces: tuple[str, ...] = (),
    verify: Verify | None = None,
    named: bool = False,
) -> ResourceType:
    """A type that belongs to an API. Its id is its name where it is `named`, else the same for the same logical name.

    AWS's ids are unique in their API only, and so are these; what the table knows it by has the API's before it.
    """

    def create(context: Context, logical: str, given: Inputs) -> Created:
        part_id = given["name"] if named else context.place.stable(kind.__name__, logical, 7)
        _hosted(context).put(given["apiId"], declared(part_id, given))
        made = f"{given['apiId']}/{part_id}" if named else part_id
        tags = {"tagsAll": given.get("tags", {})} if "tags" in inputs.optional else {}
        return Created(made, {"region": context.place.region, **tags})

    def delete(context: Context, made: str, given: Inputs) -> None:
        _hosted(context).take(given["apiId"], kind, made.rsplit("/", 1)[-1])

    fixed = ("apiId", *replaces)
    known = (*inputs.required, *inputs.optional)
    lifecycle = Lifecycle(
        made_here(token),
        delete,
        identity,
        replaces=tuple(name for name in fixed if name not in identity),
        updates=tuple(name for name in known if name not in (*fixed, *identity)),
        update=create,
        update_requests=UPDATE[token],
    )
    return ResourceType(token, inputs, (), create, lifecycle, verify, CREATE[token])


TYPES = (
    ResourceType(
        API,
        Block(
            {"name": Text(longest=128), "protocolType": Text(choices=("HTTP",))},
            {"description": _DESCRIPTION, "version": Text(longest=64), "tags": TAGS},
        ),
        ("arn", "apiEndpoint", "executionArn"),
        _api,
        Lifecycle(
            made_here(API),
            _delete_api,
            # Names of APIs need not be unique.
            (),
            replaces=("protocolType",),
            updates=("name", "description", "version", "tags"),
            update=_api,
            update_requests=UPDATE[API],
        ),
        requests=CREATE[API],
    ),
    _part(
        _INTEGRATION,
        IntegrationDeclaration,
        Block(
            {
                "apiId": _ID,
                "integrationType": Text(choices=("AWS_PROXY",)),
                "integrationUri": arn("lambda", "function:[a-zA-Z0-9_-]{1,64}"),
                "payloadFormatVersion": Text(choices=("2.0",)),
            },
            {"timeoutMilliseconds": Whole(50, 30_000), "description": _DESCRIPTION},
        ),
        _integration,
        replaces=("integrationType",),
        verify=_calls_a_function,
    ),
    _part(
        _AUTHORIZER,
        AuthorizerDeclaration,
        Block(
            {
                "apiId": _ID,
                "name": Text(longest=128),
                "authorizerType": Text(choices=("JWT",)),
                "identitySources": ListOf(Text(choices=("$request.header.Authorization",)), least=1, most=1),
                "jwtConfiguration": Block(
                    {
                        "issuer": Text(r"(https://|http://127\.0\.0\.1:)[!-~]+"),
                        "audiences": ListOf(Text(longest=512), least=1, most=50),
                    }
                ),
            },
        ),
        _authorizer,
        replaces=("authorizerType",),
    ),
    _part(
        _ROUTE,
        RouteDeclaration,
        Block(
            {
                "apiId": _ID,
                "routeKey": Text(rf"\$default|(ANY|GET|HEAD|OPTIONS|PATCH|POST|PUT|DELETE) {_PATH}"),
                "target": Text(rf"{_TARGET}[a-z0-9]{{1,32}}"),
            },
            {"authorizationType": Text(choices=("NONE", "AWS_IAM", "JWT")), "authorizerId": _ID},
        ),
        _route,
        identity=("apiId", "routeKey"),
        verify=_names_its_authorizer,
    ),
    _part(
        _STAGE,
        StageDeclaration,
        Block(
            # Any other stage's name would be the beginning of every path.
            {"apiId": _ID, "name": Text(choices=("$default",)), "autoDeploy": Truth(only=True)},
            {
                "defaultRouteSettings": Block(
                    {}, {"throttlingRateLimit": Whole(1, 10_000), "throttlingBurstLimit": Whole(1, 5_000)}
                ),
                "accessLogSettings": Block({"destinationArn": arn("logs", "log-group:.+"), "format": Text(longest=3072)}),
                "description": _DESCRIPTION,
                "tags": TAGS,
            },
        ),
        _stage,
        identity=("apiId", "name"),
        verify=_logs_into_a_group,
        named=True,
    ),
)
