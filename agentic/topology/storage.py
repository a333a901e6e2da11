"""The bucket of scripts, execution logs, and long bodies of the journal."""

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from agentic.topology.transport import tls_only

_DAYS_TO_ABORT_UPLOADS = 1
_BODIES = "bodies"
# As long as the journal's entries, which name them, stay in the runs table.
_DAYS_OF_BODIES = 91


@dataclass(frozen=True, slots=True, kw_only=True)
class Bucket:
    """A bucket that scripts and logs go to: `CodeStorage` is one; another one of the same account and region will do.

    One's own should refuse public access and plain HTTP, and let what is under `bodies/` expire; with a key of one's own it
    must have a bucket key.
    """

    name: pulumi.Input[str]
    arn: pulumi.Input[str]


class CodeStorage(pulumi.ComponentResource):
    """A private, versioned bucket, encrypted with `key_arn` or S3's keys, reachable over TLS only.

    Unless it is protected it goes with the stack, contents and all. With `expire_after_days` > 0 objects go then; those of the
    journal go with its entries in any case.
    """

    bucket: Bucket

    def __init__(
        self,
        name: str,
        *,
        bucket_name: str,
        protect: bool,
        expire_after_days: int,
        key_arn: pulumi.Input[str] | None = None,
        opts: pulumi.ResourceOptions | None = None,
    ) -> None:
        super().__init__("agentic:topology:CodeStorage", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        bucket = aws.s3.Bucket(
            name,
            bucket=bucket_name,
            force_destroy=not protect,
            opts=pulumi.ResourceOptions(parent=self, protect=protect),
        )
        aws.s3.BucketServerSideEncryptionConfiguration(
            name,
            bucket=bucket.bucket,
            rules=[_encryption(key_arn)],
            opts=child,
        )
        versioning = aws.s3.BucketVersioning(
            name, bucket=bucket.bucket, versioning_configuration={"status": "Enabled"}, opts=child
        )
        walls = aws.s3.BucketPublicAccessBlock(
            name,
            bucket=bucket.bucket,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        # After the access block: S3 refuses the two at the same time.
        aws.s3.BucketPolicy(
            name,
            bucket=bucket.bucket,
            policy=tls_only("s3:*", bucket.arn, pulumi.Output.concat(bucket.arn, "/*")),
            opts=pulumi.ResourceOptions(parent=self, depends_on=[walls]),
        )
        # Their names are of their content: no earlier version has anything that the current one has not.
        rules = [_expiring("bodies", f"{_BODIES}/", _DAYS_OF_BODIES, versions=1)]
        if expire_after_days:
            rules.append(_expiring("expire", "", expire_after_days, versions=expire_after_days))
        aws.s3.BucketLifecycleConfiguration(
            name,
            bucket=bucket.bucket,
            rules=rules,
            opts=pulumi.ResourceOptions(parent=self, depends_on=[versioning]),
        )
        self.bucket = Bucket(name=bucket.bucket, arn=bucket.arn)
        self.register_outputs({"name": bucket.bucket, "arn": bucket.arn})


def _expiring(rule: str, prefix: str, days: int, *, versions: int) -> aws.s3.BucketLifecycleConfigurationRuleArgsDict:
    """`versions`: the days after which one that has expired, or was replaced, is gone for good."""
    return {
        "id": rule,
        "status": "Enabled",
        "filter": {"prefix": prefix},
        "expiration": {"days": days},
        "noncurrent_version_expiration": {"noncurrent_days": versions},
        "abort_incomplete_multipart_upload": {"days_after_initiation": _DAYS_TO_ABORT_UPLOADS},
    }


def _encryption(
    key_arn: pulumi.Input[str] | None,
) -> aws.s3.BucketServerSideEncryptionConfigurationRuleArgsDict:
    """With a key of one's own S3 keeps a bucket key, so that not every object asks (and pays) KMS."""
    if key_arn is None:
        return {"apply_server_side_encryption_by_default": {"sse_algorithm": "AES256"}}
    by_default: aws.s3.BucketServerSideEncryptionConfigurationRuleApplyServerSideEncryptionByDefaultArgsDict = {
        "sse_algorithm": "aws:kms",
        "kms_master_key_id": key_arn,
    }
    return {"apply_server_side_encryption_by_default": by_default, "bucket_key_enabled": True}
