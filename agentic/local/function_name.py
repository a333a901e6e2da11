"""How a caller may name a function. One reading for permission and invocation: two could be played off against each other."""

import re
from dataclasses import dataclass
from typing import Self

# Reference: Lambda API, Invoke, FunctionName. No part holds a colon, so that each text has one reading.
_FORMS = re.compile(
    r"(?:(?P<prefix>arn:[a-z-]{1,20}:lambda:[a-z0-9-]{1,32}:)?(?P<account>\d{12}):function:)?"
    r"(?P<name>[A-Za-z0-9_-]{1,64})(?::(?P<qualifier>\$LATEST|[A-Za-z0-9_-]{1,128}))?"
)


@dataclass(frozen=True, slots=True)
class FunctionName:
    """A function as it was named: `name`, `account:function:name` or an ARN, each perhaps with a qualifier.

    `prefix` is an ARN's part before the account. What was not named is empty.
    """

    name: str
    qualifier: str = ""
    account: str = ""
    prefix: str = ""

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for a text that names no function."""
        found = _FORMS.fullmatch(text)
        return cls(**{part: value or "" for part, value in found.groupdict().items()}) if found else None

    def arn(self, prefix: str, account: str) -> str:
        """The ARN that was meant by a caller of this region (`prefix`, such as `arn:aws:lambda:eu-central-1:`) and account."""
        return ":".join(
            part for part in (f"{self.prefix or prefix}{self.account or account}:function", self.name, self.qualifier) if part
        )
