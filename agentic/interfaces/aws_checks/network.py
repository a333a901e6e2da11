"""What the isolated network is made of must be offered in the region: an endpoint for Lambda, and DNS firewall."""

from collections.abc import Iterator
from typing import Any

from agentic.interfaces.aws_checks.account import Account
from agentic.interfaces.aws_checks.asking import NoAnswerError, answer
from agentic.interfaces.checklist import Item, bad, good, note

_OUT = "another region; agentic:isolated false takes the wall away, and hostile code may then send anywhere what it has read"
_ZONES_PROTECTED = 2
_PAGES = 12


def network(account: Account) -> Iterator[Item]:
    """The endpoint service with its zones, and an answer of DNS firewall."""
    if not account.target.settings.isolated:
        text = "off: hostile code can send what it has read anywhere (SECURITY.md)"
        yield note("isolated network", text, "agentic:isolated true, the default")
        return
    yield _endpoint(account)
    yield _firewall(account)


def _endpoint(account: Account) -> Item:
    name = "Lambda endpoint"
    try:
        services = list(_endpoint_services(account))
    except NoAnswerError as error:
        return error.item(name)
    # The name begins with the partition's own domain (com.amazonaws, cn.com.amazonaws).
    ending = f".{account.region}.lambda"
    zones = [
        zone
        for service in services
        if str(service["ServiceName"]).endswith(ending)
        for zone in service.get("AvailabilityZones", [])
    ]
    if not zones:
        return bad(name, f"no interface endpoint for Lambda in {account.region}", _OUT)
    if account.target.settings.protect and len(zones) < _ZONES_PROTECTED:
        return note(name, f"in one zone only ({zones[0]}): a failure of it stops all runs")
    return good(name, f"offered in {len(zones)} zones")


def _endpoint_services(account: Account) -> Iterator[Any]:
    """Raises `NoAnswerError`."""
    ec2, more = account.client("ec2"), dict[str, Any]()
    for _ in range(_PAGES):
        filters = [{"Name": "service-type", "Values": ["Interface"]}]
        page = answer(ec2.describe_vpc_endpoint_services, Filters=filters, **more)
        yield from page.get("ServiceDetails", [])
        if not page.get("NextToken"):
            return
        more = {"NextToken": page["NextToken"]}


def _firewall(account: Account) -> Item:
    name = "DNS firewall"
    try:
        answer(account.client("route53resolver").list_firewall_rule_groups, MaxResults=1)
    except NoAnswerError as error:
        if error.unreachable:
            return bad(name, f"no endpoint answers in {account.region}: {error.message}", _OUT)
        return error.item(name)
    return good(name, f"answers in {account.region}")
