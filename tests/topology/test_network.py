"""The isolated network leaves hostile code one way out. Each check has controls: a network that leaks is found by it."""

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from recorded import Recorded, order, record

LAMBDA = "arn:aws-eusc:lambda:eu-central-1:111122223333:function:agentic-api-developer-dev-"
ROLE = "arn:aws-eusc:iam::111122223333:role/agentic-api-developer-dev-"
FUNCTIONS, ENDPOINT = "agentic-api-developer-dev-functions-id", "agentic-api-developer-dev-endpoint-id"
_NETWORK_KINDS = {"Vpc", "Subnet", "SecurityGroup", "SecurityGroupEgressRule", "SecurityGroupIngressRule", "VpcEndpoint"}


def there_is_no_other_way(recorded: Recorded) -> Iterator[str]:
    """Of all that networks can have (gateways, routes, peerings, addresses), only what the endpoint needs is there."""
    for resource in recorded.resources:
        package, kind = resource.type.split(":")[1].split("/")[0], resource.type.rsplit(":", 1)[-1]
        if package in ("ec2", "vpc", "ec2transitgateway") and kind not in _NETWORK_KINDS:
            yield f"there is a {kind}"
    for subnet in recorded.of("Subnet"):
        if subnet.inputs.get("mapPublicIpOnLaunch") is not False:
            yield f"{subnet.name} gives public addresses"


def only_https_to_the_endpoint(recorded: Recorded) -> Iterator[str]:
    """The functions' group lets out HTTPS to the endpoint's group, which lets in just that; no further rules."""
    for group in recorded.of("SecurityGroup"):
        if {"ingress", "egress"} & set(group.inputs):
            yield f"{group.name} has rules of its own"
    expected = {"SecurityGroupEgressRule": (FUNCTIONS, ENDPOINT), "SecurityGroupIngressRule": (ENDPOINT, FUNCTIONS)}
    for kind, (own, other) in expected.items():
        rules = [rule.inputs for rule in recorded.of(kind)]
        wanted = {"securityGroupId": own, "referencedSecurityGroupId": other, "ipProtocol": "tcp"}
        if rules != [{**wanted, "fromPort": 443, "toPort": 443}]:
            yield f"{kind}: {rules}"


def the_endpoint_serves_one_call(recorded: Recorded) -> Iterator[str]:
    """Each API's wall may invoke its own broker through the endpoint, and nobody may do anything else."""
    endpoint = recorded.one("VpcEndpoint", "isolated").inputs
    if (endpoint["serviceName"], endpoint["vpcEndpointType"]) != ("com.example.eu-central-1.lambda", "Interface"):
        yield f"the endpoint is {endpoint['vpcEndpointType']} {endpoint['serviceName']}"
    if endpoint["securityGroupIds"] != [ENDPOINT] or endpoint["privateDnsEnabled"] is not True:
        yield f"the endpoint is reached by {endpoint['securityGroupIds']}"
    statements = json.loads(endpoint["policy"])["Statement"] if "policy" in endpoint else []
    expected = [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "lambda:InvokeFunction",
            "Resource": [f"{LAMBDA}call-api-{api}", f"{LAMBDA}call-api-{api}:*"],
            "Condition": {"StringEquals": {"aws:PrincipalArn": f"{ROLE}run-code-{api}"}},
        }
        for api in ("other-api", "stripe")
    ]
    if statements != expected:
        yield f"the endpoint's policy is {statements}"


def names_are_not_looked_up(recorded: Recorded) -> Iterator[str]:
    """The firewall allows the endpoint's name, blocks all others after it, is on the VPC, and fails closed."""
    domains = {f"{item.inputs['name']}-id": item.inputs["domains"] for item in recorded.of("ResolverFirewallDomainList")}
    rules = sorted((rule.inputs for rule in recorded.of("ResolverFirewallRule")), key=lambda rule: rule["priority"])
    does = [(domains[rule["firewallDomainListId"]], rule["action"], rule.get("blockResponse")) for rule in rules]
    if does != [(["lambda.eu-central-1.amazonaws.example."], "ALLOW", None), (["*."], "BLOCK", "NXDOMAIN")]:
        yield f"the firewall does {does}"
    associations = [item.inputs for item in recorded.of("ResolverFirewallRuleGroupAssociation")]
    groups = {rule["firewallRuleGroupId"] for rule in rules}
    if [{item["firewallRuleGroupId"]} for item in associations] != [groups] or associations[0]["vpcId"] != "isolated-id":
        yield f"the firewall is on {associations}"
    closed = [item.inputs for item in recorded.of("ResolverFirewallConfig")]
    if closed != [{"resourceId": "isolated-id", "firewallFailOpen": "DISABLED"}]:
        yield f"the firewall's configuration is {closed}"


