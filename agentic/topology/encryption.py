"""A key of one's own: what it takes to use what is encrypted with it (bucket, secrets, table, dead letters).

Log groups keep AWS's keys, because the owner's key policy would have to name the Logs service; so do the functions'
environments, which hold names and no secrets.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import pulumi

from agentic.topology.place import Place
from agentic.topology.roles import Statement

_READ, _WRITE = "kms:Decrypt", "kms:GenerateDataKey"

# What each service asks the key for when it does this for somebody. Tables have a key of their own under it, made once.
_NEEDS: Mapping[str, Sequence[str]] = {
    "s3:GetObject": (_READ,),
    "s3:GetObjectVersion": (_READ,),
    "s3:PutObject": (_WRITE,),
    "dynamodb:DeleteItem": (_READ,),
    "dynamodb:GetItem": (_READ,),
    "dynamodb:PutItem": (_READ,),
    "dynamodb:Query": (_READ,),
    "dynamodb:UpdateItem": (_READ,),
    "secretsmanager:GetSecretValue": (_READ,),
    "sns:Publish": (_READ, _WRITE),
    "sqs:ReceiveMessage": (_READ,),
    "sqs:SendMessage": (_READ, _WRITE),
}


@dataclass(frozen=True, slots=True)
class Encryption:
    """The stack's key, or the services' own keys where there is none (`key_arn` is None)."""

    key_arn: pulumi.Input[str] | None
    place: Place

    def rights(self, statements: Sequence[Statement]) -> list[Statement]:
        """The use of the key that goes with these rights: through the same service, for the same thing, and no other use."""
        return list(self._rights(statements))

    def _rights(self, statements: Sequence[Statement]) -> Iterator[Statement]:
        if self.key_arn is None:
            return
        used: dict[str, tuple[set[str], pulumi.Input[str]]] = {}
        for statement in statements:
            for action in statement.actions if statement.effect == "Allow" else ():
                if action in _NEEDS:
                    actions, _ = used.setdefault(action.partition(":")[0], (set(), statement.resources[0]))
                    actions.update(_NEEDS[action])
        for service, (actions, resource) in used.items():
            through = {
                "kms:ViaService": f"{service}.{self.place.region}.{self.place.dns_suffix}",
                **{f"kms:EncryptionContext:{name}": value for name, value in _context(service, resource).items()},
            }
            yield Statement(
                f"KeyFor{service.capitalize()}", sorted(actions), [self.key_arn], condition={"StringEquals": through}
            )


def _context(service: str, resource: pulumi.Input[str]) -> Mapping[str, pulumi.Output[str]]:
    """What the service tells the key it is used for ("encryption context" in each guide); SNS and SQS document nothing."""
    arn = pulumi.Output.from_input(resource)
    match service:
        case "s3":  # The bucket: with a bucket key the objects have none of their own.
            return {"aws:s3:arn": arn.apply(lambda text: text.partition("/")[0])}
        case "dynamodb":
            return {"aws:dynamodb:tableName": arn.apply(lambda text: text.split("/")[1])}
        case "secretsmanager":
            return {"SecretARN": arn}
        case _:
            return {}
