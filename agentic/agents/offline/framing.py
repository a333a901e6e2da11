"""What people say around a request, told apart from it: greetings, reasons, stories, thanks.

A task is taken apart into units (sentences, and clauses that could be one). A unit that only tells something is left out
of what the recipes are held against; of one that names something ("I found this in acme/widgets, could you ...") only
that is left. What may take the request back, put it off or limit it stays, and is a doubt: nothing is changed then.
"""

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass
from enum import Enum, auto

from agentic.agents.offline.courtesy import exclaims, is_courtesy, is_proxy, is_wish, reports, takes_back
from agentic.agents.offline.heeding import may_limit
from agentic.agents.offline.lexicon import DETERMINERS, FILLER, NAME_CUES, READING, SPEECH, TURNING, VERBS, stems, words_of
from agentic.agents.offline.naming import SOME_TIME, has_noun, names_a_place, names_in
from agentic.agents.offline.sentences import (
    REFERENCES,
    begins_request,
    is_lack,
    may_be_done,
    obliges,
    past_leads,
    quotes,
    tells,
)
from agentic.agents.offline.tokens import Kind, Token
from agentic.agents.offline.units import AS_MUCH, JOINING, OPENING, Unit, announces, units_of

_PAID = words_of("paid got received charged refunded spent sent gave returned took had was were")
_CONDITIONS = words_of("once when whenever if until unless after assuming provided")
_NAMED = words_of("she he they it her his its their the name title that this")
_WHOM = words_of("him her them he she they his their")
_LONGEST_ASIDE, _SHORTEST_ASIDE = 6, 3
# What may say which ones are meant: "only since Monday", "all of them".
_LIMITS = TURNING - stems(
    "not no never nobody nothing don doesn didn isn aren wasn won wouldn shouldn cannot if before after while but rather"
    " how why"
)


class _Role(Enum):
    REQUEST = auto()
    WISH = auto()
    # Says more of what is asked for elsewhere: "it should be private".
    DETAIL = auto()
    # Asks for what another unit says.
    PROXY = auto()
    # Names something that the request may be about; its words ask for nothing.
    NAMES = auto()
    TOLD = auto()
    # May limit what is asked for, where that changes something.
    CAUTION = auto()
    DOUBT = auto()


@dataclass(frozen=True, slots=True)
class Framed:
    """What is left of a task. `named`: the parts of it that ask for nothing; `doubt`: what may take the request back.

    `caution` is a doubt where something is to be changed, and nothing where somebody only wants to see something.
    """

    text: str
    named: tuple[tuple[int, int], ...] = ()
    doubt: str = ""
    caution: str = ""