def walls_and_only_walls_are_inside(recorded: Recorded) -> Iterator[str]:
    """Every function that runs code is in the network, begins after it is closed, and no other function is in it."""
    subnets = [f"{subnet.name}-id" for subnet in recorded.of("Subnet")]
    kinds = ("SecurityGroupEgressRule", "VpcEndpoint", "ResolverFirewallRuleGroupAssociation", "ResolverFirewallConfig")
    closed = {resource.urn for kind in kinds for resource in recorded.of(kind)}
    for function in recorded.of("Function"):
        network = function.inputs.get("vpcConfig")
        if not function.name.startswith("run-code"):
            if network:
                yield f"{function.name} is in the network"
        elif network != {"subnetIds": subnets, "securityGroupIds": [FUNCTIONS]}:
            yield f"{function.name} is in {network}"
        elif not closed <= set(function.dependencies):
            yield f"{function.name} does not wait for the network"


CHECKS = [
    there_is_no_other_way,
    only_https_to_the_endpoint,
    the_endpoint_serves_one_call,
    names_are_not_looked_up,
    walls_and_only_walls_are_inside,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_hostile_code_has_one_way_out(check: Callable[[Recorded], Iterator[str]], dev: Recorded):
    assert list(check(dev)) == []


def _with(kind: str, **inputs: Any) -> Callable[[Recorded], None]:
    """The first resource of a kind with other inputs; None takes one away."""

    def spoil(recorded: Recorded) -> None:
        resource = recorded.of(kind)[0]
        for name, value in inputs.items():
            if value is None:
                resource.inputs.pop(name)
            else:
                resource.inputs[name] = value

    return spoil


def _without(kind: str) -> Callable[[Recorded], None]:
    def spoil(recorded: Recorded) -> None:
        recorded.resources.remove(recorded.of(kind)[-1])

    return spoil


def _renamed(kind: str, other: str) -> Callable[[Recorded], None]:
    def spoil(recorded: Recorded) -> None:
        found = recorded.of(kind)[0]
        recorded.resources.append(type(found)(**{**vars(found), "type": other}))

    return spoil


_ANYBODY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*"}]})


@pytest.mark.parametrize(
    ("check", "spoil"),
    [
        (there_is_no_other_way, _renamed("Vpc", "aws:ec2/internetGateway:InternetGateway")),
        (there_is_no_other_way, _renamed("Vpc", "aws:ec2/natGateway:NatGateway")),
        (there_is_no_other_way, _renamed("Vpc", "aws:ec2/vpcPeeringConnection:VpcPeeringConnection")),
        (there_is_no_other_way, _with("Subnet", mapPublicIpOnLaunch=True)),
        (only_https_to_the_endpoint, _with("SecurityGroupEgressRule", referencedSecurityGroupId=None, cidrIpv4="0.0.0.0/0")),
        (only_https_to_the_endpoint, _with("SecurityGroupEgressRule", fromPort=0)),
        (only_https_to_the_endpoint, _with("SecurityGroup", egress=[{"protocol": "-1"}])),
        (only_https_to_the_endpoint, _renamed("SecurityGroupIngressRule", "aws:vpc/x:SecurityGroupEgressRule")),
        (the_endpoint_serves_one_call, _with("VpcEndpoint", policy=None)),
        (the_endpoint_serves_one_call, _with("VpcEndpoint", policy=_ANYBODY)),
        (names_are_not_looked_up, _without("ResolverFirewallRule")),
        (names_are_not_looked_up, _with("ResolverFirewallDomainList", domains=["*.amazonaws.example."])),
        (names_are_not_looked_up, _without("ResolverFirewallRuleGroupAssociation")),
        (names_are_not_looked_up, _with("ResolverFirewallConfig", firewallFailOpen="ENABLED")),
        (walls_and_only_walls_are_inside, lambda recorded: recorded.one("Function", "run-code-stripe").inputs.pop("vpcConfig")),
        (walls_and_only_walls_are_inside, lambda recorded: recorded.one("Function", "run-code-stripe").dependencies.clear()),
    ],
)
def test_control_a_leak_is_found(check: Any, spoil: Callable[[Recorded], None], dev: Recorded):
    spoilt = dev.copy()
    spoil(spoilt)
    assert list(check(spoilt)) != []


def test_zones_are_asked_for_and_a_protected_stack_has_two(dev: Recorded, prod: Recorded):
    def zones(recorded: Recorded) -> list[tuple[str, str]]:
        return [(subnet.inputs["availabilityZone"], subnet.inputs["cidrBlock"]) for subnet in recorded.of("Subnet")]

    assert zones(dev) == [("zone-1", "10.0.0.0/26")]
    assert zones(prod) == [("zone-1", "10.0.0.0/26"), ("zone-2", "10.0.0.64/26")]


def _interfaces(recorded: Recorded) -> list[str]:
    """The rights to network interfaces that a wall's role has."""
    statements = recorded.policy("agentic-api-developer-dev-run-code-stripe")["Statement"]
    allowed = [action for item in statements if item["Effect"] == "Allow" for action in item["Action"]]
    return sorted(action for action in allowed if action.startswith("ec2:"))


def test_without_isolation_there_is_no_network_and_every_preview_says_what_that_means(dev: Recorded):
    open_stack = record(order(isolated="false"))
    assert not [resource for resource in open_stack.resources if "ec2" in resource.type or "route53" in resource.type]
    assert "vpcConfig" not in open_stack.one("Function", "run-code-stripe").inputs
    assert _interfaces(open_stack) == []
    (warning,) = open_stack.warnings
    assert warning.startswith("agentic:isolated is false: generated code")
    assert dev.warnings == []
    assert "ec2:CreateNetworkInterface" in _interfaces(dev)


def test_a_network_of_ones_own_is_used_instead():
    own = {"subnet_ids": ["subnet-0123456789abcdef0"], "security_group_ids": ["sg-0123456789abcdef0"]}
    embedded = record({**order(), "own": {"network": own}})
    assert not [resource for resource in embedded.resources if resource.custom and "ec2" in resource.type]
    assert embedded.one("Function", "run-code-other_api").inputs["vpcConfig"] == {
        "subnetIds": own["subnet_ids"],
        "securityGroupIds": own["security_group_ids"],
    }
    assert "ec2:CreateNetworkInterface" in _interfaces(embedded)


def _physical_names(recorded: Recorded) -> set[tuple[str, str]]:
    """Type and name of everything that an account can have once; policies are named within their role."""
    names: set[tuple[str, str]] = set()
    for resource in recorded.resources:
        own = [resource.inputs.get(key) for key in ("name", "bucket", "harnessName", "functionName", "queueUrl")]
        own.append(resource.inputs.get("tags", {}).get("Name"))
        kind = resource.type.rsplit(":", 1)[-1]
        if resource.custom and kind not in ("RolePolicy", "AgentcoreGatewayTarget"):
            names |= {(kind, name) for name in own if name}
    return names


def test_two_stacks_of_an_account_share_no_name(dev: Recorded):
    """`dev` and `prod` with the same settings and APIs."""
    prod = record(order("prod"))
    assert len(_physical_names(dev)) > 50
    assert _physical_names(dev) & _physical_names(prod) == set()


def test_control_a_shared_name_is_found(dev: Recorded):
    prod = record(order("prod"))
    prod.one("SecurityGroup", "isolated-functions").inputs["name"] = "agentic-api-developer-dev-functions"
    assert _physical_names(dev) & _physical_names(prod) == {("SecurityGroup", "agentic-api-developer-dev-functions")}
