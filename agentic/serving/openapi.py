"""The OpenAPI 3.1 document, made from the table of routes and the types that it names."""

import re
from typing import Any

from agentic.serving import routes
from agentic.serving.declared import fields_of, is_required
from agentic.serving.json_schema import Schemas, property_of
from agentic.serving.problems import CONTENT_TYPE
from agentic.serving.routes import Access, Route
from agentic.serving.serving import Serving
from agentic.serving.shapes import ProblemDetails

# What any route may answer to a request that it does not even look at: who asks, from where, how often.
_ANY = (403, 413, 421, 429, 503)
_PATTERNS = {"run_id": r"^run_[0-9a-f]{16}$", "seq": r"^[1-9][0-9]{0,5}$"}
_TEXTS = {
    400: "The body is no JSON object",
    401: "Nobody that is known asks",
    403: "Asked from another site",
    404: "There is none, or it is another caller's",
    409: "It does not fit the state of the run, or the Idempotency-Key was used for another request",
    413: "The body is larger than 1 MiB",
    415: "The body is not announced as application/json",
    421: "Asked under a host name that is not this server's",
    422: "The request has faults; `detail` names them",
    429: "Too many requests or unfinished runs; `Retry-After` says when to try again",
    503: "The stack cannot do this now",
}
_HEADERS = {
    routes.IDEMPOTENCY_KEY: "the same key with the same body gives the same run, and starts no other",
    routes.LAST_EVENT_ID: "the id of the last event seen: the stream goes on behind it",
}


def document(serving: Serving) -> dict[str, Any]:
    """The document of the routes that this server has."""
    schemas = Schemas()
    paths: dict[str, Any] = {}
    for route in routes.ROUTES:
        if route.access is not Access.LOCAL or serving.machine is not None:
            paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Agentic API Developer", "version": serving.version},
        "paths": paths,
        "components": {
            "schemas": dict(sorted(schemas.components.items())),
            "securitySchemes": {"caller": {"type": "http", "scheme": "bearer"}},
        },
    }


def _operation(route: Route, schemas: Schemas) -> dict[str, Any]:
    content: dict[str, Any] = {"application/json": {"schema": schemas.answer(route.answer)}}
    if route.stream:
        content["text/event-stream"] = {"schema": {"type": "string"}}
    success: dict[str, Any] = {"description": " ".join((route.answer.__doc__ or "").split()), "content": content}
    if route.response_headers:
        success["headers"] = {name: {"required": True, "schema": {"type": "string"}} for name in route.response_headers}
    problem = {CONTENT_TYPE: {"schema": schemas.answer(ProblemDetails)}}
    problems = {str(status): {"description": _TEXTS[status], "content": problem} for status in sorted(_problems(route))}
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "responses": {str(route.status): success, **problems},
        "security": [] if route.access is Access.OPEN else [{"caller": []}],
    }
    if parameters := _parameters(route, schemas):
        operation["parameters"] = parameters
    if route.body:
        content = {"application/json": {"schema": schemas.request(route.body)}}
        operation["requestBody"] = {"required": True, "content": content}
    return operation


def _problems(route: Route) -> set[int]:
    problems = {*_ANY, *route.problems}
    if route.access is not Access.OPEN:
        problems.add(401)
    if route.body:
        problems |= {400, 415, 422}
    if route.query or route.request_headers or "{name}" in route.path:
        problems.add(422)
    return problems


def _parameters(route: Route, schemas: Schemas) -> list[dict[str, Any]]:
    parameters: list[dict[str, Any]] = []
    for name in re.findall(r"\{(\w+)\}", route.path):
        bounds = {"pattern": _PATTERNS[name]} if name in _PATTERNS else {"minLength": 1, "maxLength": 100}
        parameters.append({"name": name, "in": "path", "required": True, "schema": {"type": "string", **bounds}})
    for name, (wanted, item) in fields_of(route.query).items() if route.query else ():
        schema = property_of(schemas.request(wanted), item)
        described = {"description": schema.pop("description", "")}
        parameters.append({"name": name, "in": "query", "required": is_required(item), **described, "schema": schema})
    for name in route.request_headers:
        schema = {"type": "string", "maxLength": 200}
        parameters.append({"name": name, "in": "header", "required": False, "description": _HEADERS[name], "schema": schema})
    return parameters
