"""Repositories ("owner/name", in a URL, "the widgets repository of acme") and account names in a task."""

import re

from agentic.agents.offline.book import phrase_of
from agentic.agents.offline.lexicon import BESIDE, DETERMINERS, FILLER
from agentic.agents.offline.state import State
from agentic.agents.offline.tokens import Kind
from agentic.core.spec import Parameter, ParameterKind

_OWNER = r"[A-Za-z0-9](?:-?[A-Za-z0-9]){0,38}"
_REPOSITORY = re.compile(rf"{_OWNER}/(?!\.\.?\Z)[\w.-]{{1,100}}")
_LOGIN = re.compile(_OWNER)
_PART = r"[A-Za-z0-9](?:[\w.-]{0,98}\w)?"
_NOUN = r"(?:repository|repo|project)"
_OWNED = r"(?:owned\s+by|belonging\s+to|that\s+belongs\s+to|from|of|by|under)"
_WHO = r"(?:the\s+)?(?:user\s+|account\s+|organi[sz]ation\s+|org\s+|owner\s+)?"
# "the repo widgets of acme", "the widgets repo by acme", "acme's widgets (repo)", "owner acme, repo widgets".
_TOLD = (
    re.compile(
        rf"\b{_NOUN}\s+(?:called\s+|named\s+)?[\"'“]?(?P<name>{_PART})[\"'”]?,?\s+{_OWNED}\s+{_WHO}@?(?P<owner>{_OWNER})\b",
        re.I,
    ),
    re.compile(rf"(?<![\w-])[\"'“]?(?P<name>{_PART})[\"'”]?\s+{_NOUN},?\s+{_OWNED}\s+{_WHO}@?(?P<owner>{_OWNER})\b", re.I),
    re.compile(
        rf"(?<![\w-])@?(?P<owner>{_OWNER})['’]s?\s+(?:{_NOUN}\s+)?(?:called\s+|named\s+)?[\"'“]?(?P<name>{_PART})\b", re.I
    ),
    re.compile(
        rf"\b(?:owner|org|organi[sz]ation|user)\s+@?(?P<owner>{_OWNER}),?\s+(?:and\s+)?{_NOUN}\s+(?P<name>{_PART})\b", re.I
    ),
)
_HOLDING = ("in", "of", "on", "inside", "within", "at", "under")
_NEAR = ("for", "to", "from", "star", "unstar")
_BRANCHES = ("branch", "called", "named", "into", "onto", "head", "base", "tag", "titled", "against", "off")
_ACCOUNT = BESIDE["login"]
_WHOSE = ("of", "by", "from", "for", "to", "with", "is")


def take_repository(state: State, parameter: Parameter) -> None:
    """The repository that the task names, in whatever way."""
    for number in state.free(Kind.URL):
        parts = _path(str(state.tokens[number].value), parameter)
        if len(parts) >= 2:
            name = f"{parts[0]}/{parts[1].removesuffix('.git')}"
            if _REPOSITORY.fullmatch(name):
                state.path = parts[2:]
                return state.keep(parameter, name, number)
    slashed = [n for n in state.free(Kind.SLASHED) if _REPOSITORY.fullmatch(str(state.tokens[n].value))]
    if slashed:
        best = max(slashed, key=lambda n: (_holds(state, n), -n))
        branches = any(p.kind is ParameterKind.TEXT for p in state.entry.recipe.parameters)
        if not branches or _holds(state, best) >= 0:
            return state.keep(parameter, str(state.tokens[best].value).removesuffix(".git"), best)
    for pattern in _TOLD:
        for match in pattern.finditer(state.reading.text):
            numbers = [*state.covering(*match.span("owner")), *state.covering(*match.span("name"))]
            if numbers and not any(n in state.used or _says_something(state, n) for n in numbers):
                state.keep(parameter, f"{match['owner']}/{match['name']}", *numbers)
                return None
    return None


