"""Names in a task: what follows "named", "called" …, and runs of capitalised words in a sentence."""

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

from agentic.agents.offline.forms import QUOTES
from agentic.agents.offline.lexicon import (
    COMPANY_FORMS,
    FILLER,
    NAME_CUES,
    NAME_ENDS,
    NAME_LINKS,
    NAMELESS,
    TURNING,
    VERBS,
    stem,
    words_of,
)
from agentic.agents.offline.tokens import Kind, Token


def with_names(
    tokens: list[Token], vocabulary: Collection[str], familiar: Collection[str], prefixes: Sequence[str], text: str
) -> list[Token]:
    """The tokens with names put together."""
    tokens = _called(tokens, vocabulary, prefixes, text)
    sure = any(token.kind is Kind.NAME for token in tokens)
    result: list[Token] = []
    position = 0
    while position < len(tokens):
        end = _run(tokens, position, vocabulary, familiar)
        if end == position:
            result.append(tokens[position])
            position += 1
            continue
        follower = tokens[end] if end < len(tokens) else None
        if not (sure and follower and follower.stem in vocabulary):
            first, last = tokens[position], tokens[end - 1]
            value = text[first.start : last.end]
            result.append(Token(Kind.NAME, value, first.start, last.end, clean(value)))
        else:
            # "a Stripe customer named Alice": the name is elsewhere, so this only describes.
            result.extend(tokens[position:end])
        position = end
    return result


def capital(word: str) -> bool:
    """Whether a word can begin a name: a capital, or a letter of a script without capitals."""
    first = word[0]
    return first.isupper() or (first.isalpha() and first.lower() == first.upper())


def clean(value: str) -> str:
    """A value's text without line breaks and double blanks."""
    return re.sub(r"\s+", " ", value).strip()


def _called(tokens: list[Token], vocabulary: Collection[str], prefixes: Sequence[str], text: str) -> list[Token]:
    """Names after "named", "called", "name:" … taken as they are, up to where a name ends."""
    result: list[Token] = []
    position = 0
    while position < len(tokens):
        token = tokens[position]
        result.append(token)
        position += 1
        if token.kind is not Kind.WORD or not _is_cue(token):
            continue
        if position > 1 and tokens[position - 2].lower in ("no", "any", "without", "whatever"):
            # "We have no name yet."
            continue
        start = position
        while start < len(tokens) and (
            tokens[start].text in (":", "=") or tokens[start].lower in ("is", "be", "will", "should", "it", "as")
        ):
            start += 1
        if token.lower == "name" and start < len(tokens) and tokens[start].lower in NAMELESS:
            # "Name unknown."
            continue
        if start < len(tokens) and tokens[start].kind is Kind.QUOTED:
            result.append(replace(tokens[start], kind=Kind.NAME, sure=True))
            position = start + 1
            continue
        if rest := _unclosed(tokens, start, text):
            return [*result, rest]
        end = _end_of_called(tokens, start, prefixes)
        words = [item for item in tokens[start:end] if item.kind in (Kind.WORD, Kind.ID, Kind.CODE)]
        # "the name of customer cus_1": what follows is no name.
        if (
            end > start
            and words
            and not (words[0].text.casefold() in ("of", "for", "to", "the") or _only_known(words, vocabulary))
        ):
            value = text[tokens[start].start : tokens[end - 1].end]
            result.append(Token(Kind.NAME, value, tokens[start].start, tokens[end - 1].end, clean(value), sure=True))
            position = end
    return result


def _is_cue(token: Token) -> bool:
    lower = token.lower.rstrip(":")
    return lower in NAME_CUES or (token.slip and token.stem in _CUE_STEMS)


_CUE_STEMS = frozenset(stem(word) for word in NAME_CUES)


def _unclosed(tokens: list[Token], start: int, text: str) -> Token | None:
    """A quote that is never closed: all that follows is the name, if nothing else in it is a value."""
    if start >= len(tokens) or tokens[start].text not in QUOTES:
        return None
    if any(token.kind not in (Kind.WORD, Kind.MARK, Kind.NUMBER) for token in tokens[start:]):
        return None
    value = text[tokens[start].start :].strip()
    return Token(Kind.NAME, value, tokens[start].start, len(text), value, sure=True)


