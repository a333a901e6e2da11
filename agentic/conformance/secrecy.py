"""Whether the key stays where it belongs: with the broker, and in what it sends."""

import json
from collections.abc import Iterator

from agentic.core.values import to_json
from agentic.core.wire import HttpRequest, HttpResponse

from . import echo
from .honest import FOREIGN_HOST
from .stage import Stage


def visible(stage: Stage) -> Iterator[str]:
    """Where the key is seen: in what recipes print or get, in the journal, in logs, or in an answer that echoes its request."""
    values = [value for value in stage.secret.values() if value]
    for recipe in stage.spec.recipes:
        ran = stage.recipe(recipe)
        texts = {
            "output": ran.outcome.stdout + ran.outcome.stderr,
            "journal": json.dumps(to_json(ran.calls)),
            "answers": "\n".join(map(_text, ran.answers)),
        }
        for where, text in texts.items():
            if any(value in text for value in values):
                yield f"the key is in the {where} of the recipe {recipe.name!r}"
    if any(value in stage.log for value in values):
        yield "the key is in a line that was logged while recipes ran"
    for operation, request in echo.requests(stage.spec):
        answer, _ = echo.call(stage.spec, stage.secret, echo.EchoTransport(), request)
        if any(value in _text(answer) for value in values):
            hint = "a key has 8 characters or more, so that it can be told from other text"
            yield f"{operation.method} {operation.path}: an API that gives the request back gives the script the key; {hint}"


def elsewhere(stage: Stage) -> Iterator[str]:
    """The foreign hosts to which the broker sends a request."""
    own = stage.spec.hosts[0].name.replace("*", "some", 1)
    for name in (FOREIGN_HOST, f"{own}.{FOREIGN_HOST}"):
        upstream = echo.EchoTransport()
        _, refused = echo.call(stage.spec, stage.secret, upstream, HttpRequest("GET", f"https://{name}/"))
        if upstream.sent or not refused or stage.spec.host(name) is not None:
            yield f"the broker sends requests, with the key, to {name}: declare only hosts of the API's own"


def _text(answer: HttpResponse) -> str:
    return str((answer.headers, answer.body.decode("latin-1")))
