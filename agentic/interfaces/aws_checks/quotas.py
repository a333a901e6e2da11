"""Quotas that a new account hits first: Lambda's concurrency, VPCs, the model's tokens per minute, AgentCore's counts."""

from collections.abc import Iterator
from typing import Any

from agentic.interfaces.aws_checks.account import Account, functions_of
from agentic.interfaces.aws_checks.asking import NoAnswerError, answer
from agentic.interfaces.aws_checks.models import base_of, models_of, spoken_name
from agentic.interfaces.checklist import Item, bad, good, note

# Functions of one run that are busy at the same time: tool call, its work, launcher, wall, broker.
_AT_ONCE = {"harness": 5, "classic": 5, "workflow": 3}
# What Lambda keeps for functions without a reservation (Lambda guide, reserved concurrency).
_UNRESERVED = 100
_VPCS = "L-F678F1CE"
_DEFAULT_VPCS = 5
_AGENTS = 3
_ASK = "Service Quotas console, AWS Lambda, Concurrent executions (L-B99A9384): ask for 1,000"
_PAGES = 12


def concurrency(account: Account) -> Iterator[Item]:
    """Lambda's limit of the account against what a run needs and the stack reserves."""
    name = "Lambda concurrency"
    settings = account.target.settings
    try:
        told = answer(account.client("lambda").get_account_settings)["AccountLimit"]
    except NoAnswerError as error:
        yield error.item(name)
        return
    limit = int(told["ConcurrentExecutions"])
    each, functions = settings.reserved_concurrency, len(functions_of(settings))
    if each and limit - each * functions < _UNRESERVED:
        text = f"{functions} functions reserve {each} each; of {limit} Lambda keeps {_UNRESERVED} unreserved"
        yield bad(name, text, f"agentic:reserved_concurrency 0, or {_ASK}")
        return
    runs = limit // _AT_ONCE[settings.backend]
    if runs < 1:
        yield bad(name, f"{limit} at once; one run needs {_AT_ONCE[settings.backend]}", _ASK)
    elif limit < _UNRESERVED:
        yield note(name, f"{limit} at once, which is about {runs} run{'s' if runs > 1 else ''} (new accounts begin so)", _ASK)
    else:
        yield good(name, f"{limit} at once, which is about {runs} runs")


def vpcs(account: Account) -> Iterator[Item]:
    """Is there room for the isolated network's VPC?"""
    if not account.target.settings.isolated:
        return
    name = "VPCs"
    try:
        there = answer(account.client("ec2").describe_vpcs)["Vpcs"]
    except NoAnswerError as error:
        yield error.item(name)
        return
    try:
        quota = answer(account.client("service-quotas").get_service_quota, ServiceCode="vpc", QuotaCode=_VPCS)
        limit, source = int(quota["Quota"]["Value"]), "quota"
    except NoAnswerError:
        limit, source = _DEFAULT_VPCS, "AWS's default; the quota itself could not be read"
    # As the network's component tags it.
    own_name = account.target.names.network("isolated")
    own = any(tag.get("Value") == own_name for vpc in there for tag in vpc.get("Tags", []))
    text = f"{len(there)} of {limit} in {account.region} ({source})"
    if len(there) < limit or own:
        yield good(name, text)
    else:
        yield bad(name, f"{text}: no room for the isolated network", "delete one, or ask for more (L-F678F1CE)")


def model_tokens(account: Account) -> Iterator[Item]:
    """The tokens per minute of each model; new accounts can have none at all. Matched by the quota's name."""
    models = {model: spoken_name(base_of(model)) for model in models_of(account.target.settings)}
    wanted = {model: spoken for model, spoken in models.items() if spoken}
    if not wanted:
        return
    try:
        quotas = _quotas(account, "bedrock")
    except NoAnswerError as error:
        yield error.item("model quotas")
        return
    for model, spoken in wanted.items():
        kind = (
            "global cross-region" if model.startswith("global.") else "cross-region" if base_of(model) != model else "on-demand"
        )
        found = [quota for quota in quotas if _is_of(str(quota["QuotaName"]).lower(), kind, spoken.lower())]
        name, ask = f"quota of {model}", "Service Quotas console, Amazon Bedrock: ask for more"
        none = [quota for quota in found if not quota["Value"]]
        if none:
            yield bad(name, f"{none[0]['QuotaName']}: 0", ask)
        elif found:
            yield good(name, "; ".join(f"{quota['QuotaName']}: {quota['Value']:,.0f}" for quota in found))
        else:
            yield note(
                name, f"no quota that names {spoken} ({kind}) was found", "look in the Service Quotas console, Amazon Bedrock"
            )


def agent_counts(account: Account) -> Iterator[Item]:
    """AgentCore's counts of gateways and runtimes (a harness is a managed runtime), if the service publishes them."""
    if account.target.settings.backend != "harness":
        return
    name = "AgentCore quotas"
    try:
        quotas = _quotas(account, "bedrock-agentcore")
    except NoAnswerError as error:
        yield error.item(name)
        return
    counted = [
        quota for quota in quotas if any(word in str(quota["QuotaName"]).lower() for word in ("gateways", "total agents"))
    ]
    small = [quota for quota in counted if quota["Value"] < _AGENTS]
    if small:
        yield bad(
            name,
            f"{small[0]['QuotaName']}: {small[0]['Value']:.0f}; a stack needs {_AGENTS}",
            "Service Quotas console: ask for more",
        )
    elif counted:
        yield good(name, "; ".join(f"{quota['QuotaName']}: {quota['Value']:,.0f}" for quota in counted))
    else:
        yield note(name, "none that counts gateways or agents is published; AWS's defaults are far above 3")


def _quotas(account: Account, service: str) -> list[Any]:
    """All quotas of a service, applied to this account. Raises `NoAnswerError`."""
    client, found, more = account.client("service-quotas"), list[Any](), dict[str, Any]()
    for _ in range(_PAGES):
        page = answer(client.list_service_quotas, ServiceCode=service, MaxResults=100, **more)
        found += page.get("Quotas", [])
        if not page.get("NextToken"):
            break
        more = {"NextToken": page["NextToken"]}
    return found


def _is_of(quota: str, kind: str, model: str) -> bool:
    """Whether the quota counts calls of that kind to that model; "Claude Haiku 5" is not found in "Claude Haiku 5.5"."""
    return quota.startswith(kind) and "per minute" in quota and (quota.endswith(model) or f"{model} " in quota)
