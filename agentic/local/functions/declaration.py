"""What a function is: the part of Lambda's CreateFunction that the local cloud needs."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class FunctionDeclaration:
    """One function as the Pulumi program declares it.

    `zip_path` is read when the function is created and never again. `handler` is `module.attribute`, `memory_mb` and
    `timeout_seconds` are Lambda's limits, `environment` holds only the declaration's own variables. A `per_tenant` function
    refuses an invocation without a tenant.
    """

    name: str
    arn: str
    zip_path: Path
    handler: str
    memory_mb: int
    timeout_seconds: float
    environment: Mapping[str, str]
    role_arn: str
    per_tenant: bool = False

    @property
    def region(self) -> str:
        """The ARN's fourth field: `arn:aws:lambda:<region>:<account>:function:<name>`."""
        return self.arn.split(":")[3]
