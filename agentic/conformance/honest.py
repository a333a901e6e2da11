"""Honest scripts in the ways that people and models write them, made for any API: they import its SDK and look for its key."""

from collections.abc import Iterator

from agentic.core.spec import ApiSpec

FOREIGN_HOST = "foreign.example"
"""A host that no API has: names below .example belong to nobody (RFC 2606)."""

_PLAIN = '''\
"""Say which names the environment has."""

import os
import sys

{imports}

VALUES = {{{looked_up}}}

for name, value in VALUES.items():
    if not value:
        print(f"{{name}} is not set", file=sys.stderr)
        sys.exit(1)
    print(f"{{name}}: {{len(value)}} characters")
print("done")
'''

_STRUCTURED = '''\
"""The same with what longer scripts are made of."""

import json
import logging
import os
from collections import Counter
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta, timezone

{imports}

logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
log = logging.getLogger(__name__)


@dataclass
class Report:
    lengths: dict[str, int]
    until: str

    @property
    def missing(self) -> list[str]:
        return [name for name, length in self.lengths.items() if not length]


def build(values: dict[str, str]) -> Report:
    lengths = Counter({{name: len(value) for name, value in values.items()}})
    until = datetime.now(timezone.utc) + timedelta(days=30)
    return Report(dict(sorted(lengths.items())), f"{{until:%Y-%m-%d}}")


def main() -> None:
    report = build({{{looked_up}}})
    try:
        if report.missing:
            raise RuntimeError(f"not set: {{', '.join(report.missing)}}")
    except RuntimeError as error:
        log.error("%s: %s", type(error).__name__, error)
        raise SystemExit(1)
    print(json.dumps(asdict(report), indent=2))


if __name__ == "__main__":
    main()
'''

_FOREIGN = """\
import urllib.error
import urllib.request

try:
    with urllib.request.urlopen("https://{host}/", timeout=10) as answer:
        print("reached", answer.status)
except (OSError, urllib.error.URLError) as error:
    print("refused", error)
"""


def scripts(spec: ApiSpec) -> Iterator[tuple[str, str]]:
    """Names and texts; each prints something and ends with 0."""
    imports = "\n".join(f"import {module}" for module in spec.sdk.modules)
    looked_up = ", ".join(f'"{name}": os.environ.get("{name}", "")' for name in sorted(spec.environment))
    yield "plain", _PLAIN.format(imports=imports, looked_up=looked_up)
    yield "structured", _STRUCTURED.format(imports=imports, looked_up=looked_up)


def to_a_foreign_host() -> str:
    """A script that prints "reached" when it gets an answer of a host that is not the API's, else "refused"."""
    return _FOREIGN.format(host=FOREIGN_HOST)
