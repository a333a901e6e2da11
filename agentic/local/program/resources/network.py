"""The isolated network: VPC, subnets, security groups, endpoints, DNS firewall. Checked and kept, with nothing behind it.

No script has a network here (the sandbox takes it away), so that nothing would flow through these. moto could keep them, but
its EC2 takes over a second to load.
"""

import ipaddress

from agentic.core.errors import LocalCloudError
from agentic.local.program.resources.kept import kept
from agentic.local.program.schema import TAGS, Block, Kind, ListOf, PolicyText, Text, Truth, Whole
from agentic.local.program.table import Context, Inputs, ResourceType

VPC, SUBNET = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet"

_VPC_ID, _SUBNET_ID, _GROUP_ID = (Text(rf"{prefix}-[0-9a-f]{{8,17}}") for prefix in ("vpc", "subnet", "sg"))
_RANGE = Text(r"(\d{1,3}\.){3}\d{1,3}/\d{1,2}")
# EC2 API reference, CreateSecurityGroup: the characters of names and descriptions in a VPC.
_GROUP_TEXT = r"[A-Za-z0-9 ._\-:/()#,@\[\]+=&;{}!$*]{1,255}"
_PORT = Whole(-1, 65535)


def _in_the_vpc(context: Context, inputs: Inputs) -> None:
    """AWS refuses a subnet outside of its VPC's range. Of a VPC that no stack made here nothing is known."""
    vpc = context.made.known(VPC, inputs.get("vpcId", ""))
    if vpc and "cidrBlock" in inputs:
        inner, outer = ipaddress.ip_network(inputs["cidrBlock"]), ipaddress.ip_network(vpc.inputs["cidrBlock"])
        if inner.version != outer.version or not inner.subnet_of(outer):  # pyright: ignore[reportArgumentType] # same version
            raise LocalCloudError(f"cidrBlock {inner} is not inside the VPC's range {outer}")
    zone = inputs.get("availabilityZone", context.place.region)
    if not zone.startswith(context.place.region):
        raise LocalCloudError(f"the zone {zone} is not in the region {context.place.region}")


def _answers_under_its_name(context: Context, inputs: Inputs) -> None:
    """AWS refuses private names in a VPC that resolves none."""
    vpc = context.made.known(VPC, inputs.get("vpcId", ""))
    if vpc and inputs.get("privateDnsEnabled") and not (vpc.inputs.get("enableDnsHostnames") and _resolves(vpc.inputs)):
        raise LocalCloudError("privateDnsEnabled needs a VPC with enableDnsSupport and enableDnsHostnames")
    if f".{context.place.region}." not in inputs.get("serviceName", f".{context.place.region}."):
        raise LocalCloudError(f"the service {inputs['serviceName']} is not one of the region {context.place.region}")


def _resolves(vpc: Inputs) -> bool:
    return bool(vpc.get("enableDnsSupport", True))


def _one_peer(context: Context, inputs: Inputs) -> None:
    peers = [name for name in ("referencedSecurityGroupId", "cidrIpv4") if name in inputs]
    if len(peers) > 1:
        raise LocalCloudError("a rule is for one security group or one range, not both")


def _says_how_it_blocks(context: Context, inputs: Inputs) -> None:
    if (inputs.get("action") == "BLOCK") != ("blockResponse" in inputs):
        raise LocalCloudError("blockResponse is for the action BLOCK, which needs it")


def _rule(token: str) -> ResourceType:
    """A security group's rule, in or out; only another group makes it another rule."""
    peers: dict[str, Kind] = {"referencedSecurityGroupId": _GROUP_ID, "cidrIpv4": _RANGE}
    ports: dict[str, Kind] = {"fromPort": _PORT, "toPort": _PORT}
    return kept(
        token,
        "sgr",
        Block(
            {"securityGroupId": _GROUP_ID, "ipProtocol": Text(r"-1|tcp|udp|icmp")},
            {**peers, **ports, "description": Text(_GROUP_TEXT), "tags": TAGS},
        ),
        arn="ec2:security-group-rule/",
        replaces=("securityGroupId",),
        outputs=lambda context, made, inputs: {"securityGroupRuleId": made},
        computed=("securityGroupRuleId",),
        verify=_one_peer,
    )


# Route 53 Resolver API reference: the names of its things, and a domain in a list.
_NAME = Text(r"(?![0-9]+$)[a-zA-Z0-9\-_' ]{1,64}")
_DOMAIN = Text(r"\*?[\w.-]{0,254}\.?")
_RESOLVER = "route53resolver:"

