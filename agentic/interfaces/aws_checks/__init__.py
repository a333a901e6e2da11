"""What an AWS account must have before a stack is deployed to it, looked at without changing anything.

`identify` comes first: without an identity nothing else can be asked. The rest are independent and run side by side.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

from agentic.interfaces.aws_checks.account import Account, Surroundings, Target
from agentic.interfaces.aws_checks.asking import NoAnswerError
from agentic.interfaces.aws_checks.clashes import clashes, key
from agentic.interfaces.aws_checks.identity import identify
from agentic.interfaces.aws_checks.models import models
from agentic.interfaces.aws_checks.network import network
from agentic.interfaces.aws_checks.permissions import permissions
from agentic.interfaces.aws_checks.pulumi_cli import pulumi_cli
from agentic.interfaces.aws_checks.quotas import agent_counts, concurrency, model_tokens, vpcs
from agentic.interfaces.aws_checks.services import services
from agentic.interfaces.checklist import Item, note

__all__ = ["CHECKS", "Surroundings", "Target", "look"]

Check = Callable[[Account], Iterable[Item]]

CHECKS: dict[str, Check] = {
    "services": services,
    "models": models,
    "Lambda concurrency": concurrency,
    "VPCs": vpcs,
    "model quotas": model_tokens,
    "AgentCore quotas": agent_counts,
    "isolated network": network,
    "names": clashes,
    "KMS key": key,
    "permissions": permissions,
}
_AT_ONCE = 8


def look(target: Target, around: Surroundings, checks: dict[str, Check] = CHECKS) -> Iterator[Item]:
    """Every item, in the same order each time. Bounded by the time-outs of `asking`: the slowest check counts."""
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        cli = pool.submit(lambda: list(pulumi_cli(target, around)))
        account, items = identify(target, around)
        started = {name: pool.submit(_checked, name, check, account) for name, check in checks.items()} if account else {}
        yield from items
        yield from cli.result()
        for found in started.values():
            yield from found.result()
    if not account:
        yield note("everything else", f"not looked at, as AWS could not be asked: {', '.join(checks)}")


def _checked(name: str, check: Check, account: Account) -> list[Item]:
    try:
        return list(check(account))
    except NoAnswerError as error:
        return [error.item(name)]
