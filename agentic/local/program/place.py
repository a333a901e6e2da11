"""Where a stack lives: what every name, ARN and id of it is made from."""

import hashlib
from dataclasses import dataclass

ACCOUNT = "123456789012"
"""The local cloud's one account."""


@dataclass(frozen=True, slots=True)
class Place:
    """One stack's home. Everything that has to be the same at every start is made from this."""

    project: str
    stack: str
    region: str
    account_id: str
    partition: str = "aws"

    def arn(self, service: str, resource: str, *, regional: bool = True) -> str:
        return f"arn:{self.partition}:{service}:{self.region if regional else ''}:{self.account_id}:{resource}"

    def stable(self, kind: str, name: str, length: int) -> str:
        """Lower-case hex digits (64 at most) that are the same for the same stack, kind and name."""
        text = "\0".join((self.project, self.stack, self.account_id, self.region, kind, name))
        return hashlib.sha256(text.encode()).hexdigest()[:length]
