"""The random provider: values that the real one draws once and keeps in the stack's state; here the same at every start."""

import hashlib
import string
from collections.abc import Mapping
from typing import Any

from agentic.core.errors import LocalCloudError
from agentic.local.program.schema import Block, MapOf, Text, Truth, Whole
from agentic.local.program.table import Context, Created, ResourceType

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
    seed = context.place.stable("random", f"{logical}\0{keepers}", 64)
    drawn = hashlib.shake_256(f"{seed}\0{alphabet}".encode()).digest(inputs["length"] * 4)
    numbers = (int.from_bytes(drawn[start : start + 4]) for start in range(0, len(drawn), 4))
    result = "".join(alphabet[number % len(alphabet)] for number in numbers)
    return Created(result, {"result": result})


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
    ),
)
