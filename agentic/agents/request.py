"""What a person asks for: a run's request, from whatever way it came in by."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self, cast

from agentic.agents.declaration import ApiToChoose
from agentic.agents.routing import Routable, route
from agentic.agents.tools.generate_code import MAX_SCRIPT_BYTES
from agentic.core.errors import UsageError
from agentic.core.names import new_run_id
from agentic.core.turns import Turn
from agentic.core.values import Target, WriteMode

MAX_TASK_LENGTH = 4000


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRequest:
    """What a person asks for. `code` is given by `exec`: the person's own script instead of a generated one.

    `api` is empty where the task does not tell it: then it may be for one of `candidates` (`agentic.agents.routing`).
    `session` is one of `person`'s, who is told by whoever took the request in and never by the request itself. `names_api`
    says that the task names an API; `before` is what the session knows, once `FrontDoor.in_session` has looked. `limits` are
    the budgets to be lower than the stack's (`RunLimits`).
    """

    api: str
    task: str
    target: Target
    writes: WriteMode | None = None
    model: str = ""
    session: str = ""
    secret_id: str = ""
    code: str | None = None
    candidates: tuple[ApiToChoose, ...] = ()
    names_api: bool = False
    person: str = ""
    before: tuple[Turn, ...] | None = None
    limits: Mapping[str, float] = field(default_factory=dict[str, float])
    run_id: str = field(default_factory=new_run_id)

    @classmethod
    def of(cls, fields: Mapping[str, Any], apis: Sequence[Routable], target: Target, model: str, *, person: str = "") -> Self:
        """A request from JSON fields (task, api, writes, session, limits, code) to a stack with `apis`, whose API it chooses.

        Raises `UnknownApiError`, and `UsageError` for a script that does not tell its API.
        """
        task, code = str(fields.get("task") or ""), None if fields.get("code") is None else str(fields["code"])
        limits: Any = fields.get("limits") or {}
        if not isinstance(limits, Mapping):
            raise UsageError("the limits must be numbers by name", hint='such as {"writes": 3}')
        choice = route(apis, name=str(fields.get("api") or ""), task=task, code=code)
        return cls(
            api=choice.api,
            task=task,
            target=target,
            writes=WriteMode(fields["writes"]) if fields.get("writes") else None,
            model=model,
            session=str(fields.get("session") or ""),
            person=person,
            limits=cast("Mapping[str, float]", limits),
            names_api=choice.named,
            code=code,
            candidates=()
            if choice.api
            else tuple(ApiToChoose(api.name, api.title, api.words) for api in apis if api.name in choice.candidates),
        )


def check_request(request: RunRequest) -> None:
    """Raises `UsageError` for a request that nobody could carry out."""
    if not request.task.strip():
        raise UsageError("the task is empty", hint='try: agentic run "Create a Stripe customer named Alice"')
    if not request.api and (request.code is not None or not request.candidates):
        raise UsageError("no API is named", hint="name it with --api")
    if len(request.task) > MAX_TASK_LENGTH:
        raise UsageError(f"the task has {len(request.task)} characters; at most {MAX_TASK_LENGTH} are allowed")
    if request.code is not None and len(request.code.encode()) > MAX_SCRIPT_BYTES:
        raise UsageError(f"the script is larger than {MAX_SCRIPT_BYTES} bytes")
