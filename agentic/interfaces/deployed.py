"""Runs on a stack that is deployed on AWS: the front door here, with the caller's own AWS identity."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from agentic.agents.conversation import takes_model
from agentic.agents.front_door import RunRequest
from agentic.agents.of_exports import front_door_of, services_of
from agentic.agents.routing import NotInstalled, Routable
from agentic.core.errors import MissingCredentialsError, UsageError
from agentic.core.values import PendingCall, RunResult, Target, to_json
from agentic.deployment import Outputs, Stack
from agentic.registry import Registry
from agentic.runs.recording import Recording
from agentic.runs.wanted import LISTED, Wanted

Clients = Callable[[str], Any]

# An orchestrator's whole run is one request: longer than any of them may take, and never sent twice.
_PATIENT: dict[str, Any] = {"read_timeout": 890, "connect_timeout": 10, "retries": {"total_max_attempts": 1}}


# How botocore names a session of a role where nobody else does (botocore.credentials, AssumeRoleCredentialFetcher).
_DRAWN = re.compile(r":(?:[\w-]+-session-\d{6,}|\d{10,})\Z")


class DeployedStack:
    """One stack's runs. `clients` gives boto3 clients by service, in the stack's region."""

    def __init__(self, outputs: Outputs, clients: Clients) -> None:
        self._outputs = outputs
        self._clients = clients
        self._door = front_door_of(outputs.all, services_of(outputs.all, clients), outputs.environment)

    def run(self, fields: dict[str, Any]) -> dict[str, Any]:
        """Carry out the request `fields` (as the local cloud takes them) and wait for its end. Ctrl-C ends the run."""
        person = self._person() if fields.get("session") else ""
        model = _model(str(fields.get("model") or ""))
        request = RunRequest.of(fields, self._apis(), Target.REAL, model, person=person)
        if request.model and not takes_model(self._outputs.orchestrator):
            raise UsageError(
                f"a stack with backend {self._outputs.backend} answers with its own models",
                hint="leave --model out, or set agentic:model.* and run `agentic up`",
            )
        try:
            result: RunResult = self._door.run(request)
        except KeyboardInterrupt:
            self._door.cancel(request.run_id)
            raise
        return to_json(result)

    def recent(self, limit: int, wanted: Wanted | None = None) -> list[dict[str, Any]]:
        runs = self._door.recent(limit, wanted)
        return [{fact: to_json(getattr(run, fact)) for fact in LISTED} for run in runs]

    def recording(self, run_id: str) -> Recording:
        return self._door.recording(run_id)

    def approve(self, run_id: str, pending: Mapping[str, Any], *, every: bool = False) -> dict[str, Any]:
        """Allow the write that `pending` showed, and go on. The record says whose AWS identity allowed it. Ctrl-C ends the run.

        Raises `UnknownRunError`, and `RefusedError` when the run waits with another call or with none.
        """
        try:
            result = self._door.approve(run_id, PendingCall.from_json(pending), self._approver(), every=every)
        except KeyboardInterrupt:
            self._door.cancel(run_id)
            raise
        return to_json(result)

    def reject(self, run_id: str) -> dict[str, Any]:
        """Do not allow what the run waits with: it ends as refused. Raises as `approve`."""
        return to_json(self._door.reject(run_id, self._approver()))

    def cancel(self, run_id: str) -> dict[str, Any]:
        """End the run now. Raises `UnknownRunError`."""
        self._door.cancel(run_id)
        return self.result(run_id)

    def result(self, run_id: str) -> dict[str, Any]:
        return to_json(self._door.result(run_id))

    def sessions(self, action: str, name: str) -> Any:
        """List the caller's sessions, show or clear one of them (`FrontDoor.sessions`)."""
        return self._door.sessions(action, self._person(), name)

    def _person(self) -> str:
        """Who asks, by AWS's word: the user, or the role with the name that this session of it has.

        Raises `UsageError` where an SDK has drawn that name: it is another one each time, and no session would be found again.
        """
        caller = self._clients("sts").get_caller_identity()
        person = f"{caller['Account']} {caller['UserId']}"
        if _DRAWN.search(person):
            hint = "give it one: role_session_name in the profile, or AWS_ROLE_SESSION_NAME"
            raise UsageError("sessions need a role session with a name of its own", hint=hint)
        return person

    def _approver(self) -> str:
        """The caller's own identity: an ARN. Everybody may ask AWS for it."""
        from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

        try:
            return str(self._clients("sts").get_caller_identity()["Arn"])
        except (BotoCoreError, ClientError) as error:
            raise MissingCredentialsError(f"AWS does not say who you are: {error}", hint="log in again") from error

    def _apis(self) -> list[Routable]:
        """The stack's APIs as the plugins installed here describe them."""
        installed = {spec.name: spec for spec in Registry.load()} if len(self._outputs.apis) > 1 else {}
        return [installed.get(name) or NotInstalled(name) for name in self._outputs.apis]


def deployed_stack(name: str) -> DeployedStack:
    """The stack `name` as its last update left it, asked with the credentials that boto3 finds."""
    with Stack(name) as opened:
        outputs = opened.outputs()
    return DeployedStack(outputs, aws_clients(outputs.region))


def aws_clients(region: str) -> Clients:
    """Clients with the credentials that boto3 finds. Raises `MissingCredentialsError` where it finds none."""
    import boto3  # pyright: ignore[reportMissingTypeStubs]
    from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

    session: Any = boto3.Session(region_name=region)
    if session.get_credentials() is None:
        raise MissingCredentialsError(
            "no AWS credentials were found", hint="log in (aws sso login, or AWS_PROFILE), or add --local for the local cloud"
        )
    made: dict[str, Any] = {}

    def client(service: str) -> Any:
        if service not in made:
            patient = service.startswith("bedrock") or service == "lambda"
            made[service] = session.client(service, config=Config(**_PATIENT) if patient else None)
        return made[service]

    return client


def _model(name: str) -> str:
    """The model id that takes the place of the agents' own; empty for these."""
    provider, _, model = name.partition(":")
    if name and provider != "bedrock":
        raise UsageError(f"a deployed stack asks Bedrock's models only, not {name}", hint="leave --model out, or bedrock:ID")
    return model
