"""What is known of an API before its plugin is written, as frozen values; everything in it has been checked."""

import json
from dataclasses import dataclass
from typing import Any

from agentic.core.spec import Credential, CredentialKind


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """An operation as the package will declare it. `status` and `example` are what its stub answers with; `body` is an
    example of what it takes (None: no JSON body). `summary` is one line."""

    method: str
    path: str
    family: str
    summary: str = ""
    status: int = 200
    example: Any = None
    body: Any = None

    @property
    def named(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """An operation that the package does not declare, and why."""

    named: str
    reason: str


@dataclass(frozen=True, slots=True)
class Description:
    """`secret_fields` are the fields of the secret that the credential uses. `notes` are for the person, a line each.

    `origin` names the file that it was read from; empty when nothing was known.
    """

    title: str
    hosts: tuple[str, ...]
    credential: Credential
    operations: tuple[PlannedOperation, ...]
    left_out: tuple[LeftOut, ...] = ()
    notes: tuple[str, ...] = ()
    secret_fields: tuple[str, ...] = ("key",)
    origin: str = ""

    def examples(self) -> str:
        """The stub's answers as JSON text."""
        rows = [
            {"method": item.method, "path": item.path, "status": item.status, "body": item.example} for item in self.operations
        ]
        return json.dumps(rows, indent=1, ensure_ascii=True, allow_nan=False) + "\n"


BEARER = Credential(CredentialKind.HEADER, "Bearer {key}", "Authorization")


def things(title: str, host: str) -> Description:
    """The description of an API of which nothing is known: a list of things, to be replaced."""
    return Description(
        title,
        (host,),
        BEARER,
        (
            PlannedOperation("GET", "/v1/things", "things", "List the things"),
            PlannedOperation("GET", "/v1/things/{id}", "things", "One thing"),
            PlannedOperation("POST", "/v1/things", "things", "Create a thing with a name"),
        ),
    )
