"""AWS's own errors as ours, for whoever answers a person."""

from collections.abc import Generator
from contextlib import contextmanager
from json import JSONDecodeError

from agentic.agents.conversation import aws_words
from agentic.core.errors import StorageError


@contextmanager
def told() -> Generator[None]:
    """AWS's own errors as ours: a full disk, a missing permission, a service that does not answer, or answers nonsense."""
    from botocore.exceptions import BotoCoreError, ClientError  # pyright: ignore[reportMissingTypeStubs]
    from botocore.parsers import ResponseParserError  # pyright: ignore[reportMissingTypeStubs]

    try:
        yield
    except ClientError as error:
        message, kind = aws_words(error)
        raise StorageError(message, kind=kind) from error
    except BotoCoreError as error:
        raise StorageError(f"the stack does not answer: {error}") from error
    # botocore reads an answer before it looks whether it can: what is no text, or no JSON, comes out as it is.
    except (ResponseParserError, UnicodeDecodeError, JSONDecodeError) as error:
        raise StorageError("the stack answers what cannot be read", hint="try again; is a proxy in between?") from error
