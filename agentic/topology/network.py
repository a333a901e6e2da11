"""The network of the functions that run hostile code: one way out, to the brokers, and no other, not even by name lookups."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from agentic.core.names import StackNames
from agentic.core.settings import Settings
from agentic.topology.place import Place

# Nothing else is in this network and nothing is connected to it: any private range does.
_RANGE = "10.0.0.0/24"
_SUBNETS = ("10.0.0.0/26", "10.0.0.64/26")
_HTTPS = 443

_NOT_ISOLATED = (
    "agentic:isolated is false: generated code that turns hostile can send what it has read (the task, the API's answers;"
    " never the API's key) to anybody"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """Where functions have their network interfaces: `IsolatedNetwork.network`, or a network of one's own.

    One's own must lead to the region's Lambda endpoint (HTTPS), and should lead nowhere else. `ready` is what must stand
    before a function can reach its broker.
    """

    subnet_ids: Sequence[pulumi.Input[str]]
    security_group_ids: Sequence[pulumi.Input[str]]
    ready: Sequence[pulumi.Resource] = ()


def network_of(
    settings: Settings, names: StackNames, place: Place, apis: Sequence[str], opts: pulumi.ResourceOptions
) -> Network | None:
    """The network of the stack's `run_code` functions, which leads from each API's wall to its broker.

    None where the stack does not want one; what that means is told with every preview.
    """
    if not settings.isolated:
        pulumi.log.warn(_NOT_ISOLATED)
        return None
    may_ask = {place.role(names.function("run_code", api)): place.function(names.function("call_api", api)) for api in apis}
    # A zone costs while nobody uses it; a stack that is worth protecting gets a second one.
    zones = 2 if settings.protect else 1
    return IsolatedNetwork("isolated", names=names, may_ask=may_ask, zones=zones, opts=opts).network


class IsolatedNetwork(pulumi.ComponentResource):
    """A VPC without gateways and without routes out, whose only exit is an endpoint for Lambda's Invoke.

    `may_ask` says who may invoke what through it: role ARN to function ARN. `zones` (1 or 2) is the number of availability
    zones; each costs while idle, and with one of them a failure of that zone stops the runs.
    """

    network: Network

    def __init__(
        self,
        name: str,
        *,
        names: StackNames,
        may_ask: Mapping[str, str],
        zones: int,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:IsolatedNetwork", name, None, opts)
        self._name, self._names = name, names
        self._child = pulumi.ResourceOptions(parent=self)
        # The provider knows the service's name in this partition, and in which zones it is to be had.
        service = aws.ec2.get_vpc_endpoint_service(
            service="lambda", service_type="Interface", opts=pulumi.InvokeOptions(parent=self)
        )
        vpc = aws.ec2.Vpc(
            name,
            cidr_block=_RANGE,
            # Both are needed for the endpoint to answer under Lambda's usual name.
            enable_dns_support=True,
            enable_dns_hostnames=True,
            tags={"Name": names.network("isolated")},
            opts=self._child,
        )
        subnets = [
            aws.ec2.Subnet(
                f"{name}-{number}",
                vpc_id=vpc.id,
                cidr_block=cidr_block,
                availability_zone=zone,
                map_public_ip_on_launch=False,
                tags={"Name": names.network(f"isolated-{number}")},
                opts=self._child,
            )
            for number, (zone, cidr_block) in enumerate(zip(sorted(service.availability_zones)[:zones], _SUBNETS, strict=False))
        ]
        subnet_ids = [subnet.id for subnet in subnets]
        functions = self._security_group("functions", "run_code: out to the endpoint, nothing in", vpc.id)
        exits = self._security_group("endpoint", "Lambda endpoint: in from run_code, nothing out", vpc.id)
        ready = [
            *self._https(functions.id, exits.id),
            aws.ec2.VpcEndpoint(
                name,
                vpc_id=vpc.id,
                service_name=service.service_name,
                vpc_endpoint_type="Interface",
                private_dns_enabled=True,
                subnet_ids=subnet_ids,
                security_group_ids=[exits.id],
                policy=pulumi.Output.json_dumps(_endpoint_policy(may_ask)),
                tags={"Name": names.network("lambda")},
                opts=self._child,
            ),
            *self._name_lookups(vpc.id, service.private_dns_name),
        ]
        self.network = Network(subnet_ids=subnet_ids, security_group_ids=[functions.id], ready=ready)
        self.register_outputs({"vpc_id": vpc.id, "subnet_ids": subnet_ids})

    def _security_group(self, part: str, description: str, vpc_id: pulumi.Input[str]) -> "aws.ec2.SecurityGroup":
        """Empty: the provider takes away the rule that lets everything out, which AWS makes with a new group."""
        return aws.ec2.SecurityGroup(
            f"{self._name}-{part}",
            name=self._names.network(part),
            description=description,
            vpc_id=vpc_id,
            opts=self._child,
        )

    def _https(self, functions: pulumi.Input[str], exits: pulumi.Input[str]) -> Sequence[pulumi.Resource]:
        """The only traffic that the groups let through."""
        return (
            aws.vpc.SecurityGroupEgressRule(
                f"{self._name}-functions",
                security_group_id=functions,
                referenced_security_group_id=exits,
                ip_protocol="tcp",
                from_port=_HTTPS,
                to_port=_HTTPS,
                opts=self._child,
            ),
            aws.vpc.SecurityGroupIngressRule(
                f"{self._name}-endpoint",
                security_group_id=exits,
                referenced_security_group_id=functions,
                ip_protocol="tcp",
                from_port=_HTTPS,
                to_port=_HTTPS,
                opts=self._child,
            ),
        )

    def _name_lookups(self, vpc_id: pulumi.Input[str], allowed: str) -> Sequence[pulumi.Resource]:
        """The VPC's resolver answers for the endpoint's name alone.

        Security groups do not see lookups, and the resolver would ask the world for any name: `<secret>.attacker.example`
        carries data out of a network without routes.
        """
        group = aws.route53.ResolverFirewallRuleGroup(self._name, name=self._names.network("dns"), opts=self._child)
        rules = [
            self._rule("allowed", group.id, allowed, {"action": "ALLOW", "priority": 100}),
            self._rule("others", group.id, "*", {"action": "BLOCK", "block_response": "NXDOMAIN", "priority": 200}),
        ]
        association = aws.route53.ResolverFirewallRuleGroupAssociation(
            self._name,
            name=self._names.network("dns"),
            vpc_id=vpc_id,
            firewall_rule_group_id=group.id,
            priority=101,
            mutation_protection="DISABLED",
            opts=pulumi.ResourceOptions(parent=self, depends_on=rules),
        )
        # No answer rather than an unfiltered one while the firewall is out of order.
        closed = aws.route53.ResolverFirewallConfig(
            self._name, resource_id=vpc_id, firewall_fail_open="DISABLED", opts=self._child
        )
        return (association, closed)

    def _rule(self, part: str, group: pulumi.Input[str], domain: str, does: Mapping[str, Any]) -> pulumi.Resource:
        domains = aws.route53.ResolverFirewallDomainList(
            f"{self._name}-{part}",
            name=self._names.network(f"dns-{part}"),
            # With the full stop that AWS adds: without it every preview would show a difference.
            domains=[f"{domain.removesuffix('.')}."],
            opts=self._child,
        )
        return aws.route53.ResolverFirewallRule(
            f"{self._name}-{part}",
            name=self._names.network(f"dns-{part}"),
            firewall_rule_group_id=group,
            firewall_domain_list_id=domains.id,
            **does,
            opts=self._child,
        )


def _endpoint_policy(may_ask: Mapping[str, str]) -> Mapping[str, Any]:
    """Each role may invoke its function and do nothing else: not with other roles' credentials, not in other accounts.

    Both forms of a function's ARN have to be named (Lambda developer guide, "Creating an interface endpoint policy").
    """
    statements = [
        {
            "Effect": "Allow",
            "Principal": "*",
            "Action": "lambda:InvokeFunction",
            "Resource": [function, f"{function}:*"],
            "Condition": {"StringEquals": {"aws:PrincipalArn": role}},
        }
        for role, function in sorted(may_ask.items())
    ]
    return {"Version": "2012-10-17", "Statement": statements}
