"""The types of network, queues and keys: slips are told by name, and each thing can be made, found, changed and removed."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from program_world import PLACE, World

from agentic.core.errors import LocalCloudError
from agentic.local.program import data_sources
from agentic.local.program.resources import all_types
from agentic.local.program.table import Context
from agentic.local.provider.changes import change

TABLE = all_types()
VPC, SUBNET, GROUP = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/securityGroup:SecurityGroup"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
DOMAINS = "aws:route53/resolverFirewallDomainList:ResolverFirewallDomainList"
RULES = "aws:route53/resolverFirewallRuleGroup:ResolverFirewallRuleGroup"
RULE = "aws:route53/resolverFirewallRule:ResolverFirewallRule"
ASSOCIATION = "aws:route53/resolverFirewallRuleGroupAssociation:ResolverFirewallRuleGroupAssociation"
CONFIG = "aws:route53/resolverFirewallConfig:ResolverFirewallConfig"
QUEUE, KEY = "aws:sqs/queue:Queue", "aws:kms/key:Key"
EVENTS = "aws:lambda/functionEventInvokeConfig:FunctionEventInvokeConfig"

_VPC_ID, _GROUP_ID = "vpc-0123456789abcdef0", "sg-0123456789abcdef0"
GOOD: dict[str, dict[str, Any]] = {
    VPC: {"cidrBlock": "10.0.0.0/24", "enableDnsSupport": True, "enableDnsHostnames": True},
    SUBNET: {"vpcId": _VPC_ID, "cidrBlock": "10.0.0.0/26", "availabilityZone": "eu-central-1a"},
    GROUP: {"name": "tiny", "vpcId": _VPC_ID, "description": "the functions"},
    EGRESS: {"securityGroupId": _GROUP_ID, "ipProtocol": "tcp", "fromPort": 443, "toPort": 443, "cidrIpv4": "10.0.0.0/24"},
    ENDPOINT: {"vpcId": _VPC_ID, "serviceName": "com.amazonaws.eu-central-1.lambda", "vpcEndpointType": "Interface"},
    DOMAINS: {"name": "tiny", "domains": ["*."]},
    RULES: {"name": "tiny"},
    RULE: {
        "name": "tiny",
        "firewallRuleGroupId": "rslvr-frg-0123456789abcdef0",
        "firewallDomainListId": "rslvr-fdl-0123456789abcdef0",
        "action": "BLOCK",
        "blockResponse": "NXDOMAIN",
        "priority": 100,
    },
    ASSOCIATION: {
        "name": "tiny",
        "firewallRuleGroupId": "rslvr-frg-0123456789abcdef0",
        "vpcId": _VPC_ID,
        "priority": 101,
    },
    CONFIG: {"resourceId": _VPC_ID, "firewallFailOpen": "DISABLED"},
    QUEUE: {"name": "tiny", "messageRetentionSeconds": 1209600},
    KEY: {"description": "a key"},
}


@pytest.mark.parametrize("token", GOOD)
def test_the_good_form_passes_and_has_a_stable_id(world: World, token: str) -> None:
    """The same in two accounts of the same place: a restarted cloud has the same ids."""
    first = TABLE.create(world.context(), token, "one", GOOD[token])
    if token == QUEUE:
        TABLE.delete(world.context(), token, "one", first.id, GOOD[token])
    assert TABLE.create(world.context(), token, "one", GOOD[token]).id == first.id


@pytest.mark.parametrize(
    ("token", "name", "value", "message"),
    [
        (VPC, "cidrBlock", "everything", "cidrBlock must match"),
        (VPC, "enableInternet", True, "enableInternet is not supported"),
        (SUBNET, "vpcId", _GROUP_ID, "vpcId must match"),
        (SUBNET, "availabilityZone", "us-east-1a", "the zone us-east-1a is not in the region eu-central-1"),
        (GROUP, "name", "sg-tiny", "name must match"),
        (GROUP, "egress", [], "egress is not supported"),
        (EGRESS, "ipProtocol", "https", "ipProtocol must match"),
        (EGRESS, "fromPort", 65536, "fromPort must be between"),
        (EGRESS, "referencedSecurityGroupId", _GROUP_ID, "one security group or one range, not both"),
        (ENDPOINT, "vpcEndpointType", "Gateway", "vpcEndpointType must be one of Interface"),
        (ENDPOINT, "serviceName", "com.amazonaws.us-east-1.lambda", "is not one of the region eu-central-1"),
        (ENDPOINT, "policy", '{"Version": "2012-10-17"}', "policy must be a policy document"),
        (DOMAINS, "domains", ["https://example.org"], "domains[0] must match"),
        (RULE, "blockResponse", None, "blockResponse is for the action BLOCK"),
        (RULE, "action", "ALLOW", "blockResponse is for the action BLOCK"),
        (ASSOCIATION, "priority", 100, "priority must be between 101 and"),
        (CONFIG, "firewallFailOpen", "no", "firewallFailOpen must be one of"),
        (QUEUE, "messageRetentionSeconds", 1209601, "messageRetentionSeconds must be between"),
        (QUEUE, "name", "tiny.fifo", "name must match"),
        (KEY, "deletionWindowInDays", 1, "deletionWindowInDays must be between"),
    ],
)
def test_a_slip_in_the_network_is_told_by_name(world: World, token: str, name: str, value: Any, message: str) -> None:
    spoilt = {**GOOD[token], name: value}
    if value is None:
        del spoilt[name]
    with pytest.raises(LocalCloudError) as caught:
        TABLE.create(world.context(), token, "one", spoilt)
    assert message in caught.value.message


def test_what_does_not_fit_its_vpc_is_refused(world: World) -> None:
    """As AWS does: a subnet outside of the range, a private name in a VPC that resolves none."""
    context = world.context()
    vpc = TABLE.create(context, VPC, "one", {**GOOD[VPC], "enableDnsHostnames": False}).id
    with pytest.raises(LocalCloudError, match=r"10\.1\.0\.0/26 is not inside the VPC's range 10\.0\.0\.0/24"):
        TABLE.create(context, SUBNET, "one", {**GOOD[SUBNET], "vpcId": vpc, "cidrBlock": "10.1.0.0/26"})
    named = {**GOOD[ENDPOINT], "vpcId": vpc, "privateDnsEnabled": True}
    with pytest.raises(LocalCloudError, match="privateDnsEnabled needs a VPC with"):
        TABLE.create(context, ENDPOINT, "one", named)
    TABLE.create(context, SUBNET, "one", {**GOOD[SUBNET], "vpcId": vpc})
    TABLE.create(context, ENDPOINT, "one", {**named, "privateDnsEnabled": False})


def test_an_event_needs_a_queue_that_there_is(world: World) -> None:
    context = world.context()
    context = Context(**{**{name: getattr(context, name) for name in context.__slots__}, "expected": frozenset({_FUNCTION})})
    queue = TABLE.create(context, QUEUE, "one", GOOD[QUEUE])
    to = {"functionName": "tiny", "maximumRetryAttempts": 0, "destinationConfig": {"onFailure": {"destination": ""}}}
    to["destinationConfig"] = {"onFailure": {"destination": f"{queue.outputs['arn']}-other"}}
    with pytest.raises(LocalCloudError, match="there is no queue tiny-other"):
        TABLE.create(context, EVENTS, "one", to)
    to["destinationConfig"] = {"onFailure": {"destination": queue.outputs["arn"]}}
    TABLE.create(context, EVENTS, "one", to)


_FUNCTION = ("aws:lambda/function:Function", "tiny")

# For each type a change in place and, where there is one, a change that makes another thing.
CHANGES: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (VPC, {"enableDnsHostnames": False}, {"cidrBlock": "10.1.0.0/24"}),
    (SUBNET, {"mapPublicIpOnLaunch": False}, {"cidrBlock": "10.0.0.64/26"}),
    (GROUP, {"tags": {"a": "b"}}, {"description": "other"}),
    (EGRESS, {"toPort": 444}, {"securityGroupId": "sg-0123456789abcdef1"}),
    (ENDPOINT, {"privateDnsEnabled": True}, {"serviceName": "com.amazonaws.eu-central-1.sts"}),
    (DOMAINS, {"domains": ["a.example."]}, {"name": "other"}),
    (RULES, {"tags": {"a": "b"}}, {"name": "other"}),
    (RULE, {"priority": 101}, {"firewallDomainListId": "rslvr-fdl-0123456789abcdef1"}),
    (ASSOCIATION, {"priority": 102}, {"vpcId": "vpc-0123456789abcdef1"}),
    (CONFIG, {"firewallFailOpen": "ENABLED"}, {"resourceId": "vpc-0123456789abcdef1"}),
    (QUEUE, {"messageRetentionSeconds": 60}, {"name": "other"}),
    (KEY, {"description": "other"}, {}),
]


@pytest.mark.parametrize(("token", "update", "replacement"), CHANGES, ids=[token for token, _, _ in CHANGES])
def test_a_life_from_creation_to_removal(world: World, token: str, update: dict[str, Any], replacement: dict[str, Any]) -> None:
    """What the real engine asks for: changes in place keep the id, others make another one, and what is gone is not found."""
    context, kind, good = world.context(), TABLE.type_of(token), GOOD[token]
    made = TABLE.create(context, token, "one", good)
    changed = {**good, **update}
    assert not change(kind, good, changed).replaces
    assert TABLE.update(context, token, "one", changed).id == made.id
    found = TABLE.find(context, token, "one", made.id, changed)
    assert found is not None
    assert {name: found[name] for name in update} == update
    if replacement:
        assert change(kind, good, {**good, **replacement}).replaces
    TABLE.delete(context, token, "one", made.id, changed)
    assert TABLE.find(context, token, "one", made.id, changed) is None
    TABLE.delete(context, token, "one", made.id, changed)


def test_a_changed_thing_can_stand_beside_the_old_one(world: World) -> None:
    """The engine makes the new one first: their ids must differ, also under one logical name."""
    context = world.context()
    first = TABLE.create(context, SUBNET, "one", GOOD[SUBNET])
    second = TABLE.create(context, SUBNET, "one", {**GOOD[SUBNET], "cidrBlock": "10.0.0.64/26"})
    TABLE.delete(context, SUBNET, "one", first.id, GOOD[SUBNET])
    assert TABLE.find(context, SUBNET, "one", second.id, GOOD[SUBNET]) is not None


def test_the_queue_is_a_real_one(world: World) -> None:
    """Made, found again and removed in SQS, with its policy; a letter put there can be read."""
    context, sqs = world.context(), world.endpoint.client("sqs")
    queue = TABLE.create(context, QUEUE, "one", {**GOOD[QUEUE], "sqsManagedSseEnabled": True})
    policy = '{"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*", "Action": "sqs:*"}]}'
    kept = {"queueUrl": queue.id, "policy": policy}
    TABLE.create(context, "aws:sqs/queuePolicy:QueuePolicy", "one", kept)
    found = TABLE.find(context, "aws:sqs/queuePolicy:QueuePolicy", "one", queue.id, kept)
    assert found == {"policy": policy}
    TABLE.update(context, QUEUE, "one", {**GOOD[QUEUE], "tags": {"a": "b"}})
    assert TABLE.find(context, "aws:sqs/queuePolicy:QueuePolicy", "one", queue.id, kept) == found
    sqs.send_message(QueueUrl=queue.id, MessageBody="lost")
    assert [letter["Body"] for letter in sqs.receive_message(QueueUrl=queue.id)["Messages"]] == ["lost"]
    TABLE.delete(context, "aws:sqs/queuePolicy:QueuePolicy", "one", queue.id, kept)
    assert TABLE.find(context, "aws:sqs/queuePolicy:QueuePolicy", "one", queue.id, kept) is None
    TABLE.delete(context, QUEUE, "one", queue.id, GOOD[QUEUE])
    assert sqs.list_queues().get("QueueUrls", []) == []


def test_the_endpoint_service_is_that_of_the_region() -> None:
    """Its zones and names are made of the region; a service that nobody asks for here is refused."""
    token = "aws:ec2/getVpcEndpointService:getVpcEndpointService"
    service = data_sources.answer(PLACE, token, {"service": "lambda", "serviceType": "Interface"})
    assert service["serviceName"] == "com.amazonaws.eu-central-1.lambda"
    assert service["privateDnsName"] == "lambda.eu-central-1.amazonaws.com"
    assert service["availabilityZones"] == ["eu-central-1a", "eu-central-1b", "eu-central-1c"]
    with pytest.raises(LocalCloudError, match="takes other arguments"):
        data_sources.answer(PLACE, token, {"service": "s3"})


_LIGHT = """
import sys
from agentic.local.program import light_packages
light_packages.install()
import pulumi_aws as aws
assert aws.ec2.Vpc.__module__ == "pulumi_aws.ec2.vpc"
assert callable(aws.ec2.get_vpc_endpoint_service)
assert aws.ec2.VpcEndpoint is sys.modules["pulumi_aws.ec2.vpc_endpoint"].VpcEndpoint
assert aws.lambda_.FunctionVpcConfigArgs.__module__ == "pulumi_aws.lambda_._inputs"
assert not [name for name in sys.modules if name in ("pulumi_aws.ec2.instance", "pulumi_aws.lambda_.alias")]
assert aws.lambda_.Runtime.PYTHON3D12 == "python3.12"  # an enumeration: only the whole package has it
assert "pulumi_aws.lambda_.alias" in sys.modules
try:
    aws.ec2.NoSuchThing
except AttributeError:
    print("fine")
"""


def test_the_sdks_packages_load_what_is_used_and_still_have_everything() -> None:
    """The local cloud's own process: names are found where they are, and those that are not, by loading the whole."""
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", _LIGHT], cwd=root, capture_output=True, text=True, timeout=120, check=False)
    assert (done.stdout, done.returncode) == ("fine\n", 0), done.stderr
