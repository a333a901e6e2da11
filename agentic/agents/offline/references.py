"""What "it", "her" or "that customer" in a task means in a session: the newest id of the kind that the task needs.

An id is put in the reference's place, and what is then a complete task with this id as its object is what was meant. Nothing
that earlier answers say is read: only the ids of their objects.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from agentic.agents.offline.lexicon import stem, words_of
from agentic.agents.offline.matching import Ask, Match, NoMatch, heard, match
from agentic.core.spec import Parameter, ParameterKind, Recipe

_LONGEST_TASK = 1000
_QUOTED = re.compile(r"\"[^\"\n]*\"|“[^”\n]*”|„[^“”\n]*[“”]|«[^»\n]*»|`[^`\n]*`|(?<![\w])'[^'\n]*'(?!\w)|‘[^’\n]*’(?!\w)")
_REFERENCE = re.compile(
    r"(?<![\w'’/@#.-])(?:(?P<person>her|his|him|their|them)|(?:the\s+same|that|this|the)\s+(?P<noun>[a-z]+(?:\s+request)?)"
    r"|(?P<thing>its?|that|this(?:\s+one)?|that\s+one|the\s+same(?:\s+one)?))(?![\w'’-])",
    re.IGNORECASE,
)
_PEOPLE_STEMS = frozenset(stem(word) for word in words_of("customer client user account login person member contact"))
# What names somebody, or something that is somebody's: who "her" is, is told by it.
_NAMING = frozenset({ParameterKind.EMAIL, ParameterKind.ID, ParameterKind.LOGIN, ParameterKind.PLACE})
_OF_LISTS = {"LIMIT", "ALL"}
_TO_PEOPLE = [["for"], ["from"], ["by"], ["to"], ["with"]]
_TOO_MANY = 4
# Stands for an id that there is not, to find out whether a task lacks nothing but one.
_NO_ID, _NO_NUMBER = "Zz9Zz9Zz9Zz9Zz", "nobody/nothing#999999999"


@dataclass(frozen=True, slots=True)
class _Reference:
    """Where in a task something is referred to. `person` for "her"; `noun` is what it is called, if anything."""

    start: int
    end: int
    text: str
    person: bool
    noun: str

    def replaced(self, task: str, name: str) -> str:
        """The task with an id in the reference's place."""
        return f"{task[: self.start]}{self.noun} {name}{task[self.end :]}"


def match_in_session(task: str, recipes: Iterable[Recipe], before: Sequence[Sequence[str]]) -> Match | Ask | NoMatch:
    """As `match`, for a task in a session. `before` are the ids of its turns, the oldest turn first."""
    known = tuple(recipes)
    direct = match(task, known)
    if len(task) > _LONGEST_TASK:
        return direct
    references = list(_references(task))[:_TOO_MANY]
    if isinstance(direct, Match):
        # "List the issues of a/b" refers to nothing; "show that customer" does, and is not "show customers".
        references = [reference for reference in references if not reference.text.lower().startswith("the ")]
    for reference in references:
        for ids in reversed(before):
            found = _fitting(task, reference, ids, known, direct)
            if len(found) == 1:
                return found[0][1]
            if found:
                names = " or ".join(name for name, _ in found)
                return Ask(f"Which is meant by “{reference.text}”: {names}?", tuple(one.recipe for _, one in found))
    if isinstance(direct, NoMatch):
        return next((ask for reference in references if (ask := _nothing(task, reference, known))), direct)
    return _left_out(task, direct, known) or direct


def _left_out(task: str, direct: Match | Ask, recipes: Sequence[Recipe]) -> NoMatch | None:
    """Why a task that is complete without "her" is not it all the same: "list her invoices" are not everybody's."""
    if isinstance(direct, Ask) or _says_who(direct):
        return None
    request = heard(task, recipes)
    texts = [str(value) for _, value in direct.values]
    for reference in _references(request):
        of_a_text = any(reference.text in text for text in texts)
        if reference.person and not of_a_text and not _means_the_listed(reference, request, direct):
            return NoMatch(f"the offline model cannot do this for “{reference.text}” alone", (direct.recipe.task,))
    return None


def _says_who(direct: Match) -> bool:
    """Whether the task itself names somebody or something that "her" may be: nobody else is meant then."""
    of_people = any(stem(word.strip(",.").lower()) in _PEOPLE_STEMS for word in direct.recipe.task.split())
    kinds = _NAMING | {ParameterKind.NAME} if of_people else _NAMING
    told = {name for name, _ in direct.values}
    return any(parameter.name in told and parameter.kind in kinds for parameter in direct.recipe.parameters)


