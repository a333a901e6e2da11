"""Long bodies of the journal stand in the stack's bucket by their digest, and one that is gone is an error of ours."""

import hashlib

import boto3
import pytest
from moto import mock_aws

from agentic.agents.tools.bodies import S3Bodies
from agentic.core.errors import StorageError

BODY = b"\x00\xff" * 40_000
SHA256 = hashlib.sha256(BODY).hexdigest()


def test_a_body_is_kept_under_its_digest_and_comes_back() -> None:
    with mock_aws():
        s3 = boto3.client("s3", region_name="us-east-1", aws_access_key_id="test", aws_secret_access_key="test")
        s3.create_bucket(Bucket="bodies-of-runs")
        bodies = S3Bodies(lambda: s3, "bodies-of-runs")
        bodies.put(SHA256, BODY)
        bodies.put(SHA256, BODY)
        assert bodies.get(SHA256) == BODY
        assert [item["Key"] for item in s3.list_objects_v2(Bucket="bodies-of-runs")["Contents"]] == [f"bodies/{SHA256}"]
        with pytest.raises(StorageError, match="cannot be read"):
            bodies.get("0" * 64)
