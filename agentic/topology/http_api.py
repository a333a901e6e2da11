"""The HTTP API on AWS: API Gateway in front of one function, with every route behind an authorizer."""

import json

import pulumi
import pulumi_aws as aws

from agentic.core.names import StackNames
from agentic.core.settings import JWT, Settings
from agentic.serving.routes import PAGES, ROUTES, Access
from agentic.topology.functions import Function
from agentic.topology.logs import log_group

LONGEST_SECONDS = 30
"""How long API Gateway waits for the function (quota of HTTP APIs: integration timeout)."""

_STAGE = "$default"
# A catch-all would be shorter; so, what is not in the table of routes never reaches code of ours.
_CLOSED = tuple(f"{route.method} {route.path}" for route in ROUTES if route.access is not Access.LOCAL)
# The console's own files, the same for everybody. A browser has no token yet when it asks for them, so with `jwt` they are
# given without one; with `iam`, which no browser can sign for, there is no console.
_FILES = tuple(f"GET {page.path}" for page in PAGES)
# No path, query, header or claim: an access log has no run's id, no token and nothing that a person wrote.
_LOGGED = {
    "at": "$context.requestTime",
    "request": "$context.requestId",
    "from": "$context.identity.sourceIp",
    "caller": "$context.identity.userArn",
    "route": "$context.routeKey",
    "status": "$context.status",
    "bytes": "$context.responseLength",
    "milliseconds": "$context.responseLatency",
    "error": "$context.error.responseType",
}


class HttpApi(pulumi.ComponentResource):
    """`url` has no slash at its end. Who is let in is the setting `http`: AWS identities (`iam`: those whose policies allow
    execute-api:Invoke on it) or holders of an issuer's tokens (`jwt`).
    """

    url: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        names: StackNames,
        settings: Settings,
        function: Function,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:HttpApi", name, None, opts)
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        api = aws.apigatewayv2.Api(
            name,
            name=names.http_api,
            description=f"Runs of the stack {names.environment}",
            protocol_type="HTTP",
            opts=self._child,
        )
        integration = aws.apigatewayv2.Integration(
            name,
            api_id=api.id,
            integration_type="AWS_PROXY",
            integration_uri=function.arn,
            payload_format_version="2.0",
            timeout_milliseconds=LONGEST_SECONDS * 1000,
            opts=self._child,
        )
        target = pulumi.Output.concat("integrations/", integration.id)
        permission = aws.lambda_.Permission(
            name,
            action="lambda:InvokeFunction",
            function=function.name,
            principal="apigateway.amazonaws.com",
            # Any stage, method and path of this API: there is one stage, and its routes are the list. The ARN names the
            # account; that API Gateway says it once more, as a source account, is not documented.
            source_arn=pulumi.Output.concat(api.execution_arn, "/*/*"),
            statement_id=names.http_api,
            opts=self._child,
        )
        routes = self._routes(api, target, settings)
        group = log_group(name, group_name=names.http_log_group, retention_days=settings.log_retention_days, opts=self._child)
        aws.apigatewayv2.Stage(
            name,
            api_id=api.id,
            name=_STAGE,
            auto_deploy=True,
            default_route_settings={
                "throttling_rate_limit": settings.http_rate,
                "throttling_burst_limit": settings.http_burst,
            },
            access_log_settings={"destination_arn": group.arn, "format": json.dumps(_LOGGED)},
            # What is deployed is complete.
            opts=pulumi.ResourceOptions(parent=self, depends_on=[permission, *routes]),
        )
        self.id = api.id
        self.url = api.api_endpoint
        self.register_outputs({"url": self.url})

    def _routes(
        self, api: aws.apigatewayv2.Api, target: pulumi.Output[str], settings: Settings
    ) -> list[aws.apigatewayv2.Route]:
        if settings.http != JWT:
            return [self._route(api, key, target, "AWS_IAM") for key in _CLOSED]
        authorizer = aws.apigatewayv2.Authorizer(
            self._name,
            api_id=api.id,
            name="issuer",
            authorizer_type="JWT",
            identity_sources=["$request.header.Authorization"],
            jwt_configuration={"issuer": settings.http_jwt_issuer, "audiences": list(settings.http_jwt_audience)},
            opts=self._child,
        )
        closed = [self._route(api, key, target, "JWT", authorizer.id) for key in _CLOSED]
        return [*closed, *(self._route(api, key, target, "NONE") for key in _FILES)]

    def _route(
        self,
        api: aws.apigatewayv2.Api,
        key: str,
        target: pulumi.Output[str],
        authorization: str,
        authorizer_id: pulumi.Output[str] | None = None,
    ) -> aws.apigatewayv2.Route:
        return aws.apigatewayv2.Route(
            f"{self._name} {key}",
            api_id=api.id,
            route_key=key,
            target=target,
            authorization_type=authorization,
            authorizer_id=authorizer_id,
            opts=self._child,
        )
