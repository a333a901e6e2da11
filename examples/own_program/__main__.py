"""A Pulumi program of your own that embeds the component, with a bucket, a key and a network that it has anyway."""

import pulumi
import pulumi_aws as aws

from agentic import AgenticApi, Settings
from agentic.topology.network import Network
from agentic.topology.storage import Bucket

environment = pulumi.get_stack()

key = aws.kms.Key("data", description="What this program stores", enable_key_rotation=True)
bucket = aws.s3.Bucket("artifacts", bucket=f"example-artifacts-{environment}", force_destroy=True)
aws.s3.BucketServerSideEncryptionConfiguration(
    "artifacts",
    bucket=bucket.bucket,
    rules=[
        {
            "apply_server_side_encryption_by_default": {"sse_algorithm": "aws:kms", "kms_master_key_id": key.arn},
            "bucket_key_enabled": True,
        }
    ],
)
closed = aws.s3.BucketPublicAccessBlock(
    "artifacts",
    bucket=bucket.bucket,
    block_public_acls=True,
    block_public_policy=True,
    ignore_public_acls=True,
    restrict_public_buckets=True,
)

# Somewhere in a network that the company looks after: it must lead to Lambda's endpoint, and should lead nowhere else.
vpc = aws.ec2.Vpc("company", cidr_block="10.20.0.0/16", enable_dns_support=True, enable_dns_hostnames=True)
subnet = aws.ec2.Subnet("company", vpc_id=vpc.id, cidr_block="10.20.1.0/24")
group = aws.ec2.SecurityGroup(
    "company", name=f"example-{environment}", vpc_id=vpc.id, description="Functions that run generated code"
)

api = AgenticApi(
    "agentic",
    settings=Settings(apis=("stripe",)),
    bucket=Bucket(name=bucket.bucket, arn=bucket.arn),
    key_arn=key.arn,
    network=Network(subnet_ids=[subnet.id], security_group_ids=[group.id]),
    opts=pulumi.ResourceOptions(depends_on=[closed]),
)

for name, value in api.exports.items():
    pulumi.export(name, value)
