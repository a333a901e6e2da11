"""run_code, the wall: runs one script in the sandbox and carries its requests to the broker. Holds nothing worth stealing.

One zygote per function process, with the API's SDK imported and warm before the first event; each event gets a child.
"""

import contextlib
import json
from collections.abc import Callable
from typing import Any, cast

from agentic.agents.tools.services import Services
from agentic.broker.ca import Authority
from agentic.broker.refusal import refuse
from agentic.broker.relay import Exchange, Relay
from agentic.core.errors import RunStopped, SandboxError
from agentic.core.limits import RunLimits
from agentic.core.spec import ApiSpec
from agentic.core.values import Outcome, to_json
from agentic.core.wire import HttpRequest, HttpResponse, Origin
from agentic.sandbox import Pins, Sandbox, SandboxPolicy, Terms, not_dumpable

_LAMBDA_PAYLOAD = 6_000_000
_ASKED_AGAIN = 3


def wall(services: Services) -> Callable[[Any, Any], dict[str, Any]]:
    """A Lambda handler for one API's `run_code`. Its answer is an outcome as JSON, which nobody has to believe."""
    spec = services.specs[services.setting("api")]
    terms = _terms(services)
    if terms.own_function:
        # Its credentials are in its environment, and the script's process has the same user.
        not_dumpable()
    sandbox = Sandbox(spec.sdk, python_path=(services.environ["LAMBDA_TASK_ROOT"],), terms=terms)
    services.client("lambda")
    # The time of the first event is not spent on imports; a reason not to start is told with each event.
    with contextlib.suppress(SandboxError):
        sandbox.start()
    authority = Authority()
    hosts = frozenset(host.name for host in spec.hosts)

    def handle(event: Any, context: Any) -> dict[str, Any]:
        pins = event.get("pins")
        policy = SandboxPolicy(
            environment=spec.environment,
            seconds=float(event["seconds"]),
            output_bytes=int(event["output_bytes"]),
            flood_bytes=int(event.get("flood_bytes", RunLimits().output_bytes)),
            pins=Pins.from_json(pins) if pins else None,
        )
        relay = Relay(hosts, _exchange(services, spec, str(event["grant"])), authority, refusal=spec.refusal)
        try:
            return to_json(sandbox.run(str(event["code"]), policy, relay))
        except SandboxError as error:
            return to_json(Outcome(success=False, reason="sandbox", stderr=f"{error.message}\n{error.hint}"))

    return handle


def _terms(services: Services) -> Terms:
    """On AWS the function is the wall, because the kernel offers none there; on a machine of ours the kernel is."""
    environ = services.environ
    on_lambda = environ.get("AWS_EXECUTION_ENV", "").startswith("AWS_Lambda_") and "AGENTIC_LOCAL" not in environ
    require = tuple(name for name in services.setting("sandbox_require").split(",") if name)
    return Terms(require=require, own_function=on_lambda)


def _exchange(services: Services, spec: ApiSpec, grant: str) -> Exchange:
    """The way to the API's `call_api`: one invocation per request of the script."""
    client, function = services.client("lambda"), services.setting("call_api")

    def exchange(request: HttpRequest, origin: Origin) -> HttpResponse:
        event = {"grant": grant, "request": request.to_json(), "origin": origin.to_json()}
        payload = json.dumps(event).encode()
        if len(payload) > _LAMBDA_PAYLOAD:
            return refuse(spec.refusal, "Refused by the broker: the request is larger than 4 MB", status=413)
        content = _asked(lambda: client.invoke(FunctionName=function, Payload=payload))
        if "stop" in content:
            stop = cast("dict[str, Any]", content["stop"])
            raise RunStopped(str(stop["reason"]), str(stop["message"]))
        if "error" in content:
            return refuse(spec.refusal, f"Refused by the broker: {content['error']['message']}")
        return HttpResponse.from_json(content)

    return exchange


def _asked(invoke: Callable[[], Any]) -> dict[str, Any]:
    """The broker's answer. One that broke off is asked again: it knows the request by its number, and does nothing twice."""
    from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

    for _ in range(_ASKED_AGAIN):
        try:
            answer = invoke()
        except (BotoCoreError, ClientError):
            continue
        content: Any = json.loads(answer["Payload"].read() or b"null")
        if not answer.get("FunctionError") and isinstance(content, dict):
            return cast("dict[str, Any]", content)
    # The script must not go on: it would take a write that may have been done for one that failed.
    raise RunStopped("broker", "the broker failed")
