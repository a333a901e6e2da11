"""The random provider: values that are drawn once and kept in the stack's state, or drawn the same at every start."""

import hashlib
import secrets
import string
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.oracle import ApiRequest
from agentic.local.program.schema import Block, MapOf, Text, Truth, Whole
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType

_SPECIAL = "!@#$%&*()-_=+[]{}<>:?"


def _string(context: Context, logical: str, inputs: Mapping[str, Any]) -> Created:
    alphabet = "".join(
        characters
        for kind, characters in (
            ("upper", string.ascii_uppercase),
            ("lower", string.ascii_lowercase),
            ("numeric", string.digits),
            ("special", inputs.get("overrideSpecial") or _SPECIAL),
        )
        if inputs.get(kind, True)
    )
    if not alphabet:
        raise LocalCloudError("all kinds of characters are switched off")
    keepers = sorted(inputs.get("keepers", {}).items())
    # With a ledger the value is kept, as the real provider's is in the stack's state; without, every start draws the same.
    seed = secrets.token_hex(32) if context.ledger else context.place.stable("random", f"{logical}\0{keepers}", 64)
    drawn = hashlib.shake_256(f"{seed}\0{alphabet}".encode()).digest(inputs["length"] * 4)
    numbers = (int.from_bytes(drawn[start : start + 4]) for start in range(0, len(drawn), 4))
    result = "".join(alphabet[number % len(alphabet)] for number in numbers)
    return Created(result, {"result": result})


def _find(context: Context, resource_id: str, inputs: Inputs) -> Inputs:
    """Such a value exists in the stack's state only."""
    return {}


def _delete(context: Context, resource_id: str, inputs: Inputs) -> None:
    """Forgotten with the state."""


def _requests(context: Context, logical: str, inputs: Inputs) -> tuple[ApiRequest, ...]:
    """The provider asks nobody."""
    return ()


_ALL = ("length", "upper", "lower", "numeric", "special", "overrideSpecial", "keepers")

TYPES = (
    ResourceType(
        "random:index/randomString:RandomString",
        Block(
            {"length": Whole(1, 1024)},
            {
                "upper": Truth(),
                "lower": Truth(),
                "numeric": Truth(),
                "special": Truth(),
                "overrideSpecial": Text(),
                "keepers": MapOf(Text()),
            },
        ),
        ("result",),
        _string,
        Lifecycle(_find, _delete, _ALL),
        requests=_requests,
    ),
)
