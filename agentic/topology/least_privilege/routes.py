"""Rules for what the internet can ask: every route of an HTTP API asks who is calling."""

from collections.abc import Iterator

from agentic.topology.least_privilege.finding import Fault
from agentic.topology.least_privilege.plan import Plan

# Files of the console, which are the same for everybody: a browser has no token yet when it asks for them.
_FILES = ("GET /", "GET /static/")


def guarded_routes(plan: Plan) -> Iterator[Fault]:
    """Every route has an authorizer, except those of the console's own files; none takes what is not in the list."""
    for route in plan.of("aws:apigatewayv2/route:Route"):
        key, authorization = str(route.inputs.get("routeKey")), route.inputs.get("authorizationType")
        is_file = key == _FILES[0] or key.startswith(_FILES[1])
        guarded = authorization == "AWS_IAM" or (authorization == "JWT" and route.inputs.get("authorizerId"))
        if not guarded and not (is_file and authorization == "NONE"):
            yield Fault(route, f"lets everybody ask {key}", "give it an authorizer")
        if key == "$default" or key.startswith("ANY ") or ("+}" in key and not is_file):
            yield Fault(route, f"takes whatever {key} may mean", "name each method and path")
