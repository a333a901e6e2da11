"""A stack's outputs, typed: what the front door and people need of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Self

from agentic.core.errors import DeploymentError
from agentic.core.limits import RunLimits


@dataclass(frozen=True, slots=True)
class Outputs:
    """`functions` by tool (`run_code/stripe` for those that exist once per API), `secret_names` by API.

    `all` holds these and what else the backend exports.
    """

    environment: str
    region: str
    apis: tuple[str, ...]
    backend: str
    orchestrator: str
    run_limits: RunLimits
    bucket: str
    table: str
    functions: Mapping[str, str]
    secret_names: Mapping[str, str]
    all: Mapping[str, Any] = field(repr=False)

    @classmethod
    def of(cls, exports: Mapping[str, Any]) -> Self:
        """From the program's exports. Raises `DeploymentError` when the stack is not complete."""
        try:
            return cls(
                environment=str(exports["environment"]),
                region=str(exports["region"]),
                apis=tuple(map(str, exports["apis"])),
                backend=str(exports["backend"]),
                orchestrator=str(exports["orchestrator"]),
                run_limits=RunLimits.of(exports["run_limits"]),
                bucket=str(exports["bucket"]),
                table=str(exports["table"]),
                functions={str(key): str(name) for key, name in exports["functions"].items()},
                secret_names={str(api): str(name) for api, name in exports["secret_names"].items()},
                all=dict(exports),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise DeploymentError("the stack has no complete outputs yet", hint="run `agentic up` first") from error
