"""Who may call the endpoint: one made-up key pair per function process, harness or person, and the principal behind it."""

import base64
import os
import pwd
import secrets
import threading
from dataclasses import dataclass

OPERATOR = "operator"
"""The person and the front door: everything is allowed. Every other principal is a role's ARN."""


@dataclass(frozen=True, slots=True, repr=False)
class Credentials:
    """A key pair that only this local cloud knows. It is worth nothing anywhere else."""

    access_key_id: str
    secret_access_key: str


@dataclass(frozen=True, slots=True, repr=False)
class _Identity:
    principal: str
    secret: str
    source_function: str


class Identities:
    """Kept in memory only: a restart makes all of them invalid."""

    def __init__(self) -> None:
        self._known: dict[str, _Identity] = {}
        self._lock = threading.Lock()

    def issue(self, principal: str, *, source_function: str = "") -> Credentials:
        """New credentials of a role's ARN or of `operator`.

        `source_function` is the ARN of the function that gets them; it is what `lambda:SourceFunctionArn` in a policy
        is compared with, and what only code inside that function carries.
        """
        # 20 capital letters and digits, as AWS access key ids are: moto and SDKs recognise keys by this shape.
        access_key_id = "LOCAL" + base64.b32encode(secrets.token_bytes(10)).decode("ascii")[:15]
        credentials = Credentials(access_key_id, secrets.token_urlsafe(30))
        with self._lock:
            self._known[access_key_id] = _Identity(principal, credentials.secret_access_key, source_function)
        return credentials

    def find(self, access_key_id: str) -> tuple[str, str] | None:
        """The principal and the secret access key; None for a key that was never issued here, or was revoked."""
        identity = self._known.get(access_key_id)
        return (identity.principal, identity.secret) if identity else None

    def source_function(self, access_key_id: str) -> str:
        """The ARN of the function that the credentials were given to; empty when they were given to none."""
        identity = self._known.get(access_key_id)
        return identity.source_function if identity else ""

    def revoke(self, access_key_id: str) -> None:
        """The credentials are invalid from now on."""
        with self._lock:
            self._known.pop(access_key_id, None)


def person() -> str:
    """Who uses this machine: the name of the user that this process belongs to."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        # As in a container that was started for a number alone.
        return f"user {os.getuid()}"
