"""Runs of a stack over its HTTP API: handed in, followed step by step, decided on. `--http` of the command line."""

import os
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from agentic.core.errors import LocalCloudError, MissingCredentialsError, UsageError
from agentic.interfaces.live import LiveView
from agentic.interfaces.over_http import TOKEN_VARIABLE, HttpApi, Proof, Signature, Token
from agentic.local import control

_WAIT_SECONDS = 20
_PAGE = 200
# What a run's step is in the words of the live view: the tool, whether it begins or ends, and the agent that uses it.
_STEPS = {
    "generating": ("invoke_generator", "start", "orchestrator"),
    "generated": ("generate_code", "end", "generator"),
    "validating": ("validate_code", "start", "executor"),
    "validated": ("validate_code", "end", "executor"),
    "executing": ("execute_code", "start", "executor"),
    "ended": ("execute_code", "end", "executor"),
}


class HttpStack:
    """One stack's runs, with what `agentic.interfaces.deployed.DeployedStack` offers of them."""

    def __init__(self, api: HttpApi, view: LiveView) -> None:
        self._api = api
        self._view = view
        self._cursors: dict[str, str] = {}

    def run(self, fields: Mapping[str, Any]) -> dict[str, Any]:
        """Hand the run in and follow it to its end or its question. Ctrl-C ends the run. Raises the API's problems."""
        names = ("task", "api", "writes", "model", "session", "limits", "code")
        body = {name: fields[name] for name in names if fields.get(name) not in (None, "", {})}
        accepted = self._api.post("/runs", body, key=uuid.uuid4().hex)
        return self._followed(str(accepted["run_id"]))

    def approve(self, run_id: str, pending: Mapping[str, Any], *, every: bool = False) -> dict[str, Any]:
        """Allow the write that `pending` showed, and follow the run on. Ctrl-C ends the run."""
        if run_id not in self._cursors:
            # What was before is known to whoever decides.
            self._cursors[run_id] = str(self._api.get(f"/runs/{run_id}/events")["next"])
        body = {"digest": pending["digest"], "lane": pending["lane"], "asked_at": pending["asked_at"], "every": every}
        self._api.post(f"/runs/{run_id}/approve", body)
        return self._followed(run_id)

    def reject(self, run_id: str) -> dict[str, Any]:
        self._api.post(f"/runs/{run_id}/reject")
        return self.result(run_id)

    def cancel(self, run_id: str) -> dict[str, Any]:
        self._api.post(f"/runs/{run_id}/cancel")
        return self.result(run_id)

    def result(self, run_id: str) -> dict[str, Any]:
        return self._api.get(f"/runs/{run_id}")

    def recent(self, limit: int, wanted: Mapping[str, str]) -> list[dict[str, Any]]:
        """The newest runs, of those that `wanted` (status, api, since, task) chooses."""
        found: list[dict[str, Any]] = []
        cursor = ""
        while len(found) < limit:
            chosen = {"status": wanted["status"], "api": wanted["api"], "since": wanted["since"], "words": wanted["task"]}
            page = self._api.get("/runs", limit=min(_PAGE, limit - len(found)), cursor=cursor, **chosen)
            found += page["runs"]
            cursor = str(page["next"])
            if not cursor:
                break
        return found[:limit]

    def sessions(self, action: str, name: str) -> Any:
        """As `FrontDoor.sessions`."""
        match action:
            case "list":
                return self._api.get("/sessions")["sessions"]
            case "show":
                return self._api.get(f"/sessions/{_segment(name)}")["turns"]
            case _:
                return self._api.delete(f"/sessions/{_segment(name)}")["forgotten"]

    def _followed(self, run_id: str) -> dict[str, Any]:
        try:
            self._follow(run_id)
        except KeyboardInterrupt:
            self._api.post(f"/runs/{run_id}/cancel")
            raise
        return self.result(run_id)

    def _follow(self, run_id: str) -> None:
        """Tell what happens until the run is over, or waits for a person."""
        waits = False
        while True:
            after = self._cursors.get(run_id, "")
            page = self._api.get(f"/runs/{run_id}/events", after=after, wait=0 if waits else _WAIT_SECONDS)
            for event in page["events"]:
                if told := as_live(event):
                    self._view(told)
                if event["type"] in ("pending", "status"):
                    # It may wait again before anybody has looked.
                    waits = event["type"] == "pending" or event["data"]["status"] == "paused"
            self._cursors[run_id] = str(page["next"])
            if page["done"] or (waits and not page["events"]):
                return


