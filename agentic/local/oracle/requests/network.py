"""The isolated network: the requests of EC2 and of Route 53 Resolver, by the type's token.

What the service calls the new thing is not known before it is made: its id is `NOT_KNOWN` in the requests that follow.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from agentic.local.oracle.request import NOT_KNOWN, ApiRequest
from agentic.local.oracle.spelling import spelled

if TYPE_CHECKING:
    from agentic.local.program.table import Context

Inputs = Mapping[str, Any]
_Requests = Callable[["Context", str, Inputs], list[ApiRequest]]

_EC2, _RESOLVER = "ec2", "route53resolver"


def _tags(inputs: Inputs, kind: str) -> dict[str, Any]:
    """EC2 takes tags at creation for each kind of thing that it creates."""
    if not inputs.get("tags"):
        return {}
    tags = [{"Key": name, "Value": value} for name, value in inputs["tags"].items()]
    return {"TagSpecifications": [{"ResourceType": kind, "Tags": tags}]}


def _attributes(operation: str, thing: str, inputs: Inputs, names: tuple[str, ...]) -> list[ApiRequest]:
    """EC2 changes one attribute in one request."""
    return [
        ApiRequest(_EC2, operation, {thing: NOT_KNOWN, name[0].upper() + name[1:]: {"Value": inputs[name]}})
        for name in names
        if name in inputs
    ]


def _vpc_attributes(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    return _attributes("ModifyVpcAttribute", "VpcId", inputs, ("enableDnsSupport", "enableDnsHostnames"))


def _vpc(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    parameters = {"CidrBlock": inputs["cidrBlock"], **_tags(inputs, "vpc")}
    return [ApiRequest(_EC2, "CreateVpc", parameters), *_vpc_attributes(context, logical, inputs)]


def _subnet_attributes(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    return _attributes("ModifySubnetAttribute", "SubnetId", inputs, ("mapPublicIpOnLaunch",))


def _subnet(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    where = {"AvailabilityZone": inputs["availabilityZone"]} if "availabilityZone" in inputs else {}
    parameters = {"VpcId": inputs["vpcId"], "CidrBlock": inputs["cidrBlock"], **where, **_tags(inputs, "subnet")}
    return [ApiRequest(_EC2, "CreateSubnet", parameters), *_subnet_attributes(context, logical, inputs)]


def _security_group(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    # AWS wants a description; this is the provider's where the program gives none.
    description = inputs.get("description", "Managed by Pulumi")
    parameters = {"GroupName": inputs["name"], "Description": description, "VpcId": inputs["vpcId"]}
    return [ApiRequest(_EC2, "CreateSecurityGroup", {**parameters, **_tags(inputs, "security-group")})]


def _rule(operation: str) -> _Requests:
    def requests(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
        about = {"Description": inputs["description"]} if "description" in inputs else {}
        permission: dict[str, Any] = {"IpProtocol": inputs["ipProtocol"]}
        permission |= {name[0].upper() + name[1:]: inputs[name] for name in ("fromPort", "toPort") if name in inputs}
        if "referencedSecurityGroupId" in inputs:
            permission["UserIdGroupPairs"] = [{"GroupId": inputs["referencedSecurityGroupId"], **about}]
        if "cidrIpv4" in inputs:
            permission["IpRanges"] = [{"CidrIp": inputs["cidrIpv4"], **about}]
        parameters = {"GroupId": inputs["securityGroupId"], "IpPermissions": [permission]}
        return [ApiRequest(_EC2, operation, {**parameters, **_tags(inputs, "security-group-rule")})]

    return requests


def _changed_rule(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    renames = {"cidrIpv4": "CidrIpv4", "referencedSecurityGroupId": "ReferencedGroupId"}
    rule = {renames.get(name, name[0].upper() + name[1:]): value for name, value in inputs.items()}
    group = rule.pop("SecurityGroupId")
    rule.pop("Tags", None)
    rules = [{"SecurityGroupRuleId": NOT_KNOWN, "SecurityGroupRule": rule}]
    return [ApiRequest(_EC2, "ModifySecurityGroupRules", {"GroupId": group, "SecurityGroupRules": rules})]


def _endpoint(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    policy = {"policyDocument": json.dumps(inputs["policy"])} if "policy" in inputs else {}
    given = {**inputs, **policy, **_tags(inputs, "vpc-endpoint")}
    return [spelled(_EC2, "CreateVpcEndpoint", given, leave=("policy", "tags"))]


def _changed_endpoint(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    parameters: dict[str, Any] = {"VpcEndpointId": NOT_KNOWN}
    if "policy" in inputs:
        parameters["PolicyDocument"] = json.dumps(inputs["policy"])
    if "privateDnsEnabled" in inputs:
        parameters["PrivateDnsEnabled"] = inputs["privateDnsEnabled"]
    return [ApiRequest(_EC2, "ModifyVpcEndpoint", parameters)]


def _domains(operation: str) -> _Requests:
    def requests(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
        if "domains" not in inputs:
            return []
        parameters = {"FirewallDomainListId": NOT_KNOWN, "Operation": operation, "Domains": inputs["domains"]}
        return [ApiRequest(_RESOLVER, "UpdateFirewallDomains", parameters)]

    return requests


def _domain_list(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    created = spelled(_RESOLVER, "CreateFirewallDomainList", inputs, leave=("domains",))
    return [created, *_domains("ADD")(context, logical, inputs)]


def _resolver(operation: str) -> _Requests:
    def requests(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
        return [spelled(_RESOLVER, operation, inputs)]

    return requests


def _changed_association(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    given = {name: inputs[name] for name in ("name", "priority", "mutationProtection") if name in inputs}
    given["firewallRuleGroupAssociationId"] = NOT_KNOWN
    return [spelled(_RESOLVER, "UpdateFirewallRuleGroupAssociation", given)]


def _nothing(context: "Context", logical: str, inputs: Inputs) -> list[ApiRequest]:
    """Only tags can change, which the creation's request has too."""
    return []


