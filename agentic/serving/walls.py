"""What stands before every route: the names that the server goes by, where a request comes from, and what a page may do.

A browser sends requests for any page that is open in it. Who asks is shown by a header that only our own pages and programs
set (never by a cookie), so that another site can send nothing in a person's name; the checks here stand before that.
"""

from collections.abc import Mapping

from starlette.datastructures import Headers

from agentic.serving.problems import Problem
from agentic.serving.serving import Serving

MAX_BODY = 1 << 20
_SAFE = frozenset({"GET", "HEAD"})
_CONTENT_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        "form-action 'none'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "require-trusted-types-for 'script'",
    )
)

ALWAYS: Mapping[str, str] = {
    "content-security-policy": _CONTENT_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
}
"""Headers of every answer."""


def check_host(serving: Serving, headers: Headers) -> None:
    """Raises `Problem` 421 for a name that is not this server's: a site whose name was turned to this address (rebinding)."""
    hosts = headers.getlist("host")
    if serving.hosts is not None and (len(hosts) != 1 or hosts[0].lower() not in serving.hosts):
        raise Problem(421, "wrong_host", "this server has another name", hint="use the address that `agentic serve` printed")


def check_origin(serving: Serving, headers: Headers, method: str) -> None:
    """Raises `Problem` 403 for what a page of another site has a browser send."""
    own = f"{serving.scheme}://{headers.get('host', '').lower()}"
    origins = headers.getlist("origin")
    foreign = any(origin.lower() != own for origin in origins)
    # Browsers say it themselves; "none" is a person who typed the address.
    site = headers.get("sec-fetch-site", "same-origin")
    if foreign or len(origins) > 1 or site not in ("same-origin", "none" if method in _SAFE else "same-origin"):
        raise Problem(403, "foreign_origin", "requests from pages of other sites are refused")
