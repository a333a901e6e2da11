"""Files: the upload and the contents at files.stripe.com, all else at api.stripe.com. Rules: docs.stripe.com/file-upload."""

import base64
import re
from dataclasses import dataclass

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe import errors
from agentic.apis.fakes.stripe.call import Call, Routes, create, fetch, listing, retrieve

HOST = "files.stripe.com"

_KB, _MB, _DAY = 1 << 10, 1 << 20, 86_400
# How files begin, with what Stripe calls their type.
_BEGINNINGS = {b"%PDF-": "pdf", b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpg", b"GIF8": "gif", b"<svg": "svg"}
_MEDIA = {
    "pdf": "application/pdf",
    "jpg": "image/jpeg",
    "png": "image/png",
    "gif": "image/gif",
    "svg": "image/svg+xml",
}


@dataclass(frozen=True, slots=True)
class _Purpose:
    """What a file for some purpose may be: its types, its size in bytes, and for how many days it is kept (0: for ever)."""

    types: tuple[str, ...]
    largest: int
    days: int = 0


# Nobody's identity, nothing that runs on a card reader or lets it into a network.
_PURPOSES = {
    "dispute_evidence": _Purpose(("pdf", "jpg", "png"), 5 * _MB, 270),
    "business_icon": _Purpose(("jpg", "png", "gif"), 512 * _KB),
    "business_logo": _Purpose(("jpg", "png", "gif"), 512 * _KB),
    "customer_signature": _Purpose(("jpg", "png", "svg"), 4 * _MB, 7),
}


def read_form(content_type: str, body: bytes) -> tuple[list[tuple[str, str]], dict[str, Object]]:
    """The plain fields of a multipart body as the SDK writes it, and its files. The broker lets no other form through.

    Raises `ApiError`.
    """
    found = re.fullmatch(r'multipart/form-data; ?boundary="?([^"]+)"?', content_type)
    if not found:
        raise errors.ApiError("Request must be of type multipart/form-data to upload a file.")
    plain: list[tuple[str, str]] = []
    sent: dict[str, Object] = {}
    for piece in (b"\r\n" + body).split(b"\r\n--" + found[1].encode())[1:-1]:
        head, _, data = piece.partition(b"\r\n\r\n")
        text = head.decode("utf-8", "replace")
        name, filename = re.search(r'; name="([^"]*)"', text), re.search(r'; filename="([^"]*)"', text)
        if name is None:
            raise errors.ApiError("Invalid multipart form: a part without a name")
        if filename:
            sent[name[1]] = {"name": filename[1], "data": base64.b64encode(data).decode()}
        else:
            plain.append((name[1], data.decode("utf-8", "replace")))
    return plain, sent


def _upload(call: Call) -> Object:
    if isinstance(call.params["file"], str):
        raise errors.ApiError("Invalid file: send it as a part with a file name", param="file")
    sent: Object = call.params["file"]
    purpose, data = call.params["purpose"], base64.b64decode(sent["data"])
    rules = _PURPOSES.get(purpose)
    if rules is None:
        named = ", ".join(sorted(_PURPOSES))
        raise errors.ApiError(f"Invalid purpose: the fake Stripe takes files for {named}", param="purpose")
    kind = next((kind for start, kind in _BEGINNINGS.items() if data.startswith(start)), "")
    if kind not in rules.types:
        allowed = ", ".join(sorted(_MEDIA[name] for name in rules.types))
        message = "We don't currently support that file type. Try uploading a file with one of the following mimetypes: "
        raise errors.ApiError(f"{message}{allowed}.", param="file")
    if len(data) > rules.largest:
        raise errors.ApiError(f"The file is larger than the {rules.largest} bytes allowed for {purpose}.", param="file")
    made = create(
        call,
        "file",
        {
            "expires_at": call.now + rules.days * _DAY if rules.days else None,
            "filename": sent["name"],
            "links": {"object": "list", "data": [], "has_more": False, "url": "/v1/file_links"},
            "purpose": purpose,
            "size": len(data),
            "title": None,
            "type": kind,
            "_content": sent["data"],
        },
    )
    made.pop("livemode")
    made["url"] = f"https://{HOST}/v1/files/{made['id']}/contents"
    return call.store.put("file", made["id"], made)


def contents(call: Call) -> tuple[bytes, str]:
    """What is in a file, and its media type."""
    file = fetch(call, "file")
    return base64.b64decode(file["_content"]), _MEDIA[file["type"]]


ROUTES: Routes = {
    "GET /v1/files": listing("file", "purpose"),
    "GET /v1/files/{id}": retrieve("file"),
}
# At the host for files. What a file holds is no JSON: `contents` answers for it.
FILE_ROUTES: Routes = {"POST /v1/files": _upload}
CONTENTS = "GET /v1/files/{id}/contents"
