"""KMS: keys that a program makes for itself. Nothing here is encrypted with them: it never leaves the machine.

moto could keep them, but gives a key another id at every start.
"""

from uuid import UUID

from agentic.local.program.resources.kept import kept
from agentic.local.program.schema import TAGS, Block, PolicyText, Text, Truth, Whole

TYPES = (
    kept(
        "aws:kms/key:Key",
        "key",
        Block(
            {},
            {
                "description": Text(longest=8192),
                "deletionWindowInDays": Whole(7, 30),
                "enableKeyRotation": Truth(),
                "policy": PolicyText(principal=True),
                "tags": TAGS,
            },
        ),
        arn="kms:key/",
        outputs=lambda context, made, inputs: {"keyId": made},
        computed=("keyId",),
        id_of=lambda kind, drawn: str(UUID(drawn)),
    ),
)
