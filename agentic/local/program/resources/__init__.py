"""The resource types that a program may use on the local cloud, one file per service."""

from agentic.local.oracle import warm_up
from agentic.local.program.resources import (
    agentcore,
    bedrock_agents,
    dynamodb,
    event_source_mappings,
    function_permissions,
    functions,
    http_apis,
    iam,
    keys,
    logs,
    network,
    queues,
    random_values,
    s3,
    schedules,
    secrets_manager,
    state_machines,
    topics,
)
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
            *function_permissions.TYPES,
            *agentcore.TYPES,
            *state_machines.TYPES,
            *bedrock_agents.TYPES,
            *network.TYPES,
            *queues.TYPES,
            *event_source_mappings.TYPES,
            *schedules.TYPES,
            *topics.TYPES,
            *http_apis.TYPES,
            *keys.TYPES,
            *random_values.TYPES,
        ],
        warm_ups=(
            lambda context: context.client("dynamodb").list_tables(),
            lambda context: context.client("s3").list_buckets(),
            lambda context: context.client("iam").list_roles(),
            lambda context: context.client("logs").describe_log_groups(),
            lambda context: context.client("secretsmanager").list_secrets(),
            lambda context: warm_up() if context.oracle else None,
            lambda context: context.client("sqs").list_queues(),
        ),
    )
