"""The web console's files: a fixed list, read once, with the type that each has."""

import hashlib
from collections.abc import Mapping
from pathlib import Path

from starlette.datastructures import Headers
from starlette.responses import Response

from agentic.serving import walls
from agentic.serving.problems import Problem

_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
    ".json": "application/json",
}


def console_files() -> dict[str, bytes]:
    """The files by name."""
    folder = Path(__file__).with_name("console")
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*")) if path.suffix in _TYPES}


def file_answer(files: Mapping[str, bytes], name: str, headers: Headers) -> Response:
    """One file; 304 where the browser has it. Raises `Problem` 404."""
    content = files.get(name)
    if content is None:
        raise Problem(404, "not_found", "the console has no such file")
    tag = f'"{hashlib.sha256(content).hexdigest()[:16]}"'
    known = {**walls.ALWAYS, "cache-control": "no-cache", "etag": tag}
    if headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=known)
    return Response(content, 200, known, _TYPES[Path(name).suffix])
