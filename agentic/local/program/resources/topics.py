"""SNS: topics and their policies, made in moto. A topic's policy is kept for who asks for it; roles' own rights decide."""

import json
from collections.abc import Mapping
from typing import Any

from agentic.local.oracle import ApiRequest
from agentic.local.program.resources.existing import tag_list, tag_map, unless_absent
from agentic.local.program.schema import TAGS, Block, PolicyText, Text
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

TOPIC = "aws:sns/topic:Topic"

_ATTRIBUTES = {"displayName": "DisplayName", "kmsMasterKeyId": "KmsMasterKeyId"}


def _attributes(inputs: Inputs) -> dict[str, str]:
    return {ours: str(inputs[name]) for name, ours in _ATTRIBUTES.items() if name in inputs}


def _requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    parameters = {"Name": inputs["name"], "Attributes": _attributes(inputs), "Tags": tag_list(inputs.get("tags", {}))}
    return [ApiRequest("sns", "CreateTopic", parameters)]


def _topic(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    (request,) = _requests(context, logical, inputs)
    return _described(context, request.send(context.client)["TopicArn"], inputs)


def _described(context: Context, arn: str, inputs: Inputs) -> Created:
    outputs = {"arn": arn, "name": inputs["name"], "tagsAll": inputs.get("tags", {}), "owner": context.place.account_id}
    return Created(arn, {**outputs, "region": context.place.region})


def _update(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    """What the program does not say any more is empty again."""
    sns, tags = context.client("sns"), inputs.get("tags", {})
    arn = context.place.arn("sns", inputs["name"])
    for name, value in {**dict.fromkeys(_ATTRIBUTES.values(), ""), **_attributes(inputs)}.items():
        sns.set_topic_attributes(TopicArn=arn, AttributeName=name, AttributeValue=value)
    gone = sorted(set(tag_map(sns.list_tags_for_resource(ResourceArn=arn)["Tags"])) - set(tags))
    if gone:
        sns.untag_resource(ResourceArn=arn, TagKeys=gone)
    if tags:
        sns.tag_resource(ResourceArn=arn, Tags=tag_list(tags))
    return _described(context, arn, inputs)


def _find(context: Context, arn: str, inputs: Inputs) -> Inputs | None:
    sns = context.client("sns")
    found = unless_absent(lambda: sns.get_topic_attributes(TopicArn=arn))
    if found is None:
        return None
    given = found["Attributes"]
    return {
        "name": arn.rpartition(":")[2],
        **{name: given[ours] for name, ours in _ATTRIBUTES.items() if given.get(ours)},
        "tags": tag_map(sns.list_tags_for_resource(ResourceArn=arn)["Tags"]),
    }


def _delete(context: Context, arn: str, inputs: Inputs) -> None:
    unless_absent(lambda: context.client("sns").delete_topic(TopicArn=arn))


def _policy_requests(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    parameters = {"TopicArn": inputs["arn"], "AttributeName": "Policy", "AttributeValue": json.dumps(inputs["policy"])}
    return [ApiRequest("sns", "SetTopicAttributes", parameters)]


def _policy(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    for request in _policy_requests(context, logical, inputs):
        request.send(context.client)
    return Created(inputs["arn"], {"owner": context.place.account_id})


def _find_policy(context: Context, arn: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("sns").get_topic_attributes(TopicArn=arn))
    text = found["Attributes"].get("Policy") if found else None
    # A topic whose policy was removed has SNS's own one for the owner again.
    return {"policy": json.dumps(json.loads(text))} if text and "__default_policy_ID" not in text else None


def _delete_policy(context: Context, arn: str, inputs: Inputs) -> None:
    own = json.dumps({"Version": "2008-10-17", "Id": "__default_policy_ID", "Statement": []})
    request = {"TopicArn": arn, "AttributeName": "Policy", "AttributeValue": own}
    unless_absent(lambda: context.client("sns").set_topic_attributes(**request))


TYPES = (
    ResourceType(
        TOPIC,
        Block(
            {"name": Text(r"[A-Za-z0-9_-]{1,256}")},
            {
                "displayName": Text(longest=100),
                "kmsMasterKeyId": Text(r"alias/[A-Za-z0-9/_-]+|arn:[a-z-]+:kms:[a-z0-9-]+:\d{12}:(key|alias)/.+"),
                "tags": TAGS,
            },
        ),
        ("arn", "name"),
        _topic,
        Lifecycle(_find, _delete, ("name",), updates=("displayName", "kmsMasterKeyId", "tags"), update=_update),
        requests=_requests,
    ),
    ResourceType(
        "aws:sns/topicPolicy:TopicPolicy",
        Block({"arn": Text(r"arn:[a-z-]+:sns:[a-z0-9-]+:\d{12}:.+"), "policy": PolicyText(principal=True)}),
        (),
        _policy,
        Lifecycle(_find_policy, _delete_policy, ("arn",), updates=("policy",), update=_policy),
        requests=_policy_requests,
    ),
)
