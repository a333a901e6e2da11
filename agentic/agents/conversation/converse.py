"""Asks an agent and waits for its answer."""

import re
from collections.abc import Callable
from typing import Any, Protocol

from agentic.agents.conversation import classic, harness, workflow
from agentic.agents.conversation.instances import instance_for
from agentic.agents.conversation.patience import Patience
from agentic.agents.conversation.reply import NO_BOUNDS, Bounds, Reply, aws_words
from agentic.core.errors import ConfigurationError, ModelError


class Ask(Protocol):
    """A way of asking: client, ARN, session, message and model."""

    def __call__(
        self, client: Any, arn: str, session: str, message: str, model: str, /, *, bounds: Bounds = NO_BOUNDS
    ) -> Reply: ...


# The service of the ARN and the kind of resource in it, to the client that asks it and how.
_KINDS: dict[tuple[str, str], tuple[str, Ask]] = {
    ("bedrock-agentcore", "harness"): ("bedrock-agentcore", harness.ask),
    ("bedrock", "agent-alias"): ("bedrock-agent-runtime", classic.ask),
    ("states", "stateMachine"): ("stepfunctions", workflow.ask),
}
# They answer with the model that they were deployed with, whatever a request asks for.
_WITH_THEIR_OWN_MODEL: tuple[Ask, ...] = (classic.ask, workflow.ask)
_PATIENT = Patience()
_ARN = re.compile(r"arn:[^:]+:([^:]+):[^:]*:[^:]*:([^:/]+)[:/].+")


def converse(
    client: Callable[[str], Any],
    agent_arn: str,
    session: str,
    message: str,
    model: str = "",
    bounds: Bounds = NO_BOUNDS,
    patience: Patience = _PATIENT,
) -> Reply:
    """Send `message` to the agent and wait for its answer. `client` gives a boto3 client by the service's name.

    `agent_arn` is the agent's, or has those of all its instances, one of which is asked (`instance_for`).

    `model` takes the place of the agent's own, and `bounds` of its limits, where the backend can. Where there are too many
    requests it is asked again, as `patience` has it.
    Raises `ModelError` when agent or model fail.
    """
    from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]

    agent_arn = instance_for(agent_arn, session)
    service, ask = _kind(agent_arn)
    try:
        asked = client(service)
        return patience.asked(lambda: ask(asked, agent_arn, session, message, model, bounds=bounds), bounds.goes_on)
    # EventStreamError, the failure in mid-stream, is a ClientError too.
    except ClientError as error:
        words, kind = aws_words(error)
        raise ModelError(words, kind=kind) from error
    except BotoCoreError as error:
        raise ModelError(f"the agent did not answer: {error}") from error


def client_of(agent_arn: str) -> str:
    """The service whose client asks the agent. Raises `ConfigurationError` for an agent of no known kind."""
    return _kind(agent_arn)[0]


def takes_model(agent_arn: str) -> bool:
    """Whether a request may choose another model than the agent's own. Raises like `client_of`."""
    return _kind(agent_arn)[1] not in _WITH_THEIR_OWN_MODEL


def _kind(agent_arn: str) -> tuple[str, Ask]:
    # All instances of an agent are of one kind.
    found = _ARN.fullmatch(agent_arn.partition(" ")[0])
    known = _KINDS.get((found[1], found[2])) if found else None
    if known is None:
        raise ConfigurationError(f"{agent_arn} is not an agent of a kind that is known here")
    return known
