"""Whether the fields a plugin wants out of answers are taken out as its author means them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from agentic.core.spec import ApiSpec

from .echo import CannedTransport, call, requests

_CANARY = "canary-of-the-conformance-suite"


def faults(spec: ApiSpec, secret: Mapping[str, str]) -> Iterator[str]:
    """The names in `scrubbed_fields` that let their field through, at the top of an answer or inside of lists."""
    _, request = next(requests(spec))
    for name in spec.scrubbed_fields:
        meant = [part for part in re.split(r"[.\[\]*/$]+", name) if part]
        if not meant:
            yield f"`scrubbed_fields` has {name!r}, which names no field"
            continue
        value: Any = _CANARY
        for part in reversed(meant):
            value = {part: value}
        for answer in (value, {"data": [{"id": 1}, value]}):
            seen, _ = call(spec, secret, CannedTransport(json.dumps(answer)), request)
            if _CANARY.encode() in seen.body:
                yield f"`scrubbed_fields` {name!r} lets the field through; write names joined by dots, such as 'session.token'"
                break
