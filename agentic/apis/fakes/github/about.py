"""What GitHub says about itself: limits, its root, templates; and the rendering of Markdown, in its plainest form."""

import html

from agentic.apis.fakes.github import errors
from agentic.apis.fakes.github.call import API, Call, Reply, Routes, must_text, page
from agentic.apis.fakes.github.shapes import LICENSES, license_of

LIMIT = 5000
_SEARCHES = 30
_TEMPLATES = {"Python": "__pycache__/\n*.py[cod]\n.venv/\n", "Node": "node_modules/\n", "Go": "*.test\nvendor/\n"}
_HTML = {"Content-Type": "text/html; charset=utf-8"}


def rate_limits(used: int, now: int) -> dict[str, dict[str, int]]:
    """What is left in this hour, by resource. Only the core's requests are counted.

    It never runs out: a fake has no limits, and the broker would keep to what it says.
    """
    reset = (now // 3600 + 1) * 3600
    core = {"limit": LIMIT, "used": used, "remaining": max(LIMIT - used, 1), "reset": reset}
    search = {"limit": _SEARCHES, "used": 0, "remaining": _SEARCHES, "reset": now + 60}
    other = {"limit": LIMIT, "used": 0, "remaining": LIMIT, "reset": reset}
    return {"core": core, "search": search, "graphql": other, "integration_manifest": other, "code_search": search}


def _root(call: Call) -> dict[str, str]:
    names = ("user", "repository_search", "rate_limit", "gists", "emojis")
    paths = ("/user", "/search/repositories?q={query}", "/rate_limit", "/gists{/gist_id}", "/emojis")
    return {f"{name}_url": API + path for name, path in zip(names, paths, strict=True)}


def _zen(call: Call) -> Reply:
    return Reply(200, b"Keep it logically awesome.", {"Content-Type": "text/plain; charset=utf-8"})


def _licenses(call: Call) -> Reply:
    return page(call, [found for key in LICENSES if (found := license_of(key))], lambda value: value)


def _license(call: Call) -> object:
    found = license_of(call.ids[0].lower())
    if found is None:
        raise errors.not_found()
    return found


def _template(call: Call) -> dict[str, str]:
    if call.ids[0] not in _TEMPLATES:
        raise errors.not_found()
    return {"name": call.ids[0], "source": _TEMPLATES[call.ids[0]]}


def _rendered(text: str) -> Reply:
    return Reply(200, f"<p>{html.escape(text)}</p>\n".encode(), _HTML)


ROUTES: Routes = {
    "GET /": _root,
    "GET /zen": _zen,
    "GET /emojis": lambda call: {"+1": "https://github.githubassets.com/images/icons/emoji/unicode/1f44d.png?v8"},
    "GET /versions": lambda call: ["2022-11-28"],
    "GET /licenses": _licenses,
    "GET /licenses/{license}": _license,
    "GET /gitignore/templates": lambda call: sorted(_TEMPLATES),
    "GET /gitignore/templates/{name}": _template,
    "POST /markdown": lambda call: _rendered(must_text(call, "text")),
    "POST /markdown/raw": lambda call: _rendered(call.data.decode("utf-8", "replace")),
    "GET /events": lambda call: page(call, [], dict),
    "GET /notifications": lambda call: page(call, [], dict),
}
