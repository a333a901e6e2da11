"""The models of the stack's settings: is each offered here, alive, and may this account use it?"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from agentic.core.settings import Settings
from agentic.interfaces.aws_checks.account import Account
from agentic.interfaces.aws_checks.asking import NoAnswerError, answer
from agentic.interfaces.checklist import Item, bad, good, note

# Models that have ended, by the date of it (Bedrock user guide, model cards).
_ENDED = {
    "anthropic.claude-3-haiku-20240307-v1:0": "2026-09-10",
    "anthropic.claude-3-5-haiku-20241022-v1:0": "2026-06-19",
}
_PROFILE_GROUPS = ("us", "eu", "apac", "au", "jp", "ca", "us-gov", "global")
_NOT_THERE = {"ResourceNotFoundException", "ValidationException"}
_LIST = "aws bedrock list-inference-profiles says what there is; set agentic:model."
# Bedrock subscribes an account at a model's first call, if the caller may; the agents' roles may not (docs/deploying.md).
_SUBSCRIBE = "open the model once in the Bedrock console's playground, as somebody who may aws-marketplace:Subscribe"
_FORM = "Bedrock console, Model catalog, an Anthropic model, Submit use case details; once per account or organization"


def models_of(settings: Settings) -> dict[str, list[str]]:
    """Each model that the stack's agents use, with the agents' names."""
    asked = {"generator": settings.model__generator}
    if settings.backend != "workflow":
        asked |= {"orchestrator": settings.model__orchestrator, "executor": settings.model__executor}
    found: dict[str, list[str]] = {}
    for agent, model in sorted(asked.items()):
        found.setdefault(model, []).append(agent)
    return found


def base_of(model: str) -> str:
    """The model behind an inference profile's id; "" for an ARN, which does not tell."""
    group, _, rest = model.partition(".")
    return "" if model.startswith("arn:") else rest if group in _PROFILE_GROUPS else model


def models(account: Account) -> Iterator[Item]:
    """Per model: the profile, its life, the account's access; and Anthropic's form, once."""
    usable: dict[str, bool] = {}
    for model, agents in models_of(account.target.settings).items():
        found = list(_one(account, model, agents, usable))
        yield from found
    if any(base.startswith("anthropic.") for base in usable):
        yield _form(account, needed=not all(usable.values()))


def _one(account: Account, model: str, agents: list[str], usable: dict[str, bool]) -> Iterator[Item]:
    """The items of one model; what was told about access is put into `usable`, by base model."""
    name = f"model {model}"
    bedrock, base = account.client("bedrock"), base_of(model)
    if base in _ENDED:
        yield bad(name, f"reached its end of life on {_ENDED[base]}", f"choose another one for {_settings(agents)}")
        return
    try:
        if base != model:
            profile = answer(bedrock.get_inference_profile, inferenceProfileIdentifier=model)
            arns = [str(one["modelArn"]) for one in profile["models"]]
            base = arns[0].rpartition("/")[2] if arns else base
        details = answer(bedrock.get_foundation_model, modelIdentifier=base)["modelDetails"]
    except NoAnswerError as error:
        if error.code in _NOT_THERE:
            text = f"not offered in {account.region}: {error.message}"
            yield bad(name, text, f"{_LIST}{' and agentic:model.'.join(agents)}")
        else:
            yield error.item(name)
        return
    yield _life(name, details, profile=model != base, agents=agents)
    yield from _access(account, base, usable)


def _life(name: str, details: Any, *, profile: bool, agents: list[str]) -> Item:
    life = details.get("modelLifecycle", {})
    ends, status = life.get("endOfLifeTime"), life.get("status", "ACTIVE")
    if ends and ends <= datetime.now(UTC):
        return bad(name, f"reached its end of life on {ends:%Y-%m-%d}", f"choose another one for {_settings(agents)}")
    kinds = details.get("inferenceTypesSupported", [])
    if not profile and kinds and "ON_DEMAND" not in kinds:
        step = f"use an inference profile, such as global.{details['modelId']}, for {_settings(agents)}"
        return bad(name, "takes calls through an inference profile only", step)
    if status == "LEGACY":
        until = f" until {ends:%Y-%m-%d}" if ends else ""
        return note(name, f"legacy: it works{until}, and new accounts may be refused", "plan for its successor")
    return good(name, f"offered here, used by {', '.join(agents)}")


def _access(account: Account, base: str, usable: dict[str, bool]) -> Iterator[Item]:
    if base in usable:
        return
    name = f"access to {base}"
    try:
        told = answer(account.client("bedrock").get_foundation_model_availability, modelId=base)
    except NoAnswerError as error:
        yield error.item(name)
        usable[base] = True
        return
    agreement = told.get("agreementAvailability", {}).get("status", "")
    usable[base] = agreement == "AVAILABLE"
    if told.get("regionAvailability") == "NOT_AVAILABLE":
        yield bad(name, f"not available in {account.region}", "another region, or another model")
    elif told.get("authorizationStatus") == "NOT_AUTHORIZED":
        yield bad(name, "the account is not authorized (a policy of the organization, or Anthropic's form)", _FORM)
    elif agreement == "PENDING":
        yield note(name, "the subscription is being made", "wait up to 15 minutes")
    elif agreement != "AVAILABLE" or told.get("entitlementAvailability") == "NOT_AVAILABLE":
        yield bad(name, "the account has no agreement for it yet", _SUBSCRIBE)
    else:
        yield good(name, "agreement, authorization and region are there")


def _form(account: Account, *, needed: bool) -> Item:
    name = "Anthropic's form"
    try:
        answer(account.client("bedrock").get_use_case_for_model_access)
    except NoAnswerError as error:
        if not error.missing:
            return error.item(name)
        text = "no use case was submitted from this account (an organization's management account may have done it)"
        return bad(name, text, _FORM) if needed else note(name, text, "nothing, as the account has its agreement")
    return good(name, "submitted")


def _settings(agents: list[str]) -> str:
    return ", ".join(f"agentic:model.{agent}" for agent in agents)


def spoken_name(base: str) -> str:
    """`anthropic.claude-haiku-5-5` as quotas name it: "Claude Haiku 5.5". "" for ids of other forms."""
    found = re.fullmatch(r"anthropic\.claude-([a-z]+)-(\d+)(?:-(\d{1,2}))?(?:-\d{8})?(?:-v\d+(?::\d+)?)?", base)
    if not found:
        return ""
    version = f"{found[2]}.{found[3]}" if found[3] else found[2]
    return f"Claude {found[1].capitalize()} {version}"
