"""The resource types that a program may use on the local cloud, one file per service."""

from agentic.local.program.resources import agentcore, dynamodb, functions, iam, logs, random_values, s3, secrets_manager
from agentic.local.program.table import ResourceTable


def all_types() -> ResourceTable:
    """The table with every type there is."""
    return ResourceTable(
        [
            *s3.TYPES,
            *secrets_manager.TYPES,
            *logs.TYPES,
            *iam.TYPES,
            *dynamodb.TYPES,
            *functions.TYPES,
            *agentcore.TYPES,
            *random_values.TYPES,
        ]
    )
