"""What is to be written, as one value."""

from dataclasses import dataclass

from agentic.kit.description import Description
from agentic.kit.names import SdkChoice


@dataclass(frozen=True, slots=True)
class Order:
    """What to write: the API's name, its SDK and its description (`description.things` when nothing is known)."""

    name: str
    sdk: SdkChoice
    description: Description

    @property
    def package(self) -> str:
        return f"agentic-api-{self.name.replace('_', '-')}"

    @property
    def module(self) -> str:
        return f"agentic_api_{self.name}"