_GROUP_RULE = "aws:vpc/securityGroup{way}Rule:SecurityGroup{way}Rule"
_FIREWALL = "aws:route53/resolverFirewall{thing}:ResolverFirewall{thing}"

CREATE: Mapping[str, _Requests] = {
    "aws:ec2/vpc:Vpc": _vpc,
    "aws:ec2/subnet:Subnet": _subnet,
    "aws:ec2/securityGroup:SecurityGroup": _security_group,
    _GROUP_RULE.format(way="Egress"): _rule("AuthorizeSecurityGroupEgress"),
    _GROUP_RULE.format(way="Ingress"): _rule("AuthorizeSecurityGroupIngress"),
    "aws:ec2/vpcEndpoint:VpcEndpoint": _endpoint,
    _FIREWALL.format(thing="DomainList"): _domain_list,
    _FIREWALL.format(thing="RuleGroup"): _resolver("CreateFirewallRuleGroup"),
    _FIREWALL.format(thing="Rule"): _resolver("CreateFirewallRule"),
    _FIREWALL.format(thing="RuleGroupAssociation"): _resolver("AssociateFirewallRuleGroup"),
    _FIREWALL.format(thing="Config"): _resolver("UpdateFirewallConfig"),
}
"""The requests that create, by the type's token."""

UPDATE: Mapping[str, _Requests] = {
    "aws:ec2/vpc:Vpc": _vpc_attributes,
    "aws:ec2/subnet:Subnet": _subnet_attributes,
    "aws:ec2/securityGroup:SecurityGroup": _nothing,
    _GROUP_RULE.format(way="Egress"): _changed_rule,
    _GROUP_RULE.format(way="Ingress"): _changed_rule,
    "aws:ec2/vpcEndpoint:VpcEndpoint": _changed_endpoint,
    _FIREWALL.format(thing="DomainList"): _domains("REPLACE"),
    _FIREWALL.format(thing="RuleGroup"): _nothing,
    _FIREWALL.format(thing="Rule"): _resolver("UpdateFirewallRule"),
    _FIREWALL.format(thing="RuleGroupAssociation"): _changed_association,
    _FIREWALL.format(thing="Config"): _resolver("UpdateFirewallConfig"),
}
"""The requests that update."""