TYPES = (
    kept(
        VPC,
        "vpc",
        Block({"cidrBlock": _RANGE}, {"enableDnsSupport": Truth(), "enableDnsHostnames": Truth(), "tags": TAGS}),
        arn="ec2:vpc/",
        replaces=("cidrBlock",),
        outputs=lambda context, made, inputs: {"ownerId": context.place.account_id},
    ),
    kept(
        SUBNET,
        "subnet",
        Block(
            {"vpcId": _VPC_ID, "cidrBlock": _RANGE},
            {"availabilityZone": Text(r"[a-z0-9-]+"), "mapPublicIpOnLaunch": Truth(), "tags": TAGS},
        ),
        arn="ec2:subnet/",
        identity=("vpcId", "cidrBlock"),
        replaces=("availabilityZone",),
        verify=_in_the_vpc,
    ),
    kept(
        "aws:ec2/securityGroup:SecurityGroup",
        "sg",
        # Rules are resources of their own: AWS and the provider disagree easily where both forms are used.
        Block(
            {"name": Text(rf"(?!sg-){_GROUP_TEXT}"), "vpcId": _VPC_ID},
            {"description": Text(_GROUP_TEXT), "revokeRulesOnDelete": Truth(), "tags": TAGS},
        ),
        arn="ec2:security-group/",
        identity=("vpcId", "name"),
        replaces=("description",),
    ),
    _rule("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"),
    _rule("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"),
    kept(
        "aws:ec2/vpcEndpoint:VpcEndpoint",
        "vpce",
        Block(
            {
                "vpcId": _VPC_ID,
                "serviceName": Text(r"[a-z]+(\.[a-z0-9-]+){3,}"),
                "vpcEndpointType": Text(choices=("Interface",)),
            },
            {
                "policy": PolicyText(principal=True),
                "privateDnsEnabled": Truth(),
                "subnetIds": ListOf(_SUBNET_ID, least=1),
                "securityGroupIds": ListOf(_GROUP_ID, least=1),
                "tags": TAGS,
            },
        ),
        arn="ec2:vpc-endpoint/",
        identity=("vpcId", "serviceName"),
        replaces=("vpcEndpointType",),
        outputs=lambda context, made, inputs: {"state": "available", "ownerId": context.place.account_id},
        verify=_answers_under_its_name,
    ),
    kept(
        "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList",
        "rslvr-fdl",
        Block({"name": _NAME}, {"domains": ListOf(_DOMAIN), "tags": TAGS}),
        arn=f"{_RESOLVER}firewall-domain-list/",
        identity=("name",),
    ),
    kept(
        "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup",
        "rslvr-frg",
        Block({"name": _NAME}, {"tags": TAGS}),
        arn=f"{_RESOLVER}firewall-rule-group/",
        identity=("name",),
        outputs=lambda context, made, inputs: {"ownerId": context.place.account_id, "shareStatus": "NOT_SHARED"},
    ),
    kept(
        "aws:route53/resolverFirewallRule:ResolverFirewallRule",
        "rule",
        Block(
            {
                "name": _NAME,
                "firewallRuleGroupId": Text(r"rslvr-frg-[0-9a-f]+"),
                "firewallDomainListId": Text(r"rslvr-fdl-[0-9a-f]+"),
                "action": Text(choices=("ALLOW", "BLOCK", "ALERT")),
                "priority": Whole(0, 2**31 - 1),
            },
            {
                # OVERRIDE, which needs a domain of its own, has no user.
                "blockResponse": Text(choices=("NODATA", "NXDOMAIN")),
                "firewallDomainRedirectionAction": Text(choices=("INSPECT_REDIRECTION_DOMAIN", "TRUST_REDIRECTION_DOMAIN")),
            },
        ),
        identity=("firewallRuleGroupId", "firewallDomainListId"),
        verify=_says_how_it_blocks,
    ),
    kept(
        "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation",
        "rslvr-frgassoc",
        Block(
            {
                "name": _NAME,
                "firewallRuleGroupId": Text(r"rslvr-frg-[0-9a-f]+"),
                "vpcId": _VPC_ID,
                # Both ends are AWS's own.
                "priority": Whole(101, 9899),
            },
            {"mutationProtection": Text(choices=("ENABLED", "DISABLED")), "tags": TAGS},
        ),
        arn=f"{_RESOLVER}firewall-rule-group-association/",
        identity=("vpcId", "firewallRuleGroupId"),
    ),
    kept(
        "aws:route53/resolverFirewallConfig:ResolverFirewallConfig",
        "rslvr-fc",
        Block({"resourceId": _VPC_ID}, {"firewallFailOpen": Text(choices=("ENABLED", "DISABLED"))}),
        identity=("resourceId",),
        outputs=lambda context, made, inputs: {"ownerId": context.place.account_id},
    ),
)
