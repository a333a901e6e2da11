"""What the services' files share about resources that exist: a missing one as None, and tags in AWS's form."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from botocore.exceptions import ClientError  # pyright: ignore[reportMissingTypeStubs]

from agentic.local.program.table import Context, Find, Inputs

# How each service says that something is not there.
_ABSENT = frozenset(
    {
        *("404", "NoSuchBucket", "NoSuchBucketPolicy", "NoSuchTagSet", "NoSuchPublicAccessBlockConfiguration"),
        *("ServerSideEncryptionConfigurationNotFoundError", "NoSuchLifecycleConfiguration"),
        *("NoSuchEntity", "ResourceNotFoundException"),
        *("NotFound", "NotFoundException"),
        *("AWS.SimpleQueueService.NonExistentQueue", "QueueDoesNotExist"),
    }
)


def unless_absent[Answer](call: Callable[[], Answer]) -> Answer | None:
    """The call's answer; None when the service says that there is no such thing. Other errors are raised."""
    try:
        return call()
    except ClientError as error:
        if error.response["Error"]["Code"] in _ABSENT:
            return None
        raise


def made_here(token: str) -> Find:
    """A `find` for what exists only in this process: it is as it was last declared, as long as this cloud knows its id."""

    def find(context: Context, resource_id: str, inputs: Inputs) -> Inputs | None:
        known = context.made.known(token, resource_id)
        if known is None:
            return None
        tags = {"tags": {**known.default_tags, **known.inputs["tags"]}} if known.inputs.get("tags") else {}
        return {**known.inputs, **tags}

    return find


def tag_list(tags: Mapping[str, str]) -> list[dict[str, str]]:
    """Tags as most services take them."""
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def tag_map(tags: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Tags as Pulumi writes them."""
    return {str(tag["Key"]): str(tag["Value"]) for tag in tags}
