"""S3: what the types of a bucket and its settings ask of AWS, as they send it."""

import json
from typing import Any

from agentic.local.oracle import ApiRequest
from agentic.local.program.resources.existing import tag_list
from agentic.local.program.resources.s3_rules import encryption_rules, lifecycle_rules
from agentic.local.program.table import Context, Inputs

BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def bucket(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    name, region = inputs["bucket"], context.place.region
    # us-east-1 is the one region that must not be named.
    where = {} if region == "us-east-1" else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    tags = {"TagSet": tag_list(inputs.get("tags", {}))}
    return [*_put("CreateBucket", name, **where), *(_put("PutBucketTagging", name, Tagging=tags) if tags["TagSet"] else [])]


def versioning(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    status = inputs["versioningConfiguration"]["status"]
    return _put("PutBucketVersioning", inputs["bucket"], VersioningConfiguration={"Status": status})


def encryption(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    configuration = {"Rules": encryption_rules(inputs["rules"])}
    return _put("PutBucketEncryption", inputs["bucket"], ServerSideEncryptionConfiguration=configuration)


def public_access(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    blocks = {key[0].upper() + key[1:]: inputs.get(key, False) for key in BLOCKS}
    return _put("PutPublicAccessBlock", inputs["bucket"], PublicAccessBlockConfiguration=blocks)


def lifecycle(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    rules = {"Rules": lifecycle_rules(inputs["rules"])}
    return _put("PutBucketLifecycleConfiguration", inputs["bucket"], LifecycleConfiguration=rules)


def policy(context: Context, logical: str, inputs: Inputs) -> list[ApiRequest]:
    return _put("PutBucketPolicy", inputs["bucket"], Policy=json.dumps(inputs["policy"]))


def _put(operation: str, bucket: str, **parameters: Any) -> list[ApiRequest]:
    return [ApiRequest("s3", operation, {"Bucket": bucket, **parameters})]
