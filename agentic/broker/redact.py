"""What the journal may keep of a request's fields: names and values, short, without anything that looks secret."""

import re
from typing import Any
from urllib.parse import unquote

from agentic.broker.cards import passes_luhn
from agentic.broker.fields import FieldError, body_fields, query_fields
from agentic.core.wire import HttpRequest

REDACTED = "[redacted]"
_FIELDS = 60
_TEXT = 200
_NAME = 100
_SECRET_NAME = re.compile(
    r"secret|token|passw|api_?key|appid|auth|signature|credential|private|cvc|cvv|card.*number|account_number|routing|iban|"
    r"ssn|id_number|pin\b|\bnumber\b",
    re.IGNORECASE,
)
_SECRET_VALUE = re.compile(
    r"\b(?:sk|rk|pk)_(?:live|test|org)_|\bwhsec_|\bgh[pousr]_|\bgithub_pat_|\bxox[abp]-|\bBearer\s|-----BEGIN|\bAKIA"
)
_CARD = re.compile(r"(?:\d[ -]?){12,18}\d")


def params_of(request: HttpRequest) -> dict[str, Any]:
    """The request's fields by name, from query and body. A name sent twice has its values in a list."""
    _, _, query = request.url.partition("?")
    try:
        fields = query_fields(query) + (body_fields(request.headers, request.body) or [])
    except FieldError:
        return {}
    params: dict[str, Any] = {}
    for name, value in fields[:_FIELDS]:
        short, shown = name[:_NAME], _shown(name, value)
        if short in params:
            before = params[short]
            params[short] = [*(before if isinstance(before, list) else [before]), shown]
        else:
            params[short] = shown
    if len(fields) > _FIELDS:
        params["…"] = f"{len(fields) - _FIELDS} more fields"
    return params


def url_of(request: HttpRequest) -> str:
    """The URL without its query, whose fields are in the params, in characters that every terminal can show."""
    return plain(request.url.partition("?")[0][:1000])


def plain(text: str) -> str:
    """`text` with a question mark for whatever is not printable ASCII: control and bidirectional characters deceive."""
    return "".join(character if " " <= character <= "~" else "?" for character in text)


def is_secret(name: str, text: str) -> bool:
    """Whether a field of this name, or with this value, looks like something that nobody else should read."""
    return bool(_SECRET_NAME.search(name) or _SECRET_VALUE.search(unquote(text))) or _has_card_number(text)


def _shown(name: str, value: Any) -> Any:
    if value is None or isinstance(value, bool):
        return value
    text = str(value)
    if is_secret(name, text):
        return REDACTED
    if isinstance(value, int | float) and len(text) < _TEXT:
        return value
    return text if len(text) <= _TEXT else f"{text[:_TEXT]}… ({len(text):,} characters)"


def _has_card_number(text: str) -> bool:
    return any(passes_luhn(re.sub(r"\D", "", found)) for found in _CARD.findall(text))