def _only_known(words: list[Token], vocabulary: Collection[str]) -> bool:
    return all(not capital(word.text) and word.stem in vocabulary for word in words)


def _end_of_called(tokens: list[Token], start: int, prefixes: Sequence[str]) -> int:
    end = start
    while end < len(tokens):
        token = tokens[end]
        following = tokens[end + 1] if end + 1 < len(tokens) else None
        if token.kind is Kind.WORD:
            linked = token.lower in NAME_LINKS and following and following.kind is Kind.WORD and capital(following.text)
            ends = token.lower in NAME_ENDS and (not capital(token.text) or token.text.isupper())
            if ends and not (linked and end > start):
                break
        elif token.kind is Kind.MARK:
            if not _goes_on(tokens, end):
                break
        elif not (
            token.kind is Kind.NUMBER
            or (token.kind is Kind.ID and not token.text.startswith(tuple(prefixes)))
            or (token.kind is Kind.CODE and end == start)
        ):
            # Unbalanced quotes and the like stay in the name as plain characters.
            break
        end += 1
    return end


def _goes_on(tokens: list[Token], position: int) -> bool:
    """Whether a mark belongs to the name around it: "Acme, Inc.", "R&D", an odd quote; not the comma of a sentence."""
    mark = tokens[position].text
    if len(mark) > 1:
        return False
    following = tokens[position + 1].text.casefold().strip(".") if position + 1 < len(tokens) else ""
    if mark == ",":
        return following in COMPANY_FORMS
    if mark == "." and position and tokens[position - 1].text.casefold() in COMPANY_FORMS:
        return True
    return mark not in ".;:!?()–—" and bool(following)


def _run(tokens: list[Token], start: int, vocabulary: Collection[str], familiar: Collection[str]) -> int:
    """Where a run of capitalised words that can be a name ends; `start` where none begins here."""
    if not _starts_name(tokens, start, vocabulary, familiar):
        return start
    end = start + 1
    while end < len(tokens):
        token = tokens[end]
        following = tokens[end + 1] if end + 1 < len(tokens) else None
        if token.kind is Kind.WORD and capital(token.text) and token.lower not in FILLER:
            end += 1
        elif (
            following
            and following.kind is Kind.WORD
            and capital(following.text)
            and (
                (token.kind is Kind.WORD and token.lower in NAME_LINKS)
                or (token.kind is Kind.MARK and (token.text == "&" or (_goes_on(tokens, end) and token.text == ",")))
                or (token.text == "." and tokens[end - 1].lower in _TITLES)
            )
        ):
            end += 2
        elif token.lower == "plan" and (following is None or following.lower in NAME_ENDS):
            # "Sell a Bronze plan for …"
            end += 1
            break
        elif token.stem in vocabulary and following and following.stem in vocabulary and following.stem != token.stem:
            # "Gold plan product": the first of two known words belongs to the name.
            end += 1
            break
        else:
            break
    return end


_TITLES = words_of("dr mr mrs ms prof st")
_ADJECTIVES = words_of("daily weekly monthly yearly annual double triple secret private")


def _starts_name(tokens: list[Token], start: int, vocabulary: Collection[str], familiar: Collection[str]) -> bool:
    token = tokens[start]
    if token.kind is not Kind.WORD or not capital(token.text):
        return False
    following = tokens[start + 1] if start + 1 < len(tokens) else None
    goes_on = following is not None and (following.text == "&" or (following.kind is Kind.WORD and capital(following.text)))
    # What goes on as a name has no slip: "Brandl & Sons".
    plain = stem(token.text) if token.slip and goes_on else token.stem
    known = plain in vocabulary or plain in familiar
    if token.lower in _ADJECTIVES and start and following and following.kind is Kind.WORD and capital(following.text):
        # "A product Monthly Box"
        return following.stem not in vocabulary
    if known or plain in FILLER or plain in TURNING or plain in VERBS:
        return False
    first = start == 0 or tokens[start - 1].text in (".", "!", "?")
    # A sentence begins with a capital; two of them are a name.
    return not first or (
        goes_on and following is not None and following.stem not in vocabulary and following.lower not in FILLER
    )