def _means_the_listed(reference: _Reference, request: str, direct: Match) -> bool:
    """ "Open issues of a/b, list them", but not "list the invoices for them": things that are listed, and no people."""
    lists = any(parameter.name in _OF_LISTS for parameter in direct.recipe.parameters)
    before = request[: reference.start].lower().split()[-1:]
    return lists and reference.text.lower() == "them" and before not in _TO_PEOPLE


def _references(task: str) -> Iterator[_Reference]:
    quoted = [match.span() for match in _QUOTED.finditer(task)]
    for found in _REFERENCE.finditer(task):
        if not any(start <= found.start() < end for start, end in quoted):
            yield _Reference(found.start(), found.end(), found[0], bool(found["person"]), found["noun"] or "")


def _fitting(
    task: str, reference: _Reference, ids: Sequence[str], recipes: Sequence[Recipe], direct: Match | Ask | NoMatch
) -> list[tuple[str, Match]]:
    """The ids of one turn that make the task complete. An issue is meant before its repository, a payment before its charge."""
    found = [(name, one) for name in ids if (one := _with(task, reference, name, recipes, direct))]
    if not found:
        whole = dict.fromkeys(name.partition("#")[0] for name in ids if "#" in name)
        found = [(name, one) for name in whole if (one := _with(task, reference, name, recipes, direct))]
    if len({one.recipe.name for _, one in found}) == 1:
        first = min(_rank(name, one.recipe) for name, one in found)
        found = [(name, one) for name, one in found if _rank(name, one.recipe) == first]
    return found


def _with(
    task: str, reference: _Reference, name: str, recipes: Sequence[Recipe], direct: Match | Ask | NoMatch
) -> Match | None:
    """The task with an id in the reference's place, if that makes it a task about this very thing."""
    found = match(reference.replaced(task, name), recipes)
    if not isinstance(found, Match):
        return None
    parameter = _taken(found, name)
    if parameter is None or not _is_called(reference, parameter, recipes):
        return None
    if isinstance(direct, Match) and not set(direct.values) <= set(found.values):
        # The task says all by itself; the word is part of a text ("titled fix it").
        return None
    return found


def _taken(found: Match, name: str) -> Parameter | None:
    """The parameter that has the id as its value; of an issue the repository and the number together."""
    values = dict(found.values)
    repository, hash_, number = name.partition("#")
    for parameter in found.recipe.parameters:
        value = values.get(parameter.name)
        if parameter.kind is ParameterKind.ID and value == name:
            return parameter
        if parameter.kind is ParameterKind.REPOSITORY and value == repository:
            numbers = [values.get(p.name) for p in found.recipe.parameters if p.kind is ParameterKind.INTEGER and p.required]
            if numbers == ([int(number)] if hash_ else []):
                return parameter
    return None


def _is_called(reference: _Reference, parameter: Parameter, recipes: Sequence[Recipe]) -> bool:
    """Whether a thing is what the reference calls it: "her" is a customer, "that invoice" is no payment."""
    called = stem(parameter.name.lower())
    if reference.person:
        return called in _PEOPLE_STEMS
    kinds = {stem(p.name.lower()) for recipe in recipes for p in recipe.parameters if p.kind is ParameterKind.ID}
    noun = stem(reference.noun.lower())
    return noun not in kinds or noun == called


def _rank(name: str, recipe: Recipe) -> int:
    """The place of an id's prefix among those that its parameter takes."""
    for parameter in recipe.parameters:
        for number, prefix in enumerate(parameter.pattern.split("|")):
            if parameter.kind is ParameterKind.ID and prefix and name.startswith(prefix):
                return number
    return 0


def _nothing(task: str, reference: _Reference, recipes: Sequence[Recipe]) -> Ask | None:
    """The question for a task that lacks nothing but what it refers to, of which the session knows nothing."""
    prefixes = {
        prefix
        for recipe in recipes
        for parameter in recipe.parameters
        if parameter.kind is ParameterKind.ID
        for prefix in parameter.pattern.split("|")
        if prefix
    }
    for name in (*(f"{prefix}{_NO_ID}" for prefix in sorted(prefixes)), _NO_NUMBER, _NO_NUMBER.partition("#")[0]):
        found = match(reference.replaced(task, name), recipes)
        if isinstance(found, Match) and (parameter := _taken(found, name)) and _is_called(reference, parameter, recipes):
            question = f"What is meant by “{reference.text}”? This session has nothing of that kind."
            return Ask(f"{question} For example: “{found.recipe.task}”", (found.recipe,), (parameter.name,))
    return None
