"""S3: the bucket and its settings, made in moto. The bucket's policy is kept by our own evaluator alone."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.program.resources import s3_requests as requests
from agentic.local.program.resources.existing import tag_list, tag_map, unless_absent
from agentic.local.program.resources.s3_rules import encryption_input, encryption_rules, lifecycle_input, lifecycle_rules
from agentic.local.program.schema import TAGS, Block, ListOf, Noted, PolicyText, Text, Truth, Whole
from agentic.local.program.table import Context, Create, Created, Inputs, Lifecycle, Requests, ResourceType

# Bucket naming rules of S3 (user guide, "General purpose bucket naming rules").
_NAME = Text(r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3)$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ON = Text(choices=("Enabled", "Disabled"))


def _sending(asked: Requests) -> Create:
    """A `create` that does no more than these requests; the resource's id is the bucket's name."""

    def create(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
        for request in asked(context, logical, inputs):
            request.send(context.client)
        return Created(inputs["bucket"])

    return create


def _bucket(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    requests.bucket(context, logical, inputs)[0].send(context.client)
    return _tagged_bucket(context, logical, inputs)


def _tagged_bucket(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    """All of a bucket that may change: its tags. What else it has are resources of their own."""
    name, region, tags = inputs["bucket"], context.place.region, inputs.get("tags", {})
    s3 = context.client("s3")
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": tag_list(tags)})
    else:
        s3.delete_bucket_tagging(Bucket=name)
    return Created(
        name,
        {
            "bucket": name,
            "arn": _arn(context, name),
            "bucketDomainName": f"{name}.s3.amazonaws.com",
            "bucketRegionalDomainName": f"{name}.s3.{region}.amazonaws.com",
            "bucketRegion": region,
            "region": region,
            "tagsAll": tags,
        },
    )


def _find_bucket(context: Context, name: str, inputs: Inputs) -> Inputs | None:
    s3 = context.client("s3")
    if unless_absent(lambda: s3.head_bucket(Bucket=name)) is None:
        return None
    tags = unless_absent(lambda: s3.get_bucket_tagging(Bucket=name))
    return {"bucket": name, "tags": tag_map(tags["TagSet"]) if tags else {}}


def _delete_bucket(context: Context, name: str, inputs: Inputs) -> None:
    """Only `forceDestroy` takes the objects along; without it S3 refuses a bucket that holds some."""
    s3 = context.client("s3")
    if inputs.get("forceDestroy") and unless_absent(lambda: s3.head_bucket(Bucket=name)) is not None:
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=name):
            found = [*page.get("Versions", ()), *page.get("DeleteMarkers", ())]
            if found:
                objects = [{"Key": item["Key"], "VersionId": item["VersionId"]} for item in found]
                s3.delete_objects(Bucket=name, Delete={"Objects": objects})
    unless_absent(lambda: s3.delete_bucket(Bucket=name))


def _find_versioning(context: Context, name: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("s3").get_bucket_versioning(Bucket=name))
    return {"versioningConfiguration": {"status": found["Status"]}} if found and "Status" in found else None


def _delete_versioning(context: Context, name: str, inputs: Inputs) -> None:
    """Once switched on, versioning can only be suspended."""
    suspended = {"Status": "Suspended"}
    unless_absent(lambda: context.client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration=suspended))


def _find_encryption(context: Context, name: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("s3").get_bucket_encryption(Bucket=name))
    if found is None:
        return None
    rules: list[Any] = found["ServerSideEncryptionConfiguration"]["Rules"]
    if rules == encryption_rules(inputs["rules"]):
        return {"rules": inputs["rules"]}
    return {"rules": [encryption_input(rule) for rule in rules]}


def _find_public_access(context: Context, name: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("s3").get_public_access_block(Bucket=name))
    if found is None:
        return None
    return {key: found["PublicAccessBlockConfiguration"][key[0].upper() + key[1:]] for key in requests.BLOCKS}


def _find_lifecycle(context: Context, name: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("s3").get_bucket_lifecycle_configuration(Bucket=name))
    if found is None:
        return None
    rules: list[Any] = found["Rules"]
    if rules == lifecycle_rules(inputs["rules"]):
        return {"rules": inputs["rules"]}
    return {"rules": [lifecycle_input(rule) for rule in rules]}


def _policy(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    # moto would take aws:SecureTransport for false and refuse every request.
    name = inputs["bucket"]
    context.permissions.set_resource_policy(_arn(context, name), inputs["policy"])
    return Created(name)


def _find_policy(context: Context, name: str, inputs: Inputs) -> Inputs | None:
    found = unless_absent(lambda: context.client("s3").get_bucket_policy(Bucket=name))
    return {"policy": json.dumps(json.loads(found["Policy"]))} if found else None


def _removal(operation: str) -> Callable[[Context, str, Inputs], None]:
    """A setting's deletion is one call with the bucket's name."""

    def delete(context: Context, name: str, inputs: Inputs) -> None:
        unless_absent(lambda: getattr(context.client("s3"), operation)(Bucket=name))

    return delete


def _arn(context: Context, name: str) -> str:
    return f"arn:{context.place.partition}:s3:::{name}"


def _known(context: Context, inputs: Inputs) -> None:
    if "bucket" in inputs and not context.exists(_BUCKET, inputs["bucket"]):
        raise LocalCloudError(f"there is no bucket {inputs['bucket']}")


_DAYS = Whole(least=1)
_BUCKET = "aws:s3/bucket:Bucket"

TYPES = (
    ResourceType(
        _BUCKET,
        Block({"bucket": _NAME}, {"forceDestroy": Truth(), "tags": TAGS}),
        ("bucket", "arn", "bucketDomainName", "bucketRegionalDomainName", "region"),
        _bucket,
        Lifecycle(_find_bucket, _delete_bucket, ("bucket",), updates=("forceDestroy", "tags"), update=_tagged_bucket),
        requests=requests.bucket,
    ),
    ResourceType(
        "aws:s3/bucketVersioning:BucketVersioning",
        Block({"bucket": _NAME, "versioningConfiguration": Block({"status": Text(choices=("Enabled", "Suspended"))})}),
        (),
        _sending(requests.versioning),
        Lifecycle(
            _find_versioning,
            _delete_versioning,
            ("bucket",),
            updates=("versioningConfiguration",),
            update=_sending(requests.versioning),
        ),
        _known,
        requests.versioning,
    ),
    ResourceType(
        "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
        Block(
            {
                "bucket": _NAME,
                "rules": ListOf(
                    Block(
                        {
                            "applyServerSideEncryptionByDefault": Block(
                                {"sseAlgorithm": Text(choices=("AES256", "aws:kms", "aws:kms:dsse"))},
                                {"kmsMasterKeyId": Text()},
                            )
                        },
                        {"bucketKeyEnabled": Truth(), "blockedEncryptionTypes": Noted("no client here uses SSE-C")},
                    ),
                    least=1,
                    most=1,
                ),
            }
        ),
        (),
        _sending(requests.encryption),
        Lifecycle(
            _find_encryption,
            _removal("delete_bucket_encryption"),
            ("bucket",),
            updates=("rules",),
            update=_sending(requests.encryption),
        ),
        _known,
        requests.encryption,
    ),
    ResourceType(
        "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",
        Block(
            {"bucket": _NAME},
            {
                "blockPublicAcls": Truth(),
                "blockPublicPolicy": Truth(),
                "ignorePublicAcls": Truth(),
                "restrictPublicBuckets": Truth(),
            },
        ),
        (),
        _sending(requests.public_access),
        Lifecycle(
            _find_public_access,
            _removal("delete_public_access_block"),
            ("bucket",),
            updates=requests.BLOCKS,
            update=_sending(requests.public_access),
        ),
        _known,
        requests.public_access,
    ),
    ResourceType(
        "aws:s3/bucketPolicy:BucketPolicy",
        Block({"bucket": _NAME, "policy": PolicyText(principal=True)}),
        (),
        _policy,
        Lifecycle(
            _find_policy,
            _removal("delete_bucket_policy"),
            ("bucket",),
            updates=("policy",),
            update=_policy,
            update_requests=requests.policy,
        ),
        _known,
        requests.policy,
    ),
    ResourceType(
        "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
        Block(
            {
                "bucket": _NAME,
                "rules": ListOf(
                    Block(
                        {"id": Text(longest=255), "status": _ON},
                        {
                            "filter": Block(optional={"prefix": Text()}),
                            "expiration": Block({"days": _DAYS}),
                            "noncurrentVersionExpiration": Block({"noncurrentDays": _DAYS}),
                            "abortIncompleteMultipartUpload": Block({"daysAfterInitiation": _DAYS}),
                        },
                    ),
                    least=1,
                ),
            }
        ),
        (),
        _sending(requests.lifecycle),
        Lifecycle(
            _find_lifecycle,
            _removal("delete_bucket_lifecycle"),
            ("bucket",),
            updates=("rules",),
            update=_sending(requests.lifecycle),
        ),
        _known,
        requests.lifecycle,
    ),
)
