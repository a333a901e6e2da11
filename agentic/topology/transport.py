"""The policy of what is reached over the network: TLS or nothing."""

import pulumi


def tls_only(action: str, *resources: pulumi.Input[str]) -> pulumi.Output[str]:
    """A resource policy, as JSON, that denies everybody `action` ("s3:*") over a plain connection. It allows nothing."""
    statement = {
        "Sid": "TlsOnly",
        "Effect": "Deny",
        "Principal": "*",
        "Action": action,
        "Resource": resources[0] if len(resources) == 1 else list(resources),
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    return pulumi.Output.json_dumps({"Version": "2012-10-17", "Statement": [statement]})
