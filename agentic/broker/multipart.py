"""Multipart forms, in the one strict form that every server reads alike; a looser one is refused.

The email package's parser would read far more, slowly, and not as any web server does.
"""

import re

# RFC 2046's characters for a boundary, without those that a quoted parameter would need.
_BOUNDARY = re.compile(r'multipart/form-data; *boundary=(?:"([0-9A-Za-z\'()+_,./:=? -]{1,69}[^ "])"|([0-9A-Za-z\'+_.-]{1,70}))')
# Browsers write quotes and line ends in names as %22, %0D and %0A; another escape is decoded by some servers only.
_NAME = rb'"((?:[^"\\\r\n\x00%]|%(?:22|0D|0A))*)"'
_DISPOSITION = re.compile(rb"form-data; name=" + _NAME + rb'(?:; filename="([^"\\\r\n]*)")?(?:; filename\*=[\w\'%.-]+)?')
_HEADER = re.compile(rb"([A-Za-z-]+): ?([^\r\n\x00]*)")
_TYPE = re.compile(rb"(?!multipart/|message/)[\w.+-]+/[\w.+-]+(?:; ?charset=(?:\"?utf-8\"?|us-ascii))?", re.IGNORECASE)


def multipart_fields(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """(name, value) of each part, a file's value being its size. Raises `ValueError` for any doubt."""
    found = _BOUNDARY.fullmatch(content_type)
    if found is None:
        raise ValueError("a boundary that servers read in different ways")
    line = b"--" + (found[1] or found[2]).encode("ascii")
    first, *parts = (b"\r\n" + body).split(b"\r\n" + line)
    if first or not parts or body.count(line) != len(parts) or parts.pop() not in {b"--", b"--\r\n"}:
        # Counted, because some servers find a boundary after a bare line feed too.
        raise ValueError("text outside of the parts, or a boundary inside of one")
    return [_field(part) for part in parts]


def _field(part: bytes) -> tuple[str, str]:
    head, separator, data = part.partition(b"\r\n\r\n")
    if not separator or not head.startswith(b"\r\n"):
        raise ValueError("a part without headers")
    headers: dict[bytes, bytes] = {}
    for line in head[2:].split(b"\r\n"):
        header = _HEADER.fullmatch(line)
        if header is None or header[1].lower() in headers:
            raise ValueError("a part's header that servers read in different ways")
        headers[header[1].lower()] = header[2]
    disposition = _DISPOSITION.fullmatch(headers.pop(b"content-disposition", b""))
    if disposition is None or b"=?" in disposition[1]:  # Some servers decode mail's encoded words in names.
        raise ValueError("a part without a plain name")
    if not _TYPE.fullmatch(headers.pop(b"content-type", b"text/plain")):
        raise ValueError("a part of a type that hides fields")
    if headers.keys() - {b"content-length"}:  # A transfer encoding, say.
        raise ValueError("a part's header that changes how it is read")
    value = f"[file of {len(data):,} bytes]" if disposition[2] is not None else data.decode("utf-8", "replace")
    return disposition[1].decode("utf-8"), value
