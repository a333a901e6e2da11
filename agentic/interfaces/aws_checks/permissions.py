"""May the caller make what a stack is made of? IAM's own simulator is asked; it runs nothing."""

from collections.abc import Iterator
from typing import Any

from agentic.interfaces.aws_checks import deployer
from agentic.interfaces.aws_checks.account import Account
from agentic.interfaces.aws_checks.asking import NoAnswerError, answer
from agentic.interfaces.checklist import Item, bad, good, note

_NAME = "permissions"
_LIST = "docs/deploying.md has the list"
_SHOWN = 4


def permissions(account: Account) -> Iterator[Item]:
    """One item per service that lacks something; one for all of them where nothing is missing."""
    if account.arn.endswith(":root"):
        yield note(_NAME, "the root user may do everything, unless its organization forbids it")
        return
    try:
        principal = _principal(account)
        results = [
            result
            for service, actions in deployer.actions(account.target.settings).items()
            for result in _simulate(account, principal, actions, deployer.resources(account, service))
        ]
    except NoAnswerError as error:
        if error.denied:
            yield note(_NAME, f"not allowed to ask IAM's simulator ({error.asked})", f"compare by hand: {_LIST}")
        else:
            yield error.item(_NAME)
        return
    if not principal:
        yield note(_NAME, f"IAM's simulator does not know {account.arn}", f"compare by hand: {_LIST}")
        return
    yield from _judged(results)


def _judged(results: list[Any]) -> Iterator[Item]:
    refused = [result for result in results if result["EvalDecision"] != "allowed"]
    # A rule that depends on the request (a tag, a source address) cannot be simulated without it.
    unknown = [result for result in refused if result.get("MissingContextValues") and result["EvalDecision"] == "implicitDeny"]
    for service in dict.fromkeys(_service(result) for result in refused):
        lacking = [str(result["EvalActionName"]) for result in refused if _service(result) == service and result not in unknown]
        depends = [str(result["EvalActionName"]) for result in unknown if _service(result) == service]
        if lacking:
            yield bad(f"{_NAME} of {service}", f"IAM's simulator refuses {_some(lacking)}", f"have them allowed; {_LIST}")
        if depends:
            yield note(f"{_NAME} of {service}", f"depends on conditions that the simulator was not given: {_some(depends)}")
    if not refused:
        yield good(_NAME, f"IAM's simulator allows all {len(results)} actions (policies of resources are not part of it)")


def _principal(account: Account) -> str:
    """The user or role behind the caller, as the simulator wants it; "" for callers that have none."""
    kind, _, rest = account.arn.rpartition(":")[2].partition("/")
    if kind == "user":
        return account.arn
    if kind != "assumed-role":
        return ""
    # The session's ARN leaves out the role's path, which roles of IAM Identity Center have.
    return str(answer(account.client("iam").get_role, RoleName=rest.partition("/")[0])["Role"]["Arn"])


def _simulate(account: Account, principal: str, actions: list[str], resources: Any) -> Iterator[Any]:
    """The simulator's results, one per action. Raises `NoAnswerError`."""
    if not principal:
        return
    iam, more = account.client("iam"), dict[str, Any]()
    while True:
        page = answer(
            iam.simulate_principal_policy, PolicySourceArn=principal, ActionNames=actions, ResourceArns=resources, **more
        )
        yield from page["EvaluationResults"]
        if not page.get("IsTruncated"):
            return
        more = {"Marker": page["Marker"]}


def _service(result: Any) -> str:
    return str(result["EvalActionName"]).partition(":")[0]


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
