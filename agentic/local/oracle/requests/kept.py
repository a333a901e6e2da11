"""The requests of the types that exist by being declared (`agentic.local.program.resources.kept`), by the type's token."""

from agentic.local.oracle.requests import keys, network

CREATE = {**network.CREATE, "aws:kms/key:Key": keys.create_key}
UPDATE = {**network.UPDATE, "aws:kms/key:Key": keys.update_key}
