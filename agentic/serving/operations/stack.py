"""What a stack offers: its APIs, the validator, the caller's sessions, and the machine that it is served from."""

from agentic.agents.routing import route
from agentic.core.spec import ApiSpec
from agentic.core.turns import Turn
from agentic.core.values import Target
from agentic.runs.sessions import Session
from agentic.serving.asked import Answer, Asked
from agentic.serving.problems import Problem
from agentic.serving.serving import Machine
from agentic.serving.shapes import (
    About,
    Api,
    Apis,
    Doctor,
    Example,
    Forgotten,
    Health,
    Judged,
    Plugins,
    SessionList,
    SessionView,
    Validate,
)


def list_apis(asked: Asked) -> Answer:
    return Answer(Apis(apis=tuple(_api(spec, asked.serving.target) for spec in asked.serving.specs.values())))


def validate_script(asked: Asked) -> Answer:
    """Raises `UnknownApiError`, and `UsageError` for a script that does not tell its API."""
    body, specs = asked.body, tuple(asked.serving.specs.values())
    assert isinstance(body, Validate)  # noqa: S101 # as the route declares
    api = route(specs, name=body.api, code=body.code).api
    verdict = asked.serving.judge(api, body.code.encode())
    return Answer(Judged(api=api, valid=verdict.valid, findings=verdict.findings))


def list_sessions(asked: Asked) -> Answer:
    sessions = asked.serving.door.sessions("list", asked.caller.person, "")
    return Answer(SessionList(sessions=tuple(Session(**session) for session in sessions)))


def show_session(asked: Asked) -> Answer:
    name = asked.path["name"]
    turns = asked.serving.door.sessions("show", asked.caller.person, name)
    return Answer(SessionView(name=name, turns=tuple(Turn.from_json(turn) for turn in turns)))


def clear_session(asked: Asked) -> Answer:
    name = asked.path["name"]
    return Answer(Forgotten(name=name, forgotten=asked.serving.door.sessions("clear", asked.caller.person, name)))


def list_plugins(asked: Asked) -> Answer:
    return Answer(Plugins(plugins=tuple(_machine(asked).plugins())))


def doctor(asked: Asked) -> Answer:
    found = _machine(asked).doctor()
    return Answer(Doctor(healthy=bool(found["healthy"]), items=tuple(found["items"])))


def about(asked: Asked) -> Answer:
    serving = asked.serving
    found = About(
        version=serving.version,
        local=serving.machine is not None,
        target=serving.target,
        model=serving.read_model(""),
        caller=asked.caller.name,
        stack=serving.stack,
    )
    return Answer(found)


def document(asked: Asked) -> Answer:
    # Here, not at the top: a function that is asked for anything else does without it.
    from agentic.serving.openapi import document as openapi

    return Answer(openapi(asked.serving))


def health(asked: Asked) -> Answer:
    return Answer(Health(status="ok"))


def _machine(asked: Asked) -> Machine:
    if asked.serving.machine is None:
        raise Problem(404, "not_found", "only `agentic serve` has this")
    return asked.serving.machine


def _api(spec: ApiSpec, target: Target) -> Api:
    return Api(
        name=spec.name,
        title=spec.title,
        families=tuple(sorted(spec.families)),
        closed=spec.closed,
        hosts=tuple(host.name for host in spec.hosts),
        examples=tuple(Example(name=recipe.name, task=recipe.task) for recipe in spec.recipes),
        writes="allow" if target is Target.FAKE else "by_key",
    )
