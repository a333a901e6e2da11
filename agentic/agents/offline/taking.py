"""Which value of a task goes to which parameter, for the kinds whose values have a form of their own."""

import re
from collections.abc import Sequence

from agentic.agents.offline.book import phrase_of
from agentic.agents.offline.lexicon import DETERMINERS, NAME_ENDS, NAMELESS, PREPOSITIONS, READING, VERBS, stem, stems
from agentic.agents.offline.money import Money
from agentic.agents.offline.state import State
from agentic.agents.offline.tokens import Coordinates, Kind
from agentic.core.spec import Parameter, ParameterKind

_REACH = 3
_TIMES = stems("second minute hour day week month quarter year")
# "The next 3 days" are 3 days; "the last 3 days" are others.
_COMING = stems("next coming following upcoming")
_LONGEST_NAME = 4
_INCLUDING = frozenset({"too", "also", "including", "even", "both", "well", "plus", "regardless", "whether"})
_NUMBERED = re.compile(r"#|(?:no|nr|num)[.\s\d]", re.IGNORECASE)


def take_id(state: State, parameter: Parameter) -> None:
    """The first id with one of the parameter's prefixes."""
    prefixes = tuple(parameter.pattern.split("|"))
    for number in state.free(Kind.ID):
        if str(state.tokens[number].value).startswith(prefixes):
            _keep(state, parameter, number)
            return


def take_email(state: State, parameter: Parameter) -> None:
    """The first e-mail address; of "from a@x.com to b@x.com", where something is changed, the new one."""
    free = state.free(Kind.EMAIL)
    before = [state.tokens[n - 1].lower if n else "" for n in free]
    if before == ["from", "to"] and stem("change") in state.entry.own:
        state.used.add(free[0])
        state.inside.add(free[0])
        return _keep(state, parameter, free[1])
    return _first(state, parameter, Kind.EMAIL)


def take_percent(state: State, parameter: Parameter) -> None:
    """The first percentage."""
    _first(state, parameter, Kind.PERCENT)


def take_interval(state: State, parameter: Parameter) -> None:
    """The first interval."""
    _first(state, parameter, Kind.INTERVAL)


def take_amount(state: State, parameter: Parameter) -> None:
    """The first amount of money."""
    for number in state.free(Kind.MONEY):
        money = state.tokens[number].value
        if isinstance(money, Money):
            state.money = money
            return state.keep(parameter, money.amount, number)
    return None


def take_currency(state: State, parameter: Parameter) -> None:
    """The currency of the amount, or one that stands alone."""
    if state.money:
        state.values[parameter.name] = state.money.currency
        # Said twice is fine ("15 € in EUR"), as long as it is the same.
        state.used.update(n for n in state.free(Kind.CURRENCY) if state.tokens[n].value == state.money.currency)
    else:
        _first(state, parameter, Kind.CURRENCY)


def take_bare_amount(state: State) -> None:
    """A number without a currency is the amount where one is still lacking; with a currency said elsewhere it is whole."""
    parameters = state.entry.recipe.parameters
    amount = next((p for p in parameters if p.kind is ParameterKind.AMOUNT and state.lacks(p)), None)
    numbers = state.free(Kind.NUMBER)
    if amount is None or len(numbers) != 1:
        return
    currency = next((p for p in parameters if p.kind is ParameterKind.CURRENCY), None)
    value, code = state.tokens[numbers[0]].value, state.values.get(currency.name) if currency else None
    if isinstance(value, int) and isinstance(code, str):
        state.keep(amount, Money.of(value, code).amount, numbers[0])
    elif amount.required:
        # Its currency is asked for; until then the number is spoken for.
        state.keep(amount, 0, numbers[0])


def take_latitude(state: State, parameter: Parameter) -> None:
    """The latitude of the first point."""
    for number in [n for n, token in enumerate(state.tokens) if token.kind is Kind.COORDINATES][:1]:
        point = state.tokens[number].value
        if isinstance(point, Coordinates):
            state.keep(parameter, point.latitude, number)


def take_longitude(state: State, parameter: Parameter) -> None:
    """The longitude of the first point."""
    for number in [n for n, token in enumerate(state.tokens) if token.kind is Kind.COORDINATES][:1]:
        point = state.tokens[number].value
        if isinstance(point, Coordinates):
            state.keep(parameter, point.longitude, number)


def take_integer(state: State, parameter: Parameter) -> None:
    """The first number beside one of the cues ("issue 12", "the last 5 payments", "#12")."""
    cues = [phrase_of(cue) for cue in parameter.pattern.split("|") if cue]
    if _in_path(state, parameter):
        return None
    for number in state.free(Kind.NUMBER):
        token = state.tokens[number]
        unit = state.words[number + 1] if number + 1 < len(state.tokens) else ""
        if unit in _TIMES and (unit,) not in cues:
            # "The last 7 days" is no number of things.
            continue
        numbered = _NUMBERED.match(token.text)
        around = [*range(number + 1, number + 1 + _REACH), *range(number - 1, number - 1 - _REACH, -1)]
        # "5 issues" are so many, "issue 5" is that one.
        counted = [cue for cue in cues if not parameter.required and set(cue) <= state.entry.own]
        referring = [cue for cue in cues if parameter.required and set(cue) <= state.entry.own]
        beside = any(
            _cue_at(
                state,
                place,
                [cue for cue in cues if cue not in (counted if place < number else _many(state, place, referring))],
            )
            and _no_value_between(state, number, place)
            for place in around
        )
        limits = not parameter.required and state.entry.reads and ("last",) in cues
        if beside or (limits and _after_reading(state, number)) or (numbered and (("#",) in cues or ("number",) in cues)):
            if number and state.words[number - 1] in _COMING:
                state.used.add(number - 1)
            return _keep(state, parameter, number)
    return None


