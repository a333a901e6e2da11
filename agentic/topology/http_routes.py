"""What API Gateway lets through to the function `http_api`: every route of the HTTP API that exists on AWS, by name.

A catch-all route would be shorter; with one route each, what is not in this list never reaches code of ours.
"""

ROUTES: tuple[str, ...] = (
    "GET /about",
    "GET /apis",
    "GET /health",
    "GET /openapi.json",
    "GET /runs",
    "POST /runs",
    "GET /runs/{run_id}",
    "GET /runs/{run_id}/calls/{seq}",
    "GET /runs/{run_id}/events",
    "POST /runs/{run_id}/approve",
    "POST /runs/{run_id}/cancel",
    "POST /runs/{run_id}/reject",
    "GET /sessions",
    "DELETE /sessions/{name}",
    "GET /sessions/{name}",
    "POST /validate",
)
"""Routes with data, as API Gateway spells them: always behind the authorizer."""

CONSOLE_ROUTES: tuple[str, ...] = ("GET /", "GET /static/{path+}")
"""The console's own files, the same for everybody. A browser has no token yet when it asks for them, so with `jwt` they are
served without one; with `iam`, which no browser can sign for, there is no console."""
