"""The router: which of a stack's APIs a task is for, told from the task's words without a model.

What speaks for an API, in this order: its name in the task; a recipe of its that is exactly this task; its words and the
prefixes of its ids. Where these do not tell one API, that is the answer: an orchestrator, or the person, decides then.
"""

import ast
import functools
import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Protocol

from agentic.agents.offline import Match, NoMatch, heard, match
from agentic.agents.offline.lexicon import stem, stems
from agentic.agents.offline.spelling import Spelling
from agentic.core.errors import UnknownApiError, UsageError
from agentic.core.host_names import covers, site
from agentic.core.spec import Host, ParameterKind, Recipe, Sdk

# Longer texts are refused elsewhere (tasks: the front door; scripts: generate_code); here they only must not cost much.
_LONGEST_TASK, _LONGEST_SCRIPT = 4000, 256 * 1024

# What a task quotes, and what has a name within it without being one: a repository, an address, a page.
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|`[^`\n]*`|(?<![\w])'[^'\n]*'(?!\w)|‘[^’\n]*’(?!\w)")
_COMPOUND = re.compile(r"(?<!\S)\S*[@/\\]\S*")
_WORD = re.compile(r"[^\W_]+(?:['’_.-][^\W_]+)*")
_ID = re.compile(r"(?<!\w)[A-Za-z]+_[A-Za-z0-9_]+")
# "and/or" and "15/month" are none.
_REPOSITORY = re.compile(
    r"(?<![\w./:@€$£-])(?=[\w-]{0,99}[A-Za-z])[A-Za-z0-9][\w-]{0,99}/"
    r"(?!(?:or|no|second|minute|hour|day|week|month|year)s?\b)[\w.-]{0,99}\w(?![/@])"
)
_ADDRESS = re.compile(r"https?://([^\s/?#]+)", re.IGNORECASE)
_CALLED = re.compile(r"//([A-Za-z0-9.-]+)")
_IMPORT = re.compile(r"^[ \t]*(?:import|from)[ \t]+([A-Za-z_]\w*)", re.MULTILINE)
# "Not with Stripe" does not ask for Stripe.
_NOT = stems("not no never without except excluding instead avoid dont")
_NOT_WITHIN = 3
# "Open Weather Map".
_NAME_WORDS = 3
# Shorter words are near to too many others.
_LONG_ENOUGH = 6


class Routable(Protocol):
    """What the router looks at of an API: an `ApiSpec`, or what stands for one that is not installed here."""

    @property
    def name(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def words(self) -> tuple[str, ...]: ...
    @property
    def recipes(self) -> tuple[Recipe, ...]: ...
    @property
    def hosts(self) -> tuple[Host, ...]: ...
    @property
    def sdk(self) -> Sdk: ...


@dataclass(frozen=True, slots=True)
class NotInstalled:
    """An API of a deployed stack whose plugin is not installed here: only its name is known."""

    name: str
    words: tuple[str, ...] = ()
    recipes: tuple[Recipe, ...] = ()
    hosts: tuple[Host, ...] = ()
    sdk: Sdk = field(default_factory=lambda: Sdk("", ()))

    @property
    def title(self) -> str:
        return self.name


@dataclass(frozen=True, slots=True)
class Choice:
    """`api` is the chosen API's name, empty when it is not clear; `candidates` are those that may be meant, in order.

    `named`: the task has the name of an API in it, for one or against one.
    """

    api: str
    candidates: tuple[str, ...]
    named: bool = False


def route(apis: Sequence[Routable], *, name: str = "", task: str = "", code: str | None = None) -> Choice:
    """The API of a request to a stack that has `apis`: the one it names, the only one, or the one that it speaks of.

    `code` is a person's own script. Raises `UnknownApiError` for a name that the stack does not have, and `UsageError` for a
    script that does not tell its API: no agent takes part that could.
    """
    names = tuple(api.name for api in apis)
    if name and name not in names:
        hint = "`agentic plugins list` shows what is installed; `agentic:apis` says what of it a stack has"
        raise UnknownApiError(f"unknown API {name!r}; the stack has {', '.join(names)}", hint=hint)
    if name or len(names) == 1:
        return Choice(name or names[0], (name or names[0],))
    if code is None:
        return choose(task, apis)
    found = api_of_script(code, apis)
    if not found:
        raise UsageError(f"which API is the script for? It does not tell ({', '.join(names)})", hint="name the API with --api")
    return Choice(found, (found,))


def choose(task: str, apis: Sequence[Routable]) -> Choice:
    """The one of `apis` that the task is for, if its words tell; the same words always give the same answer."""
    everything = tuple(api.name for api in apis)
    if len(everything) == 1:
        return _clear(everything[0])
    text = task[:_LONGEST_TASK]
    unquoted = _QUOTED.sub(" ", text)
    words = _WORD.findall(_COMPOUND.sub(" ", unquoted))
    named = [api for api in apis if True in _mentions(api, words)]
    if any(False in _mentions(api, words) for api in apis if api not in named):
        # It says which API it is not for: no rule here understands such a sentence.
        return _one_of([api.name for api in named], everything, named=True)
    if len(named) == 1:
        # A name may also be a value ("a customer called GitHub"): where only another API's recipe says so, both may be meant.
        others = _fitting(text, apis) if not _fitting(text, named) else ()
        return _one_of((named[0].name, *others), everything, named=True)
    among = named or apis
    # What such an API can do nobody here knows: unless an API is named, it may be the one that is meant.
    unknown = {api.name for api in apis if isinstance(api, NotInstalled) and not named}
    spelling = _spelling(tuple((tuple(api.words), tuple(api.recipes)) for api in apis))
    # A story's words speak for no API: "a customer rang me, could you open an issue in …".
    request = _QUOTED.sub(" ", heard(text, [recipe for api in apis for recipe in api.recipes]))
    told = {
        spelling.corrected(word) if len(word) >= _LONG_ENOUGH else stem(word)
        for word in _WORD.findall(_COMPOUND.sub(" ", request))
    }
    spoken = [api.name for api in among if named or _spoken(api, told, request)]
    # All together first, which is stricter; then each alone, which passes over another's words ("a branch for customer X").
    together = _fitting(text, among)
    fitting = together or tuple(name for api in among for name in _fitting(text, [api]))
    # A recipe may fit by its values ("account blance" as somebody's account): words that say otherwise are heard. So are those
    # for another API in a task that only fits where they say nothing: "list customers and the weather in Rome" is two tasks.
    others = () if set(together) & set(spoken) else spoken
    meant = {*fitting, *others}
    return _one_of([name for name in everything if name in meant | unknown] if meant else (), everything, named=bool(named))


def api_of_script(code: str, apis: Sequence[Routable]) -> str:
    """The API whose SDK alone a script imports, or whose hosts alone it has in its texts; empty when neither tells one."""
    imported, texts = _told(code[:_LONGEST_SCRIPT])
    by_module = [
        api.name
        for api in apis
        if any(
            module in imported and not any(module in o.sdk.modules for o in apis if o is not api) for module in api.sdk.modules
        )
    ]
    if by_module:
        return by_module[0] if len(by_module) == 1 else ""
    called = {host for text in texts for host in _CALLED.findall(text.lower())}
    by_host = [api.name for api in apis if any(covers(host.name, found) for host in api.hosts for found in called)]
    return by_host[0] if len(by_host) == 1 else ""


def _told(code: str) -> tuple[set[str], list[str]]:
    """The top-level modules that a script imports, and its texts."""
    try:
        tree = ast.parse(code)
    # Whatever is wrong with it, the validator will say, for the API that the lines with imports tell.
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return set(_IMPORT.findall(code)), []
    imported: set[str] = set()
    texts: list[str] = []
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                imported.update(alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(str(module), _, 0):
                imported.add(module.partition(".")[0])
            case ast.Constant(str(text)):
                texts.append(text)
            case _:
                pass
    return imported, texts


def _clear(api: str) -> Choice:
    return Choice(api, (api,))


def _one_of(candidates: Sequence[str], everything: tuple[str, ...], *, named: bool) -> Choice:
    return _clear(candidates[0]) if len(candidates) == 1 else Choice("", tuple(candidates) or everything, named)


def _fitting(task: str, apis: Sequence[Routable]) -> tuple[str, ...]:
    """The APIs whose recipes are this task, complete or with something to ask for. All are matched together: what is a word
    of another API's recipe is then not passed over.
    """
    found = match(task, [recipe for api in apis for recipe in api.recipes])
    recipes = () if isinstance(found, NoMatch) else (found.recipe,) if isinstance(found, Match) else found.recipes
    return tuple(api.name for api in apis if any(recipe in api.recipes for recipe in recipes))


def _mentions(api: Routable, words: Sequence[str]) -> set[bool]:
    """How the task names the API, by its name or title in one word or in several: True as usual, False in "not with …"."""
    wanted = {stem("".join(_WORD.findall(spelled))) for spelled in (api.name.replace("_", " "), api.title)}
    found: set[bool] = set()
    for start in range(len(words)):
        if wanted & {stem("".join(words[start:end])) for end in range(start + 1, start + 1 + _NAME_WORDS)}:
            before = {stem(word) for word in words[max(0, start - _NOT_WITHIN) : start]}
            found.add(not _NOT & before)
    return found


def _spoken(api: Routable, told: Set[str], unquoted: str) -> bool:
    """Whether anything else in the task speaks for the API: one of its words, an id or an address of its, a repository."""
    if told & {stem(word) for word in api.words}:
        return True
    parameters = [parameter for recipe in api.recipes for parameter in recipe.parameters]
    prefixes = {p for one in parameters if one.kind is ParameterKind.ID for p in one.pattern.split("|") if p}
    if any(found.startswith(tuple(prefixes)) for found in _ID.findall(unquoted)):
        return True
    repositories = any(parameter.kind is ParameterKind.REPOSITORY for parameter in parameters)
    if repositories and _REPOSITORY.search(unquoted):
        return True
    return any(_same_site(found, host.name) for found in _ADDRESS.findall(unquoted) for host in api.hosts)


@functools.lru_cache(maxsize=16)
def _spelling(apis: tuple[tuple[tuple[str, ...], tuple[Recipe, ...]], ...]) -> Spelling:
    """Corrects slips towards the words of any of the APIs; those of their recipes are right as they are."""
    known: set[str] = set()
    for words, recipes in apis:
        known.update(stem(word) for word in words)
        for recipe in recipes:
            known |= stems(" ".join([*recipe.words, *(p.pattern for p in recipe.parameters)]))
    return Spelling(known)


def _same_site(one: str, other: str) -> bool:
    """Whether two hosts are of one domain: github.com, where people look, and api.github.com."""
    return site(one.lower().rpartition("@")[2].partition(":")[0]) == site(other)