def framed(text: str, tokens: Sequence[Token], vocabulary: Set[str], options: Set[str]) -> Framed:
    """The request in a text, given the text's tokens. `vocabulary`: the stems that some recipe asks for."""
    units = list(units_of(text, tokens))
    roles = list(_roles(units, vocabulary, options))
    if _Role.REQUEST not in roles and _Role.PROXY in roles:
        # "The subscription can be resumed. Can you do that?"
        roles = [
            _Role.WISH if role is _Role.NAMES and may_be_done(unit.tokens) else role
            for unit, role in zip(units, roles, strict=True)
        ]
    if _Role.REQUEST not in roles and roles.count(_Role.WISH) == 1:
        # "I have to … Can you do that?"
        roles = [_Role.TOLD if role is _Role.PROXY else role for role in roles]
    roles = [_Role.REQUEST if role is _Role.PROXY else role for role in roles]
    if _Role.REQUEST not in roles:
        roles = [_Role.REQUEST if role is _Role.WISH else role for role in roles]
    roles = [_Role.REQUEST if role is _Role.DETAIL else role for role in roles]
    doubt = next((unit.text for unit, role in zip(units, roles, strict=True) if role is _Role.DOUBT), "")
    caution = next((unit.text for unit, role in zip(units, roles, strict=True) if role is _Role.CAUTION), "")
    if any(reports(unit.text) and unit.text.endswith(":") for unit in units):
        # "They wanted me to do this: …"
        doubt = doubt or text
    asking = [unit for unit, role in zip(units, roles, strict=True) if role is _Role.REQUEST]
    if not any(begins_request(unit.tokens, unit.text) for unit in asking):
        # "He asked me to …" is his wish, and perhaps not the speaker's.
        doubt = doubt or next((unit.text for unit in units if reports(unit.text)), "")
    if not asking or len(units) == len(asking):
        return Framed(text, doubt=doubt or caution)
    words = [token for unit in asking for token in unit.tokens if token.kind is Kind.WORD]
    bare = not any(token.stem in vocabulary - VERBS for token in words)
    # "Can you print all of them?"
    whom = not _WHOM.isdisjoint(token.lower for token in words)
    refers = bare and any(token.lower in REFERENCES for token in words)
    pieces: list[str] = []
    named: list[tuple[int, int]] = []
    length = 0
    for unit, role in zip(units, roles, strict=True):
        piece = unit.text if pieces else text[_begin(unit) : unit.tokens[-1].end]
        if (
            role is _Role.NAMES
            or (role is _Role.TOLD and refers)
            or (role is _Role.WISH and (bare or whom or unit.values or names_a_place(unit)))
        ):
            piece, role = (
                names_in(unit, vocabulary, whom=whom, counts=refers and not any(asked.values for asked in asking)),
                _Role.NAMES,
            )
        elif role is _Role.WISH:
            role = _Role.TOLD
        if role in (_Role.TOLD, _Role.CAUTION) or not piece:
            continue
        if role is _Role.NAMES and pieces and pieces[-1][-1].isalnum():
            pieces[-1] += ","
            length += 1
        if role is _Role.NAMES:
            named.append((length, length + len(piece)))
            piece += "."
        pieces.append(piece)
        length += len(piece) + 1
    return Framed(" ".join(pieces), tuple(named), doubt, caution)


def _begin(unit: Unit) -> int:
    """Where a request begins behind what only joined it to something left out: "but could you …"."""
    return next((token.start for token in unit.tokens if token.kind is not Kind.MARK and token.lower not in JOINING), 0)


def _roles(units: Sequence[Unit], vocabulary: Set[str], options: Set[str]) -> Iterator[_Role]:
    asks = [begins_request(unit.tokens, unit.text) and not is_courtesy(unit.text) for unit in units]
    last = max((n for n, asked in enumerate(asks) if asked), default=-1)
    asked, spoken = False, False
    for n, unit in enumerate(units):
        role = _role(unit, vocabulary, options, before=n < last and not asked, first=not asked)
        if spoken and role is not _Role.REQUEST:
            # It may still be what is to be said.
            role = _Role.DOUBT
        asked = asked or role in (_Role.REQUEST, _Role.PROXY)
        spoken = spoken or (role is _Role.REQUEST and any(announces(unit.tokens, n, SPEECH) for n in range(len(unit.tokens))))
        yield role


def _role(unit: Unit, vocabulary: Set[str], options: Set[str], *, before: bool, first: bool) -> _Role:
    words = [token for token in unit.tokens if token.kind is Kind.WORD]
    if exclaims(unit.text) and not any(token.stem in vocabulary for token in words):
        return _Role.TOLD
    asks = begins_request(unit.tokens, unit.text)
    if takes_back(unit.text) and not unit.values and (not asks or len(words) <= _LONGEST_ASIDE):
        return _Role.DOUBT
    if is_lack(unit.tokens):
        return _Role.TOLD
    if not unit.values and is_courtesy(unit.text):
        return _Role.TOLD
    if asks:
        return _Role.PROXY if is_proxy(unit.text) and not unit.values else _Role.REQUEST
    rest = past_leads(unit.tokens)
    if not rest:
        return _Role.TOLD
    if (rest[0].lower in _CONDITIONS and tells(rest[1:])) or rest[0].lower in AS_MUCH:
        return _Role.DOUBT
    nouns = has_noun(words, vocabulary) or any(token.lower in options for token in words)
    if is_wish(unit.text[rest[0].start - unit.tokens[0].start :]):
        return _wish(unit, vocabulary, nouns=nouns, before=before)
    about = tells(unit.tokens)
    if about:
        return _told(unit, about, vocabulary, options, nouns=nouns, before=before)
    turns = any(token.stem in TURNING for token in words if token is not words[0] or token.stem not in ("befor", "whil"))
    if not unit.values and not nouns and not turns and unit.goes_on and unit.tokens[0].lower in OPENING:
        return _Role.TOLD
    if not unit.values and not nouns and _is_aside(unit, words, vocabulary, before=before):
        return _Role.TOLD
    if unit.values or any(token.stem in vocabulary for token in words) or all(token.text[0].isupper() for token in words):
        return _Role.REQUEST
    if all(token.stem in FILLER for token in words):
        return _Role.REQUEST
    return _Role.TOLD if first and not turns and len(words) <= _LONGEST_ASIDE else _Role.DOUBT