def _holds(state: State, number: int) -> int:
    """How much the words before "a/b" say that it is a repository: negative where it is a branch."""
    place = number - 1
    while place >= 0 and (state.tokens[place].lower in DETERMINERS or state.tokens[place].text in (":", "(")):
        place -= 1
    if place < 0:
        return 1
    before = state.tokens[place].lower
    if before in _HOLDING or state.words[place] in BESIDE["repository"]:
        return 3
    return 2 if before in _NEAR else -1 if before in _BRANCHES else 1


def take_login(state: State, parameter: Parameter) -> None:
    """The account that the task names: "@octocat", "user octocat", "assigned to octocat", "octocat's"."""
    if handles := state.free(Kind.HANDLE):
        return state.keep(parameter, str(state.tokens[handles[0]].value), handles[0])
    for number in state.free(Kind.URL):
        parts = _path(str(state.tokens[number].value), parameter)
        if len(parts) == 1 and _LOGIN.fullmatch(parts[0]):
            return state.keep(parameter, parts[0], number)
    cues = [phrase_of(cue) for cue in parameter.pattern.split("|") if cue]
    account = [n + 1 for n, word in enumerate(state.words) if word in _ACCOUNT]
    cued = [n + len(cue) for n in range(len(state.tokens)) for cue in cues if state.matches(n, cue)]
    whose = [n + 1 for n, token in enumerate(state.tokens) if token.lower in _WHOSE and n not in state.inside]
    owned = [n for n, token in enumerate(state.tokens) if token.text.endswith(("'s", "’s", "s'"))]
    before = [n for n in range(len(state.tokens) - 1) if state.words[n + 1] in _ACCOUNT | state.entry.own]
    for place in (*account, *cued, *whose, *owned, *before):
        while place < len(state.tokens) and _leads_on(state, place):
            place += 1
        if name := _login_at(state, place):
            numbers = state.solid(place)[1]
            return state.keep(parameter, name, *numbers)
    loose = [n for n in range(len(state.tokens)) if _login_at(state, n) and not state.is_known(n)]
    if parameter.required and len(loose) == 1:
        state.keep(parameter, _login_at(state, loose[0]), *state.solid(loose[0])[1])
    return None


def _leads_on(state: State, place: int) -> bool:
    token = state.tokens[place]
    return (
        token.text in (":", "=", '"') or token.lower in ("the", "named", "called", "is", "of", "for") or token.stem in _ACCOUNT
    )


def _login_at(state: State, place: int) -> str:
    """The account name that stands at a place, if what stands there can be one."""
    if place >= len(state.tokens) or place in state.used:
        return ""
    token = state.tokens[place]
    if token.kind is Kind.QUOTED:
        return str(token.value) if _LOGIN.fullmatch(str(token.value)) else ""
    if token.kind not in (Kind.WORD, Kind.NAME) or _says_something(state, place):
        return ""
    text, _ = state.solid(place)
    return text if _LOGIN.fullmatch(text) else ""


def _says_something(state: State, number: int) -> bool:
    """Whether a word has its own part in the task; parts of "hello-world" have none, nor has a word with a slip."""
    token = state.tokens[number]
    if token.kind is not Kind.WORD:
        return token.kind not in (Kind.NAME, Kind.QUOTED, Kind.NUMBER, Kind.MARK, Kind.CODE, Kind.ID, Kind.HANDLE)
    if "-" in state.solid(number)[0]:
        return False
    return (
        token.stem in FILLER
        or (state.is_known(number) and not token.slip and not state.is_capital(number))
        or (token.stem in state.entry.own)
    )


def _path(url: str, parameter: Parameter) -> tuple[str, ...]:
    """The parts of a URL's path, if its host is one of those that the parameter's pattern names."""
    host, _, path = re.sub(r"\Ahttps?://", "", url, flags=re.IGNORECASE).partition("/")
    if host.casefold() not in [name for name in parameter.pattern.split("|") if name]:
        return ()
    return tuple(part for part in re.split(r"[?#]", path)[0].split("/") if part)
