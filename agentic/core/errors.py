"""The one error tree. Each error has a stable code, a message for a person, and the next step.

Expected outcomes (a refused script, a failed API call) are values, not errors; see `agentic.core.values`.
"""

from enum import IntEnum
from typing import ClassVar


class ExitCode(IntEnum):
    """What the command line returns to the shell."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    PAUSED = 3
    REFUSED = 4
    ASKS = 5
    CANCELLED = 130


class AgenticError(Exception):
    """Base of all errors of this project.

    `code` is stable (people may match on it), `message` is one line that says what happened, `hint` is one line
    that says what to do next (may be empty), `data` holds facts for programs, never a secret's value.
    """

    code: ClassVar[str] = "error"
    exit_code: ClassVar[ExitCode] = ExitCode.FAILED

    def __init__(self, message: str, *, hint: str = "", **data: object) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        self.data = data


class UsageError(AgenticError):
    """The person's input cannot be used as it is."""

    code = "usage"
    exit_code = ExitCode.USAGE


class ConfigurationError(UsageError):
    """Settings are wrong; all faults are in one message."""

    code = "configuration"


class UnknownApiError(UsageError):
    """No enabled plugin provides the named API."""

    code = "unknown_api"


class UnknownModelError(UsageError):
    """The model's name or provider is not one we can reach."""

    code = "unknown_model"


class MissingCredentialsError(UsageError):
    """A key is needed and was not found in any of the places where it may be."""

    code = "missing_credentials"


class UnsupportedPlatformError(UsageError):
    """This operating system cannot do it; the hint names the way out."""

    code = "unsupported_platform"


class PluginError(AgenticError):
    """An API plugin cannot be loaded or does not keep its contract."""

    code = "plugin"
    exit_code = ExitCode.USAGE


class RefusedError(AgenticError):
    """A call does not fit the run record's state, its handle, its grant or a rule."""

    code = "refused"
    exit_code = ExitCode.REFUSED


class BusyError(AgenticError):
    """There is no room for another run now. `retry_after` says in how many seconds to try again."""

    code = "busy"

    def __init__(self, message: str, *, retry_after: int, position: int = 0, hint: str = "") -> None:
        super().__init__(message, hint=hint, retry_after=retry_after, position=position)
        self.retry_after = retry_after
        self.position = position


class IdempotencyError(UsageError):
    """An idempotency key came again, with another request."""

    code = "idempotency"


class UnknownRunError(UsageError):
    """No run with this id is in the record."""

    code = "unknown_run"


class BrokerError(AgenticError):
    """The broker could not carry a request to the API (the API's own errors are answers, not this)."""

    code = "broker"


class NotSentError(BrokerError):
    """The request never left: what it asks for has certainly not been done."""

    code = "not_sent"


class RunStopped(Exception):  # noqa: N818 (no error: it is an answer that ends the run)
    """Instead of an answer to a request: the run pauses or ends. `reason` becomes its outcome's, 1 to 32 of a-z and "_"."""

    def __init__(self, reason: str, message: str = "") -> None:
        super().__init__(message or reason)
        self.reason = reason
        self.message = message


class SandboxError(AgenticError):
    """The sandbox itself failed (the script's failures are outcomes, not this)."""

    code = "sandbox"


class BuildError(AgenticError):
    """A function's zip could not be built."""

    code = "build"


class ModelError(AgenticError):
    """A model did not answer, or answered in a way no agent can use."""

    code = "model"


class LocalCloudError(AgenticError):
    """The local cloud could not start, or a part of it broke."""

    code = "local_cloud"


class StorageError(AgenticError):
    """Something could not be written or read: a full disk, wrong permissions, a missing bucket."""

    code = "storage"


class DeploymentError(AgenticError):
    """The Pulumi engine could not do what was asked; the message has its reasons in one line."""

    code = "deployment"
