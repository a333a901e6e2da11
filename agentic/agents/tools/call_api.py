"""call_api, the broker's function: the only one that can read the API's key. Trusts nothing but a valid grant."""

import json
import random
import time
import traceback
from collections.abc import Callable, Mapping
from typing import Any, cast

from agentic.agents.tools.services import Services
from agentic.broker.broker import Broker
from agentic.broker.gate import SharedGate
from agentic.broker.transport import FakeTransport, HttpsTransport, Transport
from agentic.core.errors import BrokerError, RefusedError, RunStopped
from agentic.core.names import PROJECT, run_of, stack_of_secret
from agentic.core.settings import REFUSE
from agentic.core.values import Target
from agentic.core.wire import HttpRequest, Origin
from agentic.runs.outside import OutsideTable
from agentic.runs.record import TakenCall

# How long a key is used before it is read again: a changed key counts after this time at the latest.
_SECRET_SECONDS = 60.0


def broker(services: Services) -> Callable[[Any, Any], dict[str, Any]]:
    """A Lambda handler for one API's `call_api`. Locally AGENTIC_FAKE says where the API's fake answers."""
    spec = services.specs[services.setting("api")]
    transports: dict[Target, Transport] = {Target.REAL: HttpsTransport()}
    if fake := services.environ.get("AGENTIC_FAKE"):
        transports[Target.FAKE] = FakeTransport(fake)
    for service in ("dynamodb", "secretsmanager"):
        services.client(service)
    live_keys = services.setting("live_keys") == "true"
    # Refused only where the stack says so: with any other word a person is asked.
    repeats = services.environ.get("AGENTIC_REPEATED_WRITES") != REFUSE
    outside = OutsideTable(services.client("dynamodb"), services.setting("table"), clock=services.clock)

    def note(name: str, taken: TakenCall, numbers: Mapping[str, float]) -> None:
        services.tell(_counted(name, {"api": spec.name, "target": str(taken.target)}, taken.run_id, services.clock(), numbers))

    gate = SharedGate(spec, outside, now=services.clock, sleep=services.sleep, chance=random.random, note=note)
    the_broker = Broker(
        spec, services.store.ledger, _secrets(services), transports, live_keys=live_keys, repeats=repeats, gate=gate
    )

    def handle(event: Any, context: Any) -> dict[str, Any]:
        grant = ""
        try:
            grant, request, origin = _received(event)
            return the_broker.call(grant, request, origin).to_json()
        except RunStopped as end:
            if end.reason == "stopped":
                # A call of a run that has ended, or beyond its limit.
                services.tell(_refusal(spec.name, end.reason, run_of(grant), services.clock()))
            return {"stop": {"reason": end.reason, "message": end.message}}
        except RefusedError as error:
            services.tell(_refusal(spec.name, str(error.data.get("reason", "")), run_of(grant), services.clock()))
            return {"error": {"code": error.code, "message": error.message}}
        # Who asked is hostile: what broke here, and where, is for the log. Even there without the error's own words, which
        # may hold anything that passed through here.
        except Exception as error:  # noqa: BLE001
            services.tell("".join([*traceback.format_tb(error.__traceback__), type(error).__name__]))
            raise BrokerError("the broker failed; its log says where") from None

    return handle


def _received(event: Any) -> tuple[str, HttpRequest, Origin]:
    """Grant, request and where that comes from, if the event has them. Raises `RefusedError` with data `reason`."""
    fields = cast("dict[str, Any]", event) if isinstance(event, dict) else {}
    grant: object = fields.get("grant")
    if not isinstance(grant, str):
        raise RefusedError("the grant is not valid", reason="grant")
    try:
        return grant, HttpRequest.from_json(fields["request"]), Origin.from_json(fields.get("origin", {}))
    except (KeyError, TypeError, ValueError):
        raise RefusedError("this is no request", reason="request") from None


def _refusal(api: str, reason: str, run_id: str, now: float) -> str:
    """A log line that CloudWatch also counts (embedded metric format): what no record counts, an alarm can.

    It names the run that the grant claims to be of, never the grant. Whoever sends a wrong grant chooses that name:
    it is for reading, not for acting on.
    """
    return _counted("refused_calls", {"api": api, "reason": reason or "grant"}, run_id, now)


def _counted(name: str, by: Mapping[str, str], run_id: str, now: float, numbers: Mapping[str, float] | None = None) -> str:
    """One more of what `name` counts. Beside it stand `numbers`, which are no metrics."""
    metric = {"Namespace": PROJECT, "Dimensions": [list(by)], "Metrics": [{"Name": name, "Unit": "Count"}]}
    counted = {"_aws": {"Timestamp": int(now * 1000), "CloudWatchMetrics": [metric]}}
    return json.dumps({**counted, **by, name: 1, "run_id": run_id, **(numbers or {})})


def _secrets(services: Services) -> Callable[[str], Mapping[str, str]]:
    kept: dict[str, tuple[float, dict[str, str]]] = {}

    def secret(secret_id: str) -> Mapping[str, str]:
        name = secret_id or services.setting("secret")
        read_at, fields = kept.get(name, (0.0, {}))
        if fields and time.monotonic() - read_at < _SECRET_SECONDS:
            return fields
        client = services.client("secretsmanager")
        try:
            text = client.get_secret_value(SecretId=name)["SecretString"]
        except client.exceptions.ClientError as error:
            raise BrokerError(_unreadable(services, error, for_run=bool(secret_id))) from None
        fields = _fields(services, text)
        kept[name] = (time.monotonic(), fields)
        if secret_id:
            # Of keys for one run, only the newest is kept.
            for other in [known for known in kept if known not in {name, services.setting("secret")}]:
                del kept[other]
        return fields

    return secret


def _unreadable(services: Services, error: Any, *, for_run: bool) -> str:
    """Why there is no key, for the person. Neither the secret's name nor AWS's own text: the script reads this too."""
    code = getattr(error, "response", {}).get("Error", {}).get("Code", type(error).__name__)
    if code != "ResourceNotFoundException":
        return f"the API's key cannot be read ({code})"
    return "this run's key is not there any more" if for_run else f"the API has no key yet; {_how_to_set(services)}"


def _fields(services: Services, text: str) -> dict[str, str]:
    """The secret's fields. Raises `BrokerError` for what `agentic keys set` did not write."""
    try:
        stored: Any = json.loads(text)
        if isinstance(stored, dict) and stored:
            return {str(key): str(value) for key, value in cast("dict[Any, Any]", stored).items()}
    except ValueError:
        pass
    raise BrokerError(f"the API's key is stored in a form that no API's key has; {_how_to_set(services)}")


def _how_to_set(services: Services) -> str:
    api = services.setting("api")
    stack = stack_of_secret(services.setting("secret"), api)
    options = f" --stack {stack}" if stack else ""
    return f"set it with `agentic keys set {api}{options}{' --local' if stack and 'AGENTIC_FAKE' in services.environ else ''}`"
