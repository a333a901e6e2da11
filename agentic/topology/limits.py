"""Names and numbers that AWS would refuse late, in the middle of a deployment, found before it starts."""

import re
from collections.abc import Iterable, Iterator, Mapping

from agentic.agents.declaration import EXECUTOR, GENERATOR, ORCHESTRATOR, Agent, generators
from agentic.core.errors import ConfigurationError
from agentic.core.names import StackNames, is_stack_name
from agentic.core.settings import SHARED, Settings
from agentic.topology.functions import LONGEST_SECONDS, sizes

HARNESS_RANDOM = 6

# Of a Bedrock agent (pulumi_aws, AgentAgent.instruction; service quota L-6E3CDA2D).
_SHORTEST_INSTRUCTION, _LONGEST_INSTRUCTION = 40, 20_000

_BUCKET = re.compile(r"[a-z0-9][a-z0-9-]*[a-z0-9]")
# The only ones that CloudWatch Logs takes (reference: PutRetentionPolicy).
_RETENTION_DAYS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)
# Each one waits for the one before it. call_api is waited for by run_code, request by request: relay and SDK have time-outs
# of their own, and the script's time ends it.
_TOOLS_THAT_WAIT = ("invoke_generator", "invoke_executor")
_RUN = (("run_code", "execute_code"),)
_AGENTS = (
    ("execute_code", EXECUTOR),
    (EXECUTOR, "invoke_executor"),
    ("invoke_executor", ORCHESTRATOR),
    ("generate_code", GENERATOR),
    (GENERATOR, "invoke_generator"),
    ("invoke_generator", ORCHESTRATOR),
    (ORCHESTRATOR, "worker"),
)
_LONGEST = {"bucket": 63, "function": 64, "gateway": 48, "harness": 40, "queue": 80, "role": 64, "tool pattern": 64}


def check(
    names: StackNames, settings: Settings, agents: Mapping[str, Agent], bucket_name: str, function_names: Iterable[str]
) -> None:
    """Raises `ConfigurationError` with every fault. `agents` by name."""
    misnamed = list(_names(names, agents.values(), bucket_name, function_names, settings.agent_instances))
    faults = [
        *misnamed,
        *_numbers(settings),
        *_instructions(settings, agents.values()),
        *_time_outs(settings, _longest(agents.values())),
    ]
    if faults:
        raise ConfigurationError("; ".join(faults), hint="a stack name of 15 characters fits everywhere" if misnamed else "")


def instance_ending(number: int) -> str:
    """How the names of an agent's further instances end; its first one is number 0."""
    return f"-{number + 1}" if number else ""


def _names(
    names: StackNames, agents: Iterable[Agent], bucket_name: str, function_names: Iterable[str], instances: int
) -> Iterator[str]:
    made = [
        ("bucket", bucket_name),
        ("queue", names.dead_letters),
        ("queue", names.run_queue_dead),
        *(("function", name) for name in function_names),
    ]
    made += [("role", names.workflow), ("role", names.sweep_schedule)]
    for agent in agents:
        made.append(("gateway", names.gateway(agent.name)))
        made.append(("harness", names.harness(agent.name, "x" * HARNESS_RANDOM)))
        made.append(("role", f"{names.prefix}-{agent.name}-gateway"))
        made.append(("role", f"{names.prefix}-{agent.name}-harness{instance_ending(instances - 1)}"))
        made += [("tool pattern", pattern) for pattern in agent.allowed_tools]
    for kind in _LONGEST:  # the longest of each kind speaks for the others
        name = max((name for other, name in made if other == kind), key=len)
        if len(name) > _LONGEST[kind]:
            yield f"the {kind} name {name} has {len(name)} characters, AWS takes {_LONGEST[kind]}"
    if not is_stack_name(names.environment):
        yield f"the stack's name {names.environment} must be lower-case letters and digits, joined by hyphens"
    elif not _BUCKET.fullmatch(bucket_name):
        yield f"the bucket name {bucket_name} may have lower-case letters, digits and hyphens only (agentic:bucket_suffix)"


def _numbers(settings: Settings) -> Iterator[str]:
    if settings.log_retention_days not in _RETENTION_DAYS:
        choices = ", ".join(map(str, _RETENTION_DAYS))
        yield f"agentic:log_retention_days must be one of {choices}, not {settings.log_retention_days}"
    if settings.reserved_concurrency == 1:
        yield "agentic:reserved_concurrency must be 0 or at least 2, not 1: invoke_executor waits for another one of itself"


def _time_outs(settings: Settings, agents: Mapping[str, int]) -> Iterator[str]:
    """Who waits for another one has to wait longer than that one may take; else it is cut off and its waiter never knows."""
    seconds = {**{function: size.timeout_seconds for function, size in sizes(settings).items()}, **agents}
    driven_by_agents = settings.backend != "workflow"
    given = f"with agentic:run_seconds {settings.run_seconds}"
    for waited_for, waiting in (*_RUN, *(_AGENTS if driven_by_agents else ())):
        if seconds[waited_for] >= seconds[waiting]:
            needed = f"{waited_for} needs {seconds[waited_for]} s"
            yield f"{given} {needed}, and {waiting}, which waits for it, has {seconds[waiting]} s"
    for function in sizes(settings):
        if seconds[function] > LONGEST_SECONDS:
            yield f"{given} {function} needs {seconds[function]} s, AWS allows {LONGEST_SECONDS}"
    shortest = min(seconds[function] for function in _TOOLS_THAT_WAIT)
    if driven_by_agents and settings.tool_wait >= shortest:
        yield f"agentic:tool_wait must be below {shortest} s, the time of the tools that wait, not {settings.tool_wait:g}"


def _longest(agents: Iterable[Agent]) -> dict[str, int]:
    """Seconds by agent; the slowest variant speaks for the others."""
    known = tuple(agents)
    slowest = max(generators(known).values(), key=lambda agent: agent.timeout_seconds)
    return {agent.name: agent.timeout_seconds for agent in known} | {GENERATOR: slowest.timeout_seconds}


def _instructions(settings: Settings, agents: Iterable[Agent]) -> Iterator[str]:
    """Harnesses take longer prompts than Bedrock agents."""
    for agent in agents if settings.backend == "classic" else ():
        length = len(agent.prompt)
        if not _SHORTEST_INSTRUCTION <= length <= _LONGEST_INSTRUCTION:
            taken = f"with agentic:backend classic AWS takes {_SHORTEST_INSTRUCTION} to {_LONGEST_INSTRUCTION}"
            apis = agent.api or ", ".join(settings.apis)
            cause = f"the prompts of agentic:apis {apis} are part of it"
            if settings.variants == SHARED and len(settings.apis) > 1:
                cause += "; agentic:variants api makes a generator for each"
            yield f"the {agent.name}'s prompt has {length} characters, {taken} ({cause})"
