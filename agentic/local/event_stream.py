"""AWS's event stream encoding (`application/vnd.amazon.eventstream`), as InvokeHarness and ConverseStream answer.

A message is: total length, headers' length, CRC32 of these eight bytes; headers; payload; CRC32 of all before it.
Every number is big-endian. Source: botocore's `eventstream` parser and the Smithy event stream specification.
"""

import base64
import json
import struct
import zlib
from collections.abc import Mapping
from typing import Any

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_STRING = 7
_FRAME = 16  # two lengths and two checksums


def encode(event_name: str, payload: Mapping[str, Any]) -> bytes:
    """One event, for example `encode("messageStop", {"stopReason": "end_turn"})`. Bytes in it become base64.

    The services' events have the stream's own shape, in which exceptions are members like the others: their names
    (`runtimeClientError`, `...Exception`) make an exception message here.
    """
    if event_name == "runtimeClientError" or event_name.endswith("Exception"):
        return exception(event_name, payload["message"])
    return _message({":event-type": event_name, ":content-type": "application/json", ":message-type": "event"}, payload)


def exception(name: str, message: str) -> bytes:
    """An error inside the stream, for example `runtimeClientError`; boto3 raises it as EventStreamError."""
    headers = {":exception-type": name, ":content-type": "application/json", ":message-type": "exception"}
    return _message(headers, {"message": message})


def _message(headers: Mapping[str, str], payload: Mapping[str, Any]) -> bytes:
    head = b"".join(_header(name, value) for name, value in headers.items())
    body = json.dumps(payload, default=_base64, separators=(",", ":")).encode()
    lengths = struct.pack("!II", _FRAME + len(head) + len(body), len(head))
    message = lengths + struct.pack("!I", zlib.crc32(lengths)) + head + body
    return message + struct.pack("!I", zlib.crc32(message))


def _header(name: str, value: str) -> bytes:
    encoded_name, encoded_value = name.encode(), value.encode()
    return struct.pack("!B", len(encoded_name)) + encoded_name + struct.pack("!BH", _STRING, len(encoded_value)) + encoded_value


def _base64(value: object) -> str:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode()
    raise TypeError(f"{type(value).__name__} has no place in an event")
