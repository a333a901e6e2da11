"""run_code, the wall: runs one script in the sandbox and carries its requests to the broker. Holds nothing worth stealing.

One zygote per function process, with the API's SDK imported and warm before the first event; each event gets a child.
"""

import json
from collections.abc import Callable
from typing import Any, cast

from agentic.agents.tools.services import Services
from agentic.broker.ca import Authority
from agentic.broker.refusal import refuse
from agentic.broker.relay import Relay
from agentic.core.errors import BrokerError
from agentic.core.spec import ApiSpec
from agentic.core.values import to_json
from agentic.core.wire import HttpRequest, HttpResponse
from agentic.sandbox import Sandbox, SandboxPolicy

_LAMBDA_PAYLOAD = 6_000_000


def wall(services: Services) -> Callable[[Any, Any], dict[str, Any]]:
    """A Lambda handler for one API's `run_code`. Its answer is an outcome as JSON, which nobody has to believe."""
    spec = services.specs[services.setting("api")]
    sandbox = Sandbox(spec.sdk, python_path=(services.environ["LAMBDA_TASK_ROOT"],))
    services.client("lambda")
    sandbox.start()
    authority = Authority()
    hosts = frozenset(host.name for host in spec.hosts)

    def handle(event: Any, context: Any) -> dict[str, Any]:
        policy = SandboxPolicy(
            environment=spec.environment, seconds=float(event["seconds"]), output_bytes=int(event["output_bytes"])
        )
        relay = Relay(hosts, _exchange(services, spec, str(event["grant"])), authority, refusal=spec.refusal)
        return to_json(sandbox.run(str(event["code"]), policy, relay))

    return handle


def _exchange(services: Services, spec: ApiSpec, grant: str) -> Callable[[HttpRequest], HttpResponse]:
    """The way to the API's `call_api`: one invocation per request of the script."""
    client, function = services.client("lambda"), services.setting("call_api")

    def exchange(request: HttpRequest) -> HttpResponse:
        payload = json.dumps({"grant": grant, "request": request.to_json()}).encode()
        if len(payload) > _LAMBDA_PAYLOAD:
            return refuse(spec.refusal, "Refused by the broker: the request is larger than 4 MB", status=413)
        answer = client.invoke(FunctionName=function, Payload=payload)
        content: Any = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError") or not isinstance(content, dict):
            raise BrokerError("the broker failed")
        if "error" in content:
            return refuse(spec.refusal, f"Refused by the broker: {content['error']['message']}")
        return HttpResponse.from_json(cast("dict[str, Any]", content))

    return exchange
