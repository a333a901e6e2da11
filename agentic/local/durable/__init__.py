"""What outlives a restart of the local cloud: S3 objects as files, DynamoDB items and small mappings in SQLite."""

from agentic.local.durable.store import Durable

__all__ = ["Durable"]
