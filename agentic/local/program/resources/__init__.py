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
        ],
        warm_ups=(
            lambda context: context.client("dynamodb").list_tables(),
            lambda context: context.client("s3").list_buckets(),
            lambda context: context.client("iam").list_roles(),
            lambda context: context.client("logs").describe_log_groups(),
            lambda context: context.client("secretsmanager").list_secrets(),
        ),
    )
