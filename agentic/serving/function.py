"""The function `http_api`: the app as a Lambda handler for API Gateway's events."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, cast

from mangum import Mangum

from agentic.agents.of_function import front_door, submitter
from agentic.agents.tools.services import Services
from agentic.agents.tools.validate_code import judge
from agentic.core.names import StackNames
from agentic.core.values import Target, Verdict
from agentic.serving.app import app
from agentic.serving.console_files import console_files
from agentic.serving.gateway import GatewayAuthentication
from agentic.serving.looking import Looking
from agentic.serving.models import of_stack, offline_only
from agentic.serving.problems import CONTENT_TYPE
from agentic.serving.quotas import RequestCounts
from agentic.serving.serving import Serving

# API Gateway ends a request after 30 seconds; a run that is waited for is read as seldom as a person does not notice.
_LOOK_SECONDS = 1.0
# What goes to API Gateway as it is; the rest as base64.
_TEXTS = ["text/", "application/json", CONTENT_TYPE, "image/svg+xml"]


def handler(services: Services) -> Callable[[Mapping[str, Any], Any], dict[str, Any]]:
    """Of the settings `environment`, `table`, `bucket`, `queue_url`, `caller_requests` and those of the front door."""
    door = front_door(services)
    for service in ("dynamodb", "sqs"):
        services.client(service)

    def judged(api: str, code: bytes) -> Verdict:
        return judge(services, api, code)

    serving = Serving(
        door=door,
        looking=Looking(services, StackNames(services.setting("environment"))),
        submitter=submitter(services, door),
        specs=services.specs,
        authentication=GatewayAuthentication(),
        counting=RequestCounts(
            lambda: services.client("dynamodb"),
            services.setting("table"),
            int(services.setting("caller_requests")),
            services.clock,
        ),
        judge=judged,
        stack=services.setting("environment"),
        # The local cloud has no real API behind its functions, and no TLS before them.
        scheme="http" if services.environ.get("AGENTIC_FAKE") else "https",
        target=Target.FAKE if services.environ.get("AGENTIC_FAKE") else Target.REAL,
        read_model=offline_only if services.environ.get("AGENTIC_FAKE") else of_stack(services.setting("orchestrator")),
        files=console_files(),
        look_seconds=_LOOK_SECONDS,
        streams=False,
    )
    # Mangum takes the thread's loop, of which there is none here yet.
    asyncio.set_event_loop(asyncio.new_event_loop())
    asgi: Any = Mangum(app(serving), lifespan="off", text_mime_types=_TEXTS)

    def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
        return cast("dict[str, Any]", asgi(event, context))

    return handle