def as_live(event: Mapping[str, Any]) -> dict[str, Any] | None:
    """An event of a run as the live view knows it; None for what it does not tell."""
    data: Mapping[str, Any] = event["data"]
    match event["type"]:
        case "call":
            # It comes again when its state changes; only then has it been answered.
            if data["status"] is None and not data["refused"]:
                return None
            return {"kind": "call", "phase": "end", "name": f"{data['method']} {data['url']}", "facts": data}
        case "status" if data["status"] == "queued" and data["position"]:
            return {"kind": "queue", "phase": "start", "name": "", "facts": {"before": data["position"]}}
        case "step" if data["name"] in _STEPS:
            name, phase, agent = _STEPS[data["name"]]
            return {"kind": "tool", "phase": phase, "name": name, "facts": {**data["facts"], "agent": agent}}
        case _:
            return None


def http_stack(name: str, view: LiveView, *, local: bool) -> HttpStack:
    """The stack's HTTP API: of a deployed stack, or (`local`) of one on the background local cloud.

    Raises `UsageError` for a stack without one, `MissingCredentialsError` where nothing says who asks.
    """
    exports, proof = _local(name) if local or not name else _deployed(name)
    if not exports.get("http_url"):
        what = f"the stack {exports.get('environment', name)} has no HTTP API"
        raise UsageError(what, hint="set agentic:http to iam or jwt, then `agentic up` (docs/deploying.md)")
    token = os.environ.get(TOKEN_VARIABLE, "")
    if exports.get("http") == "jwt":
        if not token:
            raise MissingCredentialsError(
                f"the stack's HTTP API wants a token of its issuer, and {TOKEN_VARIABLE} is not set",
                hint=f"set {TOKEN_VARIABLE} to a token (docs/deploying.md)",
            )
        proof = Token(token)
    return HttpStack(HttpApi(str(exports["http_url"]), proof), view)


def _deployed(name: str) -> tuple[Mapping[str, Any], Proof]:
    from agentic.deployment import Stack

    with Stack(name) as opened:
        outputs = opened.outputs()

    def credentials() -> Any:
        import boto3  # pyright: ignore[reportMissingTypeStubs]

        session: Any = boto3.Session()
        found = session.get_credentials()
        if found is None:
            raise MissingCredentialsError("no AWS credentials were found", hint="log in (aws sso login, or AWS_PROFILE)")
        return found

    return outputs.all, Signature(credentials, outputs.region)


def _local(name: str) -> tuple[Mapping[str, Any], Proof]:
    folder = control.home()
    control.ensure(folder, lambda text: None)
    exports, keys = (_asked(folder, operation, name) for operation in ("exports", "credentials"))

    def credentials() -> Any:
        from botocore.credentials import Credentials  # pyright: ignore[reportMissingTypeStubs]

        return Credentials(keys["AWS_ACCESS_KEY_ID"], keys["AWS_SECRET_ACCESS_KEY"])

    return exports, Signature(credentials, str(keys["AWS_REGION"]))


def _asked(folder: Path, operation: str, stack: str) -> Mapping[str, Any]:
    with control.connect(folder) as remote:
        if remote is None:
            raise LocalCloudError("the background local cloud went away", hint="run the command again")
        return remote.request(operation, {"stack": stack}, lambda event: None)


def _segment(name: str) -> str:
    from urllib.parse import quote

    return quote(name, safe="")
