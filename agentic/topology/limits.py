"""Names and numbers that AWS would refuse late, in the middle of a deployment, found before it starts."""

import re
from collections.abc import Iterable, Iterator

from agentic.agents.declaration import Agent
from agentic.core.errors import ConfigurationError
from agentic.core.names import StackNames
from agentic.core.settings import Settings
from agentic.topology.functions import LONGEST_SECONDS, sizes

HARNESS_RANDOM = 6

_STACK = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]*[a-z0-9]")
# The only ones that CloudWatch Logs takes (reference: PutRetentionPolicy).
_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
_LONGEST = {"bucket": 63, "function": 64, "gateway": 48, "harness": 40, "role": 64, "tool pattern": 64}


def check(
    names: StackNames, settings: Settings, agents: Iterable[Agent], bucket_name: str, function_names: Iterable[str]
) -> None:
    """Raises `ConfigurationError` with every fault."""
    faults = [*_names(names, agents, bucket_name, function_names), *_numbers(settings)]
    if faults:
        raise ConfigurationError("; ".join(faults), hint="a stack name of 15 characters fits everywhere")


def _names(names: StackNames, agents: Iterable[Agent], bucket_name: str, function_names: Iterable[str]) -> Iterator[str]:
    made = [("bucket", bucket_name), *(("function", name) for name in function_names)]
    for agent in agents:
        made.append(("gateway", names.gateway(agent.name)))
        made.append(("harness", names.harness(agent.name, "x" * HARNESS_RANDOM)))
        made.append(("role", f"{names.prefix}-{agent.name}-gateway"))
        made += [("tool pattern", pattern) for pattern in agent.allowed_tools]
    for kind in _LONGEST:  # the longest of each kind speaks for the others
        name = max((name for other, name in made if other == kind), key=len)
        if len(name) > _LONGEST[kind]:
            yield f"the {kind} name {name} has {len(name)} characters, AWS takes {_LONGEST[kind]}"
    if not _STACK.fullmatch(names.environment):
        yield f"the stack's name {names.environment} must be lower-case letters and digits, joined by hyphens"
    elif not _BUCKET.fullmatch(bucket_name):
        yield f"the bucket name {bucket_name} may have lower-case letters, digits and hyphens only (agentic:bucket_suffix)"


def _numbers(settings: Settings) -> Iterator[str]:
    if settings.log_retention_days not in _RETENTION_DAYS:
        choices = ", ".join(map(str, _RETENTION_DAYS))
        yield f"agentic:log_retention_days must be one of {choices}, not {settings.log_retention_days}"
    for function, size in sizes(settings).items():
        if size.timeout_seconds > LONGEST_SECONDS:
            needed = f"{function} needs {size.timeout_seconds} s"
            yield f"with agentic:run_seconds {settings.run_seconds} {needed}, AWS allows {LONGEST_SECONDS}"
