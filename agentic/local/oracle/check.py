"""One request against everything that is known of what AWS takes."""

import json
from collections.abc import Iterator, Mapping
from typing import Any, cast

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import policies
from agentic.local.oracle.actions import actions_of
from agentic.local.oracle.models import input_shape, load
from agentic.local.oracle.request import known
from agentic.local.oracle.shapes import faults_of


def check(service: str, operation: str, parameters: Mapping[str, Any]) -> list[str]:
    """What AWS would refuse in the request, one sentence each: service, operation, path, what is allowed, what was given.

    `service` as boto3 names it. Parts with `NOT_KNOWN` in them are left out, the rest is checked all the same.
    """
    told = f"{service} {operation}"
    try:
        shape = input_shape(service, operation)
    except LocalCloudError as error:
        return [error.message]
    if shape is None:
        return [f"{told}: {name} is not a parameter" for name in parameters]
    faults = faults_of(parameters, shape, "")
    for path, text in _texts(parameters, ""):
        if text.startswith("{") and '"Statement"' in text and known(text):
            faults += [f"{path}.{fault}" for fault in _policy_faults(text)]
    return [f"{told}: {fault}" for fault in faults]


def warm_up() -> None:
    """Read what the first requests of a start are checked with: about a quarter of a second that can pass elsewhere."""
    load("lambda", "bedrock-agentcore-control", "iam", "s3", "ec2", "logs", "dynamodb")
    for prefix in ("ec2", "bedrock", "s3", "logs"):
        actions_of(prefix)


def _policy_faults(text: str) -> list[str]:
    try:
        document: Any = json.loads(text)
    except ValueError:
        return []  # no policy; what must be JSON is read by the type's own schema
    return policies.faults_of(cast(Mapping[str, Any], document))


def _texts(value: Any, path: str) -> Iterator[tuple[str, str]]:
    """All texts with their paths. A policy can stand anywhere: in an attribute of a queue, for one."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in cast(Mapping[str, Any], value).items():
            yield from _texts(item, f"{path}.{name}" if path else str(name))
    elif isinstance(value, (list, tuple)):
        for index, item in enumerate(cast("list[Any] | tuple[Any, ...]", value)):
            yield from _texts(item, f"{path}[{index}]")
