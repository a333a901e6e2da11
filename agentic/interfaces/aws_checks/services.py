"""Is what drives the agents offered in this region? Asked by a call that lists and changes nothing.

boto3's own endpoint data names no region for AgentCore (boto3 1.44), and AWS's public parameters of regions and services
lag behind and need a right of their own; an answer of the service itself is the one thing that is true at once.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from agentic.interfaces.aws_checks.account import Account
from agentic.interfaces.aws_checks.asking import NoAnswerError, answer
from agentic.interfaces.checklist import Item, bad, good, note

_REGIONS = "another region (AgentCore guide, Supported AWS Regions), or agentic:backend workflow"
# What CreateAgent says to accounts that come too late (hashicorp/terraform-provider-aws issue 49327).
_MAINTENANCE = "Maintenance Mode"


@dataclass(frozen=True, slots=True)
class _Probe:
    name: str
    service: str
    operation: str
    parameters: dict[str, Any] = field(default_factory=dict[str, Any])


_ONE = {"maxResults": 1}
_PROBES = {
    "harness": (
        _Probe("AgentCore harness", "bedrock-agentcore-control", "list_harnesses", _ONE),
        _Probe("AgentCore gateway", "bedrock-agentcore-control", "list_gateways", _ONE),
    ),
    "workflow": (_Probe("Step Functions", "stepfunctions", "list_state_machines", _ONE),),
    "classic": (),
}


def services(account: Account) -> Iterator[Item]:
    """One item per service of the stack's backend."""
    backend = account.target.settings.backend
    for probe in _PROBES[backend]:
        yield _probe(account, probe)
    if backend == "classic":
        yield _classic(account)


def _probe(account: Account, probe: _Probe) -> Item:
    try:
        answer(getattr(account.client(probe.service), probe.operation), **probe.parameters)
    except NoAnswerError as error:
        if error.denied:
            return note(probe.name, f"answers in {account.region}; not allowed to look ({error.asked})")
        if error.unreachable:
            return bad(probe.name, f"no endpoint answers in {account.region}: {error.message}", _REGIONS)
        return bad(probe.name, f"not offered in {account.region}: {error.code}: {error.message}", _REGIONS)
    return good(probe.name, f"answers in {account.region}")


def _classic(account: Account) -> Item:
    """Only creating an agent tells for sure; agents that are there prove prior use, and prior use is what AWS asks for."""
    name, step = "Bedrock Agents Classic", "agentic:backend harness works in every account"
    try:
        found = answer(account.client("bedrock-agent").list_agents, maxResults=1)["agentSummaries"]
    except NoAnswerError as error:
        if _MAINTENANCE in error.message:
            return bad(name, f"closed for this account: {error.message}", step)
        if error.unreachable:
            return bad(name, f"no endpoint answers in {account.region}: {error.message}", step)
        return error.item(name)
    if found:
        return good(name, f"the account has agents in {account.region}, so it counts as having used them")
    return note(
        name, "no agents here: whether this account may make one cannot be told; closed to new ones since 2026-07-30", step
    )
