"""Where requests go: the literal URLs in calls that send must name the API's hosts. URLs in data are free."""

import ast

from agentic.core.host_names import covering, is_pattern
from agentic.validator import allowed
from agentic.validator.policy import ANY_VALUE
from agentic.validator.review import Review
from agentic.validator.scope import Scope

_URLLIB = frozenset({"urllib.request.urlopen", "urllib.request.Request"})
_URL_KEYWORDS = frozenset(allowed.URL_KEYWORDS.split())
_PROXIES = frozenset({"proxies", "proxy"})
_SCHEMES = ("http:", "https:")


def check_target(review: Review, node: ast.Call, scope: Scope, paths: set[str]) -> None:
    """Checks the URL of a call that sends, and the keywords that say where a client sends."""
    if paths & _URLLIB:
        _check_urllib(review, node, scope)
    else:
        _check_request(review, node, node.func, node.args, scope)
        for position, argument in enumerate(node.args):
            # A function handed over with its arguments, as to functools.partial, asyncio.to_thread or a thread pool.
            if isinstance(argument, ast.Name | ast.Attribute) and not _of_a_value(review, argument, scope):
                _check_request(review, node, argument, node.args[position + 1 :], scope)
    for keyword in node.keywords:
        if keyword.arg in _URL_KEYWORDS:
            _check_destination(review, keyword.value, keyword.arg, keyword.value, scope)


def check_destination(review: Review, target: ast.expr, value: ast.expr, scope: Scope) -> None:
    """Checks an assignment such as `client.base_url = "…"` (imported modules have a rule of their own)."""
    if isinstance(target, ast.Attribute) and target.attr in _URL_KEYWORDS and _of_a_value(review, target, scope):
        _check_destination(review, target, target.attr, value, scope)


def _check_request(review: Review, node: ast.Call, function: ast.expr, arguments: list[ast.expr], scope: Scope) -> None:
    """Checks the URL where `function`, by its name or the name of what it stands for, is one that sends."""
    values = review.literals.expressions(function, scope) if isinstance(function, ast.Name) else []
    names = {_name(function), *(_name(value.expression) for value in values if value is not None)}
    for name in names & allowed.HTTP_CALLS.keys():
        for target in _targets(node, arguments, allowed.HTTP_CALLS[name]):
            _check_heads(review, node, review.literals.heads(target, scope) or [])


def _check_destination(review: Review, node: ast.AST, name: str, value: ast.expr, scope: Scope) -> None:
    if name in _PROXIES:
        if not (isinstance(value, ast.Constant) and value.value is None):
            review.refuse("host", node, f"`{name}` may not be set", "remove it: the sandbox knows the way to the API")
        return
    for item in value.values if isinstance(value, ast.Dict) else [value]:
        _check_heads(review, node, review.literals.heads(item, scope) or [])


def _check_urllib(review: Review, node: ast.Call, scope: Scope) -> None:
    """`urllib.request` opens anything, so here the URL must be known to be the API's."""
    plain = len(_targets(node, node.args, 0)) == 1
    for value in review.literals.expressions(_targets(node, node.args, 0)[0], scope) if plain else [None]:
        if value is not None:
            expression = value.expression
            if isinstance(expression, ast.Call) and review.paths(expression.func, value.scope) == {"urllib.request.Request"}:
                continue
            heads = None if value.element else review.literals.heads(expression, value.scope)
            if heads and all(_is_url(head) for head in heads):
                _check_heads(review, node, heads)
                continue
        review.refuse("host", node, "the URL is not known to be the API's", f"start the URL with {_hosts(review)} in this call")
        return


def _check_heads(review: Review, node: ast.AST, heads: list[str]) -> None:
    for head in heads:
        if _is_url(head) and covering(review.policy.hosts, _host(head)) is None and not _may_fit_a_pattern(review, head):
            review.refuse("host", node, f"requests to {head.strip()[:80]!r} are not allowed", f"call {_hosts(review)} only")
            return


def _of_a_value(review: Review, target: ast.expr, scope: Scope) -> bool:
    return all(path.startswith(ANY_VALUE) for path in review.paths(target, scope))


def _is_url(head: str) -> bool:
    head = head.lstrip().lower()
    scheme, mark, _ = head.partition("://")
    return head.startswith(_SCHEMES) or bool(mark and scheme.isascii() and scheme.isalnum())


def _host(head: str) -> str:
    """The host of a URL, or what stands in its place: anything unusual (users, ports, backslashes) is no host's name."""
    scheme, mark, rest = head.lstrip().lower().partition("://")
    if not mark or scheme not in {"http", "https"}:
        return ""
    for end in "/?#":
        rest = rest.partition(end)[0]
    return rest.removesuffix(":443")


def _may_fit_a_pattern(review: Review, head: str) -> bool:
    """Whether the text ends in the middle of a host's name that may become one a pattern covers, as f"https://{shop}.acme.dev/"."""
    scheme, mark, rest = head.lstrip().lower().partition("://")
    if not mark or scheme not in {"http", "https"} or any(end in rest for end in "/?#\\@:"):
        return False
    label, dot, below = rest.partition(".")
    patterns = [host.removeprefix("*.") for host in review.policy.hosts if is_pattern(host)]
    return (not label or covering(["*.a.bc"], f"{label.rstrip('-')}.a.bc") is not None) and any(
        not dot or pattern.startswith(below) for pattern in patterns
    )


def _targets(node: ast.Call, arguments: list[ast.expr], position: int) -> list[ast.expr]:
    """The expressions that may be the URL: the one at its position or by its keyword, or any of unpacked literals."""
    before = arguments[: position + 1]
    targets = before[position:] + [keyword.value for keyword in node.keywords if keyword.arg in {"url", "fullurl"}]
    for item in before:
        if isinstance(item, ast.Starred) and isinstance(item.value, ast.List | ast.Tuple):
            targets.extend(item.value.elts)
    for keyword in node.keywords:
        if keyword.arg is None and isinstance(keyword.value, ast.Dict):
            targets.extend(keyword.value.values)
    return targets


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _hosts(review: Review) -> str:
    return " or ".join(f"https://{host}/…" for host in sorted(review.policy.hosts)) or "the SDK's own methods"
