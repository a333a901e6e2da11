"""Roles: who may take one on (one service, for one kind of resource of this account) and what it then may do."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pulumi
import pulumi_aws as aws

from agentic.topology.place import Place

_VERSION = "2012-10-17"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of a policy. `reason` must be given where a resource is "*"."""

    sid: str
    actions: Sequence[str]
    resources: Sequence[pulumi.Input[str]]
    effect: str = "Allow"
    condition: Mapping[str, Mapping[str, pulumi.Input[str]]] = field(default_factory=dict[str, Mapping[str, pulumi.Input[str]]])
    reason: str = ""

    def __post_init__(self) -> None:
        if "*" in self.resources and not self.reason:
            raise ValueError(f"statement {self.sid} has the resource * and no reason")

    def document(self) -> dict[str, Any]:
        condition = {"Condition": self.condition} if self.condition else {}
        return {
            "Sid": self.sid,
            "Effect": self.effect,
            "Action": list(self.actions),
            "Resource": list(self.resources),
            **condition,
        }


@dataclass(frozen=True, slots=True)
class Service:
    """An AWS service that takes a role on, for the resources that match `source` (the confused-deputy guard).

    `names_source` is False where the service is not documented to name the resource in every request: the source
    must then match only where it is named.
    """

    principal: str
    source: str
    names_source: bool = True


def for_function(place: Place, function_name: str) -> Service:
    return Service("lambda.amazonaws.com", place.function(function_name), names_source=False)


def for_gateways(place: Place) -> Service:
    return Service("bedrock-agentcore.amazonaws.com", place.arn("bedrock-agentcore", "gateway/*"))


def for_harnesses(place: Place) -> Service:
    return Service("bedrock-agentcore.amazonaws.com", place.arn("bedrock-agentcore", "harness/*"))


def for_state_machine(place: Place, name: str) -> Service:
    return Service("states.amazonaws.com", place.arn("states", f"stateMachine:{name}"))


def for_schedules(place: Place) -> Service:
    """EventBridge Scheduler names the group of a schedule, and no schedule (user guide, "Confused deputy prevention")."""
    return Service("scheduler.amazonaws.com", place.arn("scheduler", "schedule-group/default"))


class ServiceRole(pulumi.ComponentResource):
    """A role and its one policy. Who needs the rights in place, not only the role, depends on the component."""

    arn: pulumi.Output[str]

    def __init__(
        self,
        name: str,
        *,
        role_name: str,
        service: Service,
        place: Place,
        statements: Sequence[Statement],
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:ServiceRole", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        role = aws.iam.Role(name, name=role_name, assume_role_policy=_trust(service, place), opts=child)
        policy = {"Version": _VERSION, "Statement": [statement.document() for statement in statements]}
        aws.iam.RolePolicy(name, name="rights", role=role.name, policy=pulumi.Output.json_dumps(policy), opts=child)
        self.arn = role.arn
        self.register_outputs({"arn": self.arn})


def _trust(service: Service, place: Place) -> pulumi.Output[str]:
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": service.principal},
        "Action": "sts:AssumeRole",
        "Condition": {
            "StringEquals": {"aws:SourceAccount": place.account},
            "ArnLike" if service.names_source else "ArnLikeIfExists": {"aws:SourceArn": service.source},
        },
    }
    return pulumi.Output.json_dumps({"Version": _VERSION, "Statement": [statement]})
