"""What a clause that asks for nothing names all the same: its values with the nouns beside them, its places and people."""

from collections.abc import Sequence, Set

from agentic.agents.offline.lexicon import (
    DETERMINERS,
    FILLER,
    LIGHT_NOUNS,
    NAME_CUES,
    PREPOSITIONS,
    READING,
    VERBS,
    stems,
    words_of,
)
from agentic.agents.offline.sentences import REFERENCES
from agentic.agents.offline.tokens import Kind, Token
from agentic.agents.offline.units import Unit

SOME_TIME = frozenset({"tonight", "tomorrow"})
_PLACING = words_of("in at near around from to for of")
_COUNTING = words_of("one more new another test last next all many few several two three")
_NUMBERS = words_of("number no nr id")
_PERIODS = stems("day week month year annum")
_REGULARLY = words_of("daily weekly monthly yearly annually")
_EACH = words_of("per every each a an")


def names_in(unit: Unit, vocabulary: Set[str], *, whom: bool, counts: bool) -> str:
    """Of a unit what it names: its values with the nouns beside them, and its places; with `counts` numbers of anything."""
    tokens = unit.tokens
    kept = {n for n, token in enumerate(tokens) if token.kind not in (Kind.WORD, Kind.MARK) or token.lower in SOME_TIME}
    if not counts:
        # "I was away for two weeks."
        kept -= {n for n in kept if tokens[n].kind is Kind.NUMBER and not _counts(tokens, n, vocabulary)}
    paid = any(token.kind is Kind.MONEY for token in tokens)
    if paid:
        kept |= {n for n, token in enumerate(tokens) if token.lower in _REGULARLY}
    for n in range(len(tokens) - 1, -1, -1):
        token, before = tokens[n], tokens[n - 1].lower if n else ""
        if token.kind is not Kind.WORD:
            continue
        beside = n + 1 in kept and (token.stem in vocabulary or token.lower in _NUMBERS)
        compound = (
            n and token.stem in vocabulary - VERBS and is_noun(tokens[n - 1], tokens[n - 2].lower if n > 1 else "", vocabulary)
        )
        if beside or compound or is_noun(token, before, vocabulary):
            kept.add(n)
        elif paid and token.stem in _PERIODS and before in _EACH:
            kept.update((n - 1, n))
    # "We have a new client, José Müller. Please add him."
    people = whom or any(token.kind is Kind.EMAIL for token in tokens)
    for n, token in enumerate(tokens):
        if token.kind is not Kind.WORD or not token.text[0].isupper() or token.lower in REFERENCES | {"i"}:
            continue
        following = tokens[n + 1].text if n + 1 < len(tokens) else " "
        if not n and not (people and (following == "&" or following[0].isupper()) and (token.slip or token.stem not in FILLER)):
            continue
        if people or tokens[n - 1].lower in _PLACING | NAME_CUES or (n - 1 in kept and tokens[n - 1].text[0].isupper()):
            kept.add(n)
    kept |= {n for n, token in enumerate(tokens) if token.text == "&" and {n - 1, n + 1} <= kept}
    for n in sorted(kept):
        if n and tokens[n - 1].lower in PREPOSITIONS | NAME_CUES | DETERMINERS:
            kept.add(n - 1)
    # What did not stand together does not belong together.
    return "".join(("" if not done else " " if n - 1 in kept else ", ") + tokens[n].text for done, n in enumerate(sorted(kept)))


def _counts(tokens: Sequence[Token], number: int, vocabulary: Set[str]) -> bool:
    """Whether a number counts or names something that some recipe is about: "ticket 16", "number 16", "16 issues"."""
    beside = [tokens[n] for n in (number - 1, number + 1) if 0 <= n < len(tokens)]
    known = any(token.stem in vocabulary - FILLER or token.lower in _NUMBERS for token in beside)
    return known or tokens[number].text.startswith("#")


def names_a_place(unit: Unit) -> bool:
    """Whether something with a capital is named behind a preposition: "in Glasgow"."""
    words = unit.tokens
    return any(
        words[n - 1].lower in _PLACING and words[n].text[0].isupper() and words[n].lower != "i" for n in range(1, len(words))
    )


def is_noun(token: Token, before: str, vocabulary: Set[str]) -> bool:
    """Whether a word is something that some recipe is about: "the invoice", not "invoice him"."""
    if token.kind is not Kind.WORD or token.stem not in vocabulary:
        return False
    if token.stem in READING - LIGHT_NOUNS or token.lower == "new" or before == "to":
        return False
    counted = before in DETERMINERS or before in _COUNTING
    return counted or (before in PREPOSITIONS and (token.stem not in VERBS or token.stem in LIGHT_NOUNS))


def has_noun(words: Sequence[Token], vocabulary: Set[str]) -> bool:
    return any(is_noun(token, words[n - 1].lower if n else "", vocabulary) for n, token in enumerate(words))
