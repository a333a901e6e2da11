"""API Gateway's HTTP APIs on this machine: a listener on 127.0.0.1 for each, which asks who calls before any function runs.

How this differs from API Gateway:

- **Its address** is `http://127.0.0.1:PORT` instead of a name of its own over TLS, and another port after each start.
- **A body** may have 8 MiB instead of 10, and no header may be repeated.
- **An issuer's keys** are kept for five minutes instead of two hours. An issuer over plain HTTP is asked on 127.0.0.1 only,
  where AWS takes none.
- **The access log** is a file of the state folder; only a few of its variables have a value.
- There are no custom domains, no CORS, no scopes, no authorizer functions, no integrations but functions.
"""

from agentic.local.http_apis.declarations import (
    ApiDeclaration,
    AuthorizerDeclaration,
    IntegrationDeclaration,
    Part,
    RouteDeclaration,
    StageDeclaration,
)
from agentic.local.http_apis.http_apis import HttpApis

__all__ = [
    "ApiDeclaration",
    "AuthorizerDeclaration",
    "HttpApis",
    "IntegrationDeclaration",
    "Part",
    "RouteDeclaration",
    "StageDeclaration",
]
