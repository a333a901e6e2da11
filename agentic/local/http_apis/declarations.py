"""The parts of an HTTP API as a program declares them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ApiDeclaration:
    """One API. `execution_arn` is what policies name: `arn:aws:execute-api:REGION:ACCOUNT:ID`."""

    id: str
    execution_arn: str


@dataclass(frozen=True, slots=True)
class IntegrationDeclaration:
    """The function behind routes, and how long it is waited for."""

    id: str
    function_arn: str
    seconds: float


@dataclass(frozen=True, slots=True)
class AuthorizerDeclaration:
    """Whose tokens are taken (OpenID Connect)."""

    id: str
    issuer: str
    audiences: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RouteDeclaration:
    """`key` is "GET /runs/{run_id}"; `authorization` is NONE, AWS_IAM or JWT."""

    id: str
    key: str
    integration_id: str
    authorization: str
    authorizer_id: str


@dataclass(frozen=True, slots=True)
class StageDeclaration:
    """Requests a second, and at once; 0 is no limit. `log_format` has `$context.` variables; empty is no log."""

    id: str
    rate: float
    burst: int
    log_format: str


type Part = IntegrationDeclaration | AuthorizerDeclaration | RouteDeclaration | StageDeclaration
"""What belongs to an API; each kind's ids are its own."""