def _is_aside(unit: Unit, words: Sequence[Token], vocabulary: Set[str], *, before: bool) -> bool:
    """Whether a sentence with a subject that goes on is about something else, though its verb is not known."""
    subject = past_leads(unit.tokens)[0].lower in DETERMINERS | {"all", "both", "old"}
    if not subject or len(words) <= _SHORTEST_ASIDE or may_limit(unit.tokens, unit.text, "other", before=before):
        return False
    refers = any(token.lower in REFERENCES or token.stem in TURNING or token.stem in vocabulary for token in words)
    return before or not (refers or any(token.text[0].isupper() for token in words[1:]))


def _limited(unit: Unit, *, nouns: bool, before: bool) -> _Role:
    """What a clause is that may limit the request: nothing for who only looks, where it cannot say which ones are meant."""
    words = [token for token in unit.tokens if token.kind is Kind.WORD]
    which = not before and (nouns or any(token.stem in _LIMITS for token in words))
    hard = takes_back(unit.text) or unit.values or names_a_place(unit) or which
    return _Role.DOUBT if hard else _Role.CAUTION


def _wish(unit: Unit, vocabulary: Set[str], *, nouns: bool, before: bool) -> _Role:
    """A wish is the request, or the reason for one: "I'd like to tidy up a bit, …"."""
    words = [token for token in unit.tokens if token.kind is Kind.WORD]
    refers = any(token.lower in REFERENCES for token in words[1:]) and (not before or unit.values)
    acts = any(token.stem in VERBS - READING and token.stem in vocabulary for token in words)
    if may_limit(unit.tokens, unit.text, "person", before=before) or (refers and acts):
        asks = not before and (unit.values or has_noun(words, vocabulary))
        return _Role.REQUEST if asks or unit.values else _limited(unit, nouns=nouns, before=before)
    looks = any(token.stem in READING and token.lower != "send" for token in words) and not acts
    return _Role.REQUEST if unit.values and looks else _Role.WISH


def _told(unit: Unit, about: str, vocabulary: Set[str], options: Set[str], *, nouns: bool, before: bool) -> _Role:
    lower = [token.lower for token in unit.tokens]
    names = unit.values or any(
        token.text[0].isupper() and token.lower != "i" for token in past_leads(unit.tokens)[1:] if token.kind is Kind.WORD
    )
    if quotes(unit.tokens):
        return _Role.DOUBT
    subject = re.split("['’]", past_leads(unit.tokens)[0].lower)[0]
    if subject == "you" and any(token.stem in vocabulary for token in unit.tokens):
        # "You created a customer, was that right?"
        return _Role.REQUEST
    if subject in _NAMED and names and not NAME_CUES.isdisjoint(lower):
        return _Role.DETAIL
    if about == "thing" and any(token.lower in options for token in unit.tokens):
        # "It should be private."
        return _Role.DETAIL
    past = about == "thing" and not unit.values and any(token.lower in ("was", "were", "had") for token in unit.tokens[:4])
    past = past or (subject in ("there", "something", "everything") and not obliges(unit.tokens))
    if about != "person" and names and not past and (about == "thing" or obliges(unit.tokens)):
        # "It should give 30 percent off", "her email is a@x.com".
        return _Role.DETAIL
    if may_limit(unit.tokens, unit.text, about, before=before):
        return _limited(unit, nouns=nouns, before=before)
    if any(token.kind is Kind.MONEY for token in unit.tokens) and not _PAID.isdisjoint(lower):
        return _Role.DOUBT
    return _Role.NAMES if unit.values or not SOME_TIME.isdisjoint(lower) or names else _Role.TOLD
