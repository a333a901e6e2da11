"""Whether a clause that tells something limits a request, puts it off or speaks against it."""

import itertools
import re
from collections.abc import Sequence

from agentic.agents.offline.courtesy import takes_back
from agentic.agents.offline.lexicon import PREPOSITIONS, stems, words_of
from agentic.agents.offline.sentences import FINITE, LATER, MODALS, OBLIGES, REFERENCES, is_past
from agentic.agents.offline.tokens import Kind, Token

# A clause with one of these may be a condition, a limit or a try to steer, wherever it stands.
_HEEDED = stems(
    """if unless until till except excluding instead rather otherwise ignore disregard forget override bypass pretend jailbreak
    instruction prompt system assistant simulate hypothetical imagine joke kid kidding undo whether provided
    assuming only maybe perhaps half third partial rest same likewise ditto example
    approval approve permission permit confirm confirmation allow hesitate doubt unsure correction meantime
    second thought opinion advice feedback nevermind postpone delay cancelled"""
)
_HEEDED_FORMS = words_of(
    "wait refuse refuses refused declined objected rejected meant mean yet first too against veto vetoes vetoed"
)
# Of these what comes before a request says nothing of it.
_SOFTER = stems("instead rather otherwise only maybe perhaps half third partial rest same second thought example")
_ASKED_INDIRECTLY = stems("know wonder see ask tell check sure idea matter question remember out")
_WHO = words_of("i we you he she it they the a an my our his her their that this")
_TIMES = words_of("when whenever once after while before")
_NEGATIONS = words_of(
    """not no never don't don’t doesn't doesn’t isn't isn’t won't won’t can't can’t cannot shouldn't shouldn’t nobody nothing
    didn't didn’t wouldn't wouldn’t hasn't hasn’t haven't haven’t couldn't couldn’t neither nor without"""
)
_WANTING = stems("want wish like need think believe feel agree decide mean ask request plan intend hope say tell told said")
_POINTING = words_of("this that these those her his its so")
_ADVERBS = words_of("yet now too again already today myself ourselves and but because so")
_NO_MORE = re.compile(r"\b(?:any\s?more|any\s+longer|no\s+longer)\b", re.IGNORECASE)


def may_limit(tokens: Sequence[Token], text: str, about: str, *, before: bool = False) -> bool:
    """Whether a clause that tells something may set a condition, a limit or a time, or speak against the request.

    `before`: the request comes later, so that nothing in the clause refers to it.
    """
    plain = [token for token in tokens if token.kind is Kind.WORD]
    words = [token.lower for token in plain]
    said = {token.stem for token in plain}
    heeded, forms = _HEEDED, _HEEDED_FORMS
    if before:
        # "They want to know if they can start", "we aren't the first".
        said = {token.stem for n, token in enumerate(plain) if not (n and _asks_indirectly(plain[n - 1], token))}
        heeded = _HEEDED if _refers(tokens) else _HEEDED - _SOFTER
        forms = _HEEDED_FORMS - ({"first", "too"} if "the first" in text else {"too"})
    if takes_back(text) or not heeded.isdisjoint(said) or not forms.isdisjoint(words) or _addresses(words):
        return True
    if any(word == "once" and after in _WHO for word, after in itertools.pairwise(words)):
        # "Once we have the okay"
        return True
    if before:
        return not OBLIGES.isdisjoint(words) or (_is_unwanted(words) and not _NO_MORE.search(text))
    refers = about == "thing" or _refers(tokens)
    if not OBLIGES.isdisjoint(words) or (about == "thing" and "needs" in words) or (refers and not LATER.isdisjoint(said)):
        return True
    liking = {
        n for n, word in enumerate(words[:-1]) if word == "would" and words[n + 1] in ("like", "love", "help", "appreciate")
    }
    modal = any(word in MODALS and n not in liking for n, word in enumerate(words))
    modal = modal or any(word.endswith(("'ll", "’ll")) for word in words)
    if refers and (modal or not _TIMES.isdisjoint(words)):
        return not ("can't" in words or "can’t" in words or "couldn't" in words or "cannot" in words)
    if _NO_MORE.search(text):
        return False
    return _is_unwanted(words) or (about == "thing" and "not" in words)


def _refers(tokens: Sequence[Token]) -> bool:
    """Whether a clause speaks of the request or its thing: "it", "that"; not "this week"."""
    for n, token in enumerate(tokens[1:], 1):
        following = tokens[n + 1] if n + 1 < len(tokens) else None
        alone = following is None or following.kind is not Kind.WORD or following.lower in FINITE | PREPOSITIONS | _ADVERBS
        if token.lower in REFERENCES and (token.lower not in _POINTING or alone):
            return True
    return False


def _addresses(words: Sequence[str]) -> bool:
    """Whether a clause tells the program what it may or has to do."""
    for n, word in enumerate(words):
        before, after = words[n - 1] if n else "", words[n + 1] if n + 1 < len(words) else ""
        if (
            word == "you"
            and not is_past(after)
            and before not in ("for", "to", "with", "of", "like", "thank", "bother", "told")
        ):
            return True
    return False


def _asks_indirectly(before: Token, token: Token) -> bool:
    return token.lower in ("if", "whether") and before.stem in _ASKED_INDIRECTLY


def _is_unwanted(words: Sequence[str]) -> bool:
    """Whether somebody does not want, think or ask something: "we don't want that", "she told me not to"."""
    negated = [n for n, word in enumerate(words) if word in _NEGATIONS]
    near = [stems(" ".join(word for word in words[max(n - 3, 0) : n + 3] if word != "needed")) for n in negated]
    return (bool(words) and words[-1] in _NEGATIONS) or any(not _WANTING.isdisjoint(said) for said in near)
