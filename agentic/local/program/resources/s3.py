"""S3: the bucket and its settings, made in moto. The bucket's policy is kept by our own evaluator alone."""

from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.program.schema import TAGS, Block, ListOf, Noted, PolicyText, Text, Truth, Whole
from agentic.local.program.table import Context, Created, ResourceType

# Bucket naming rules of S3 (user guide, "General purpose bucket naming rules").
_NAME = Text(r"(?!xn--|sthree-|amzn-s3-demo-)(?!.*(-s3alias|--ol-s3|\.mrap|--x-s3)$)(?!.*\.\.)[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
_ON = Text(choices=("Enabled", "Disabled"))


def _bucket(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name, region = inputs["bucket"], context.place.region
    s3 = context.client("s3")
    # us-east-1 is the one region that must not be named.
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **where)
    tags = inputs.get("tags", {})
    if tags:
        s3.put_bucket_tagging(Bucket=name, Tagging={"TagSet": [{"Key": key, "Value": value} for key, value in tags.items()]})
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


def _versioning(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name = _known(context, inputs["bucket"])
    status = inputs["versioningConfiguration"]["status"]
    context.client("s3").put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": status})
    return Created(name)


def _encryption(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name = _known(context, inputs["bucket"])
    rules: list[dict[str, Any]] = []
    for rule in inputs["rules"]:
        default = rule["applyServerSideEncryptionByDefault"]
        wire: dict[str, Any] = {"SSEAlgorithm": default["sseAlgorithm"]}
        if "kmsMasterKeyId" in default:
            wire["KMSMasterKeyID"] = default["kmsMasterKeyId"]
        rules.append({"ApplyServerSideEncryptionByDefault": wire, "BucketKeyEnabled": rule.get("bucketKeyEnabled", False)})
    context.client("s3").put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration={"Rules": rules})
    return Created(name)


def _public_access(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name = _known(context, inputs["bucket"])
    keys = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    context.client("s3").put_public_access_block(
        Bucket=name, PublicAccessBlockConfiguration={key[0].upper() + key[1:]: inputs.get(key, False) for key in keys}
    )
    return Created(name)


def _lifecycle(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    name = _known(context, inputs["bucket"])
    rules: list[dict[str, Any]] = []
    for rule in inputs["rules"]:
        wire: dict[str, Any] = {
            "ID": rule["id"],
            "Status": rule["status"],
            "Filter": {"Prefix": rule.get("filter", {}).get("prefix", "")},
        }
        if "expiration" in rule:
            wire["Expiration"] = {"Days": rule["expiration"]["days"]}
        if "noncurrentVersionExpiration" in rule:
            wire["NoncurrentVersionExpiration"] = {"NoncurrentDays": rule["noncurrentVersionExpiration"]["noncurrentDays"]}
        if "abortIncompleteMultipartUpload" in rule:
            days = rule["abortIncompleteMultipartUpload"]["daysAfterInitiation"]
            wire["AbortIncompleteMultipartUpload"] = {"DaysAfterInitiation": days}
        rules.append(wire)
    context.client("s3").put_bucket_lifecycle_configuration(Bucket=name, LifecycleConfiguration={"Rules": rules})
    return Created(name)


def _policy(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    # moto would take aws:SecureTransport for false and refuse every request.
    name = _known(context, inputs["bucket"])
    context.permissions.set_resource_policy(_arn(context, name), inputs["policy"])
    return Created(name)


def _arn(context: Context, name: str) -> str:
    return f"arn:{context.place.partition}:s3:::{name}"


def _known(context: Context, name: str) -> str:
    with context.made.lock:
        if ("aws:s3/bucket:Bucket", name) not in context.made.ids:
            raise LocalCloudError(f"there is no bucket {name}")
    return name


_DAYS = Whole(least=1)

TYPES = (
    ResourceType(
        "aws:s3/bucket:Bucket",
        Block({"bucket": _NAME}, {"forceDestroy": Truth(), "tags": TAGS}),
        ("bucket", "arn", "bucketDomainName", "bucketRegionalDomainName", "region"),
        _bucket,
    ),
    ResourceType(
        "aws:s3/bucketVersioning:BucketVersioning",
        Block({"bucket": _NAME, "versioningConfiguration": Block({"status": Text(choices=("Enabled", "Suspended"))})}),
        (),
        _versioning,
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
        _encryption,
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
        _public_access,
    ),
    ResourceType(
        "aws:s3/bucketPolicy:BucketPolicy",
        Block({"bucket": _NAME, "policy": PolicyText(principal=True)}),
        (),
        _policy,
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
        _lifecycle,
    ),
)