def take_word(state: State, parameter: Parameter) -> None:
    """The first of the options that stands in the task; "all" where it has several ("open and closed ones")."""
    options = parameter.pattern.split("|")
    lower = [token.lower for token in state.tokens]
    said = [option for option in options if option in lower]
    if "all" in options and (len([o for o in said if o != "all"]) > 1 or ("all" in said and _INCLUDING & set(lower))):
        state.values[parameter.name] = "all"
        numbers = [n for n, word in enumerate(lower) if word in (*said, "both") and n not in state.inside]
        state.used.update(numbers)
        state.options.update(numbers)
        return
    for option in options:
        phrase = phrase_of(option)
        for start in range(len(state.tokens)):
            # "Closed issues" are some, "close issues" is something to do.
            told = phrase[0] not in VERBS or state.tokens[start].lower == option
            if told and state.matches(start, phrase) and not any(n in state.inside for n in range(start, start + len(phrase))):
                state.values[parameter.name] = option
                numbers = {
                    *range(start, start + len(phrase)),
                    *(n for n, word in enumerate(lower) if word in (option, "all") and word in options),
                }
                state.used.update(numbers)
                state.options.update(numbers)
                return


def take_name(state: State, parameter: Parameter) -> None:
    """A name: the surest; else, where one is needed, small-written words right behind what is to be made."""
    free = state.free(Kind.NAME, Kind.QUOTED)
    best = sorted(free, key=lambda n: (not state.tokens[n].sure, state.tokens[n].kind is not Kind.QUOTED, n))
    if best:
        return _keep(state, parameter, best[0])
    if not parameter.required:
        return None
    for number in range(1, len(state.tokens)):
        if (
            state.words[number - 1] in state.entry.own
            and not state.is_changed(number - 1)
            and (run := _unknown_run(state, number))
        ):
            text = state.reading.text[state.tokens[run[0]].start : state.tokens[run[-1]].end]
            return state.keep(parameter, text, *run)
    return None


def _many(state: State, place: int, cues: Sequence[tuple[str, ...]]) -> Sequence[tuple[str, ...]]:
    """The cues, where they stand in the plural: "5 issues" is not issue 5."""
    last = min(place + max((len(cue) for cue in cues), default=1), len(state.tokens))
    return cues if any(token.lower.endswith("s") for token in state.tokens[place:last]) else ()


def _unknown_run(state: State, start: int) -> list[int]:
    """Words that mean nothing else, up to where a name ends; none if they are too many for a name."""
    end = start
    while end < len(state.tokens) and end not in state.used:
        token = state.tokens[end]
        if token.kind not in (Kind.WORD, Kind.ID, Kind.CODE) or token.lower in NAME_ENDS | NAMELESS | PREPOSITIONS:
            break
        if token.kind is Kind.ID and token.text.startswith(state.reading.words.prefixes):
            break
        if token.lower in DETERMINERS or (
            token.kind is Kind.WORD and (state.is_known(end) and not (token.slip and end > start))
        ):
            break
        end += 1
    return list(range(start, end)) if end - start <= _LONGEST_NAME else []


def _after_reading(state: State, number: int) -> bool:
    """Whether a number says how many to show: "… show me 4"."""
    place = number - 1
    while place >= 0 and state.tokens[place].lower in ("me", "us", "only", "just", "the"):
        place -= 1
    ends = (
        number + 1 >= len(state.tokens)
        or state.tokens[number + 1].kind is Kind.MARK
        or state.tokens[number + 1].lower in ("of", "please")
    )
    return ends and place >= 0 and state.words[place] in READING


def _in_path(state: State, parameter: Parameter) -> bool:
    """A number in the path of a URL, behind one of the cues (".../issues/12", ".../pull/7")."""
    if not parameter.required:
        return False
    firsts = {stem(cue.split()[0]) for cue in parameter.pattern.split("|") if cue.strip()}
    for word, number in zip(state.path, state.path[1:], strict=False):
        if number.isdecimal() and len(number) < 10 and stem(word) in firsts:
            state.values[parameter.name] = int(number)
            state.path = ()
            return True
    return False


def _cue_at(state: State, place: int, cues: Sequence[tuple[str, ...]]) -> bool:
    return place >= 0 and any(state.matches(place, cue) for cue in cues)


def _no_value_between(state: State, one: int, other: int) -> bool:
    return all(
        token.kind in (Kind.WORD, Kind.MARK) and token.text != ","
        for token in state.tokens[min(one, other) + 1 : max(one, other)]
    )


def _first(state: State, parameter: Parameter, kind: Kind) -> None:
    if found := state.free(kind):
        _keep(state, parameter, found[0])


def _keep(state: State, parameter: Parameter, number: int) -> None:
    value = state.tokens[number].value
    if isinstance(value, str | int | float):
        state.keep(parameter, value, number)
