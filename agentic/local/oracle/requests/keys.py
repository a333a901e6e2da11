"""KMS: the requests of keys. A key's id is drawn by AWS: `NOT_KNOWN`."""

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from agentic.local.oracle.request import NOT_KNOWN, ApiRequest
from agentic.local.oracle.spelling import spelled

if TYPE_CHECKING:
    from agentic.local.program.table import Context

# The provider asks for these by requests of their own.
_LATER = ("deletionWindowInDays", "enableKeyRotation")


def create_key(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    policy = {"policy": json.dumps(inputs["policy"])} if "policy" in inputs else {}
    return [spelled("kms", "CreateKey", {**inputs, **policy}, leave=_LATER), *_rotation(inputs)]


def update_key(context: "Context", logical: str, inputs: Mapping[str, Any]) -> list[ApiRequest]:
    requests = [ApiRequest("kms", "UpdateKeyDescription", _key(Description=inputs.get("description", "")))]
    if "policy" in inputs:
        policy = _key(PolicyName="default", Policy=json.dumps(inputs["policy"]))
        requests.append(ApiRequest("kms", "PutKeyPolicy", policy))
    if inputs.get("tags"):
        requests.append(spelled("kms", "TagResource", _key(tags=inputs["tags"])))
    return [*requests, *_rotation(inputs)]


def _rotation(inputs: Mapping[str, Any]) -> list[ApiRequest]:
    operation = "EnableKeyRotation" if inputs.get("enableKeyRotation") else "DisableKeyRotation"
    return [ApiRequest("kms", operation, _key())]


def _key(**more: Any) -> dict[str, Any]:
    return {"KeyId": NOT_KNOWN, **more}
