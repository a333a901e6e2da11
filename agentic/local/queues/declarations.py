"""Event source mappings and schedules as a program declares them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MappingDeclaration:
    """A queue's function. `role_arn` is the function's: Lambda asks the queue with it. `region` is the queue's."""

    id: str
    queue_url: str
    queue_arn: str
    function_arn: str
    role_arn: str
    region: str
    batch_size: int
    most_at_once: int
    partial: bool
    """Whether the function says which messages of a batch failed; else all of it has failed where it fails."""


@dataclass(frozen=True, slots=True)
class ScheduleDeclaration:
    """A function that is invoked each so many seconds with `payload`."""

    name: str
    function_arn: str
    role_arn: str
    seconds: float
    payload: bytes
