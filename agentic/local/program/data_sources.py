"""What a program may ask of AWS without making anything: `aws.get_region()` and the like."""

from collections.abc import Callable, Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.program.place import Place

# The suffix of each partition's hosts (botocore, partitions.json).
_DNS_SUFFIXES = {"aws": "amazonaws.com", "aws-cn": "amazonaws.com.cn", "aws-us-gov": "amazonaws.com"}


def answer(place: Place, token: str, args: Mapping[str, Any]) -> Mapping[str, Any]:
    """The data source's result in Pulumi's spelling. Raises `LocalCloudError` for one that is not known here."""
    source = _SOURCES.get(token)
    if source is None:
        raise LocalCloudError(
            f"the local cloud has no data source {token}",
            hint=f"there are {', '.join(sorted(_SOURCES))}; policies are written with json.dumps and Output.json_dumps",
        )
    given = {name: value for name, value in args.items() if value is not None}
    if given != _ARGUMENTS.get(token, {}):
        raise LocalCloudError(f"the data source {token} takes other arguments in the local cloud: {_ARGUMENTS.get(token, {})}")
    return source(place)


def _caller_identity(place: Place) -> Mapping[str, Any]:
    user = "local"
    arn = place.arn("iam", f"user/{user}", regional=False)
    return {"accountId": place.account_id, "arn": arn, "id": place.account_id, "userId": f"AIDA{'LOCAL' * 3}"}


def _region(place: Place) -> Mapping[str, Any]:
    return {
        "region": place.region,
        "name": place.region,
        "id": place.region,
        "description": f"local cloud ({place.region})",
        "endpoint": f"ec2.{place.region}.{_DNS_SUFFIXES[place.partition]}",
    }


def _partition(place: Place) -> Mapping[str, Any]:
    suffix = _DNS_SUFFIXES[place.partition]
    return {
        "partition": place.partition,
        "id": place.partition,
        "dnsSuffix": suffix,
        "reverseDnsPrefix": ".".join(reversed(suffix.split("."))),
    }


def _lambda_endpoint(place: Place) -> Mapping[str, Any]:
    """The service behind an interface endpoint for Lambda, in three zones as most regions have them."""
    name = f"lambda.{place.region}.{_DNS_SUFFIXES[place.partition]}"
    prefix = "cn.com.amazonaws" if place.partition == "aws-cn" else "com.amazonaws"
    return {
        "service": "lambda",
        "serviceName": f"{prefix}.{place.region}.lambda",
        "serviceType": "Interface",
        "serviceRegion": place.region,
        "availabilityZones": [f"{place.region}{letter}" for letter in "abc"],
        "privateDnsName": name,
        "privateDnsNames": [name],
        "vpcEndpointPolicySupported": True,
        "acceptanceRequired": False,
        "owner": "amazon",
        "id": place.stable("endpoint service", "lambda", 10),
    }


_LAMBDA_ENDPOINT = "aws:ec2/getVpcEndpointService:getVpcEndpointService"
# What a data source can be asked here; the others take nothing.
_ARGUMENTS: Mapping[str, Mapping[str, Any]] = {_LAMBDA_ENDPOINT: {"service": "lambda", "serviceType": "Interface"}}
_SOURCES: Mapping[str, Callable[[Place], Mapping[str, Any]]] = {
    "aws:index/getCallerIdentity:getCallerIdentity": _caller_identity,
    "aws:index/getRegion:getRegion": _region,
    "aws:index/getPartition:getPartition": _partition,
    _LAMBDA_ENDPOINT: _lambda_endpoint,
}
