"""Bedrock Agents Classic on a laptop, the part that a program declares: agents, action groups, versions and aliases.

As on AWS, what is declared is a draft. Preparing it makes it usable, and an alias points at a numbered version: a copy
of the prepared agent with its action groups, made when the alias is made or changed, and never changed afterwards.
"""

import threading
from dataclasses import dataclass, field, replace

from agentic.core.errors import ConfigurationError, LocalCloudError, UsageError
from agentic.local.agents.gateway import ToolDeclaration

# What PrepareAgent demands (pulumi_aws, AgentAgent.instruction; service quota L-6E3CDA2D).
SHORTEST_INSTRUCTION, LONGEST_INSTRUCTION = 40, 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassicAgent:
    """An agent as its resource declares it."""

    id: str
    arn: str
    name: str
    role_arn: str
    model_id: str
    instruction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionGroup:
    """The functions that an agent may have carried out by one Lambda function; a disabled group is offered to no model."""

    id: str
    name: str
    function_arn: str
    functions: tuple[ToolDeclaration, ...]
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class Version:
    """What an alias points at."""

    number: str
    agent: ClassicAgent
    groups: tuple[ActionGroup, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Alias:
    """A name for a version of an agent. `version` is its number."""

    id: str
    arn: str
    name: str
    description: str
    version: str


@dataclass(slots=True)
class _Agent:
    draft: ClassicAgent
    groups: dict[str, ActionGroup] = field(default_factory=dict[str, ActionGroup])
    prepared: Version | None = None
    versions: dict[str, Version] = field(default_factory=dict[str, Version])
    aliases: dict[str, Alias] = field(default_factory=dict[str, Alias])

    @property
    def enabled(self) -> tuple[ActionGroup, ...]:
        return tuple(group for group in self.groups.values() if group.enabled)

    @property
    def up_to_date(self) -> bool:
        """Whether nothing has changed since the agent was last prepared."""
        now = (self.draft, self.enabled)
        return self.prepared is not None and (self.prepared.agent, self.prepared.groups) == now


class ClassicBook:
    """Every Classic agent of the local cloud. Safe for concurrent use. To remove what is gone is no error."""

    def __init__(self) -> None:
        self._agents: dict[str, _Agent] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._agents)

    def put_agent(self, agent: ClassicAgent) -> bool:
        """Adds the agent, or changes its draft; neither prepares it. Whether anything is other than before."""
        with self._lock:
            known = self._agents.get(agent.id)
            if known is None:
                self._agents[agent.id] = _Agent(agent)
                return True
            before, known.draft = known.draft, agent
            return before != agent

    def remove_agent(self, agent_id: str, *, although_used: bool) -> None:
        """Removes the agent with all that is its own. `although_used` leaves out the check that no alias is left."""
        with self._lock:
            agent = self._agents.get(agent_id)
            if agent and agent.aliases and not although_used:
                raise LocalCloudError(f"the agent {agent_id} is in use by an alias", hint="set skip_resource_in_use_check")
            self._agents.pop(agent_id, None)

    def put_group(self, agent_id: str, group: ActionGroup) -> None:
        """Adds the action group to the draft, or changes it there."""
        with self._lock:
            self._agent(agent_id).groups[group.id] = group

    def remove_group(self, agent_id: str, group_id: str, *, although_used: bool) -> None:
        """Removes the group from the draft. AWS refuses that for an enabled one, without `although_used`."""
        with self._lock:
            groups = self._agents[agent_id].groups if agent_id in self._agents else {}
            if group_id in groups and groups[group_id].enabled and not although_used:
                raise LocalCloudError(
                    f"the action group {groups[group_id].name} is enabled and so in use", hint="set skip_resource_in_use_check"
                )
            groups.pop(group_id, None)

    def prepare(self, agent_id: str) -> None:
        """Makes the draft what the next version is a copy of."""
        with self._lock:
            agent = self._agent(agent_id)
            length = len(agent.draft.instruction)
            if not SHORTEST_INSTRUCTION <= length <= LONGEST_INSTRUCTION:
                limits = f"{SHORTEST_INSTRUCTION} to {LONGEST_INSTRUCTION}"
                raise ConfigurationError(f"the agent {agent_id} has an instruction of {length} characters, not {limits}")
            agent.prepared = Version("DRAFT", agent.draft, agent.enabled)

    def put_alias(self, agent_id: str, alias: Alias) -> Alias:
        """Adds or changes an alias. Without a `version` in it, it is given a new one, made now, unless nothing changed.

        That a draft with changes that were never prepared gives no version is stricter than AWS's documentation, which
        does not say what happens then.
        """
        with self._lock:
            agent = self._agent(agent_id)
            known = agent.aliases.get(alias.id)
            if known and replace(alias, version=alias.version or known.version) == known:
                return known
            if not alias.version:
                alias = replace(alias, version=self._make_version(agent))
            elif alias.version not in agent.versions:
                raise ConfigurationError(f"the agent {agent_id} has no version {alias.version}")
            agent.aliases[alias.id] = alias
            return alias

    def remove_alias(self, agent_id: str, alias_id: str) -> None:
        """Removes the alias; its version stays, as on AWS."""
        with self._lock:
            if agent_id in self._agents:
                self._agents[agent_id].aliases.pop(alias_id, None)

    def find(self, agent_id: str, alias_id: str) -> tuple[Alias, Version]:
        """What an invocation of the alias runs with. Raises `UsageError` when there is no such agent or alias."""
        with self._lock:
            agent = self._agents.get(agent_id)
            alias = agent.aliases.get(alias_id) if agent else None
            if agent is None or alias is None:
                message = f"there is no alias {alias_id} of an agent {agent_id}"
                raise UsageError(message, aws_code="ResourceNotFoundException", aws_status=404)
            return alias, agent.versions[alias.version]

    def _agent(self, agent_id: str) -> _Agent:
        if agent_id not in self._agents:
            raise ConfigurationError(f"there is no agent {agent_id}")
        return self._agents[agent_id]

    def _make_version(self, agent: _Agent) -> str:
        if agent.prepared is None or not agent.up_to_date:
            raise ConfigurationError(
                f"the agent {agent.draft.name} has changes that were not prepared",
                hint="set prepare_agent on what changes it, and let the alias wait for that",
            )
        number = str(len(agent.versions) + 1)
        agent.versions[number] = replace(agent.prepared, number=number)
        return number
