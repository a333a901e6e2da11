"""What one clause of a task is by its form: something to do, a wish, something told, a courtesy, or a word taken back.

English by its structure: how a request begins, what a subject is and where its verb stands. No API's words are in here.
"""

import re
from collections.abc import Sequence

from agentic.agents.offline.courtesy import ASKED_FOR
from agentic.agents.offline.lexicon import DETERMINERS, LIGHT_NOUNS, PREPOSITIONS, READING, VERBS, stems, words_of
from agentic.agents.offline.tokens import Kind, Token

# What may stand before the first word that counts.
LEADS = words_of(
    """so and then but well hey hi hello dear ok okay yes yeah yep oh ah hmm um uh sorry thanks thank sadly unfortunately
    luckily finally apparently honestly anyway today now just also therefore thus hence currently recently lately yesterday
    again please pls plz kindly morning afternoon evening good greetings folks guys cheers
    because since as though although btw meanwhile still maybe alright great perfect cool super wow oops argh ugh gosh"""
)
MODALS = words_of("can could would will may might can't couldn't can’t couldn’t won't won’t wouldn't wouldn’t")
_PERSONS = words_of("i we he she they someone somebody nobody everyone everybody people you who")
_THINGS = words_of("something everything it this that these those there here that's it's")
_SUBJECTS = _PERSONS | _THINGS
_ASKING = words_of("what which who whose where how why what's who's how's where's when's whats hows")
_INVERTED = words_of("is are was were do does did has have had am isn't aren't wasn't doesn't didn't hasn't haven't should any")
_OWN = words_of("my our his her their your its the a an another some every each both many most several few no")
FINITE = words_of(
    """is are was were am isn't aren't wasn't weren't has have had hasn't haven't hadn't does doesn't did didn't do don't will
    won't would wouldn't can can't cannot could couldn't may might must should shall isn’t aren’t wasn’t hasn’t doesn’t didn’t
    don’t won’t can’t couldn’t wants needs says knows keeps asks likes prefers hopes thinks looks seems works comes goes gets
    gives takes makes uses wrote went came got left gave took made told found said knew kept sent sold bought brought began
    broke chose drew drove fell felt flew forgot grew held led lost meant met paid put ran rose saw set sat slept spoke spent
    stood thought understood won owes belongs moves lives pays starts ends happens changes runs turns means loves hates helps
    feels sounds rang sang wore tore threw blew hid rode shook stole stuck swore taught woke caught dealt ate fed fled
    froze hung hurt laid lay lit slid split struck swept wept bit became becomes let hit cut quit shut read heard shows builds
    deserves expects follows"""
)
REFERENCES = words_of("it that this them these those one ones there him her they both its he she so")
LATER = stems(
    "tomorrow tonight monday tuesday wednesday thursday friday saturday sunday later next then soon weekend week month"
)
OBLIGES = words_of("must should shall ought supposed gonna shouldn't mustn't")
NAMING = (Kind.ID, Kind.SLASHED, Kind.URL, Kind.HANDLE, Kind.EMAIL)
_NOUNS = stems("issue invoice order pull ticket bug pr")
# "Need them for the accountant": the speaker goes without saying.
_ELLIPTIC = words_of("need needed got forgot lost found trying working saw heard thought noticed looks seems hoping")
_GREETINGS = words_of("hi hey hello morning afternoon evening dear greetings")
_GREETED = words_of("there all team everyone everybody again folks")
_DETERMINING = words_of("this that these those")
_PREFACES = words_of("in at on during before over for yesterday last")
_LONGEST_PREFACE = 8
_LACKS = words_of("yet needed necessary required far now")


_QUOTES = words_of("says said wrote writes reads read asks asked claims states goes")


def quotes(tokens: Sequence[Token]) -> bool:
    """Whether a clause announces what somebody else wrote: "the mail says:"."""
    return any(token.text == ":" and n and tokens[n - 1].lower in _QUOTES for n, token in enumerate(tokens))


def is_lack(tokens: Sequence[Token]) -> bool:
    """Whether a clause only tells what there is not: "no email yet", "no description needed"."""
    words = [token.lower for token in tokens if token.kind is Kind.WORD]
    words = [word for word in words if word not in ("there", "there's", "is", "and", "but", "so")]
    return 2 < len(words) < 6 and words[0] == "no" and words[-1] in _LACKS


def relates(tokens: Sequence[Token], number: int) -> bool:
    """Whether a relative clause begins behind a comma: "…, who has left the company"."""
    if tokens[number].text != "," or number + 2 >= len(tokens) or not number:
        return False
    who, verb, subject = tokens[number + 1], tokens[number + 2], tokens[number - 1]
    relative = who.lower in ("who", "which") and (verb.lower in FINITE or is_past(verb.lower))
    return relative and bool(tells(tokens[:number])) and subject.lower not in LEADS


def is_time(tokens: Sequence[Token]) -> bool:
    """Whether a point in time follows: "since Tuesday"."""
    return tokens[0].stem in LATER or tokens[0].kind is not Kind.WORD or tokens[0].lower in ("yesterday", "last", "then")


def compound_subject(tokens: Sequence[Token], number: int) -> bool:
    """Whether "and" joins two subjects: "Anna and I want"."""
    if tokens[number].lower != "and" or not number or number + 1 >= len(tokens) or tokens[number + 1].lower not in ("i", "me"):
        return False
    first = past_leads(tokens[:number])
    return 0 < len(first) < 4 and (first[0].lower in _OWN or first[0].text[0].isupper()) and not tells(first)


def past_leads(tokens: Sequence[Token]) -> Sequence[Token]:
    """A clause without what only leads to it."""
    start = 0
    while start < len(tokens) and (
        tokens[start].kind is Kind.MARK
        or tokens[start].lower in LEADS
        or (start and tokens[start].lower in _GREETED and tokens[start - 1].lower in _GREETINGS)
    ):
        start += 1
    return tokens[_past_preface(tokens, start) :]


def _past_preface(tokens: Sequence[Token], start: int) -> int:
    """Where the subject stands behind a time, a place or somebody else: "in today's meeting we agreed", "Anna and I want"."""
    if start >= len(tokens):
        return start
    preface = tokens[start].lower in _PREFACES
    for n in range(start + 1, min(start + _LONGEST_PREFACE, len(tokens) - 1)):
        token, following = tokens[n], tokens[n + 1]
        if token.kind is Kind.MARK:
            break
        told = re.split("['’]", following.lower)[0] in FINITE or is_past(following.lower) or "'" in token.lower
        if preface and re.split("['’]", token.lower)[0] in _PERSONS | {"there", "it"} and told:
            return n
        if token.lower == "and" and following.lower == "i" and n - start < 4 and not preface:
            return n + 1
    return start


def begins_request(tokens: Sequence[Token], text: str) -> bool:
    """Whether a clause begins as something to do or to tell does: "could you", "close", "what is", "it would be nice if"."""
    if any(token.lower in ("please", "pls", "plz", "kindly") for token in tokens[:3] if token.kind is Kind.WORD):
        return True
    rest = past_leads(tokens)
    if not rest or rest[0].kind is not Kind.WORD:
        return False
    if ASKED_FOR.match(text[rest[0].start : rest[-1].end]):
        return True
    first, second = rest[0].lower, rest[1].lower if len(rest) > 1 else ""
    if first in MODALS:
        return second in _SUBJECTS or second in _OWN or second == "please"
    if first == "which" and second in _PERSONS | {"it"}:
        # "…, which I find odd"
        return False
    if first in _ASKING or (first == "when" and second in _INVERTED | MODALS):
        return True
    if first in _INVERTED:
        return second in _SUBJECTS | _OWN or (len(rest) > 1 and rest[1].kind is not Kind.WORD) or second[:1].isalpha()
    if (
        rest[0].stem not in VERBS | READING
        or first.endswith(("ing", "ed"))
        or (first.endswith("s") and not first.endswith("ss"))
    ):
        return False
    if rest[0].stem in ("email", "mail") and len(rest) > 1 and rest[1].kind is Kind.EMAIL:
        return False
    # "Charge pi_1 was wrong" begins with a noun.
    return not (rest[0].stem in LIGHT_NOUNS | _NOUNS and _verb(rest, 1, 7))


def obliges(tokens: Sequence[Token]) -> bool:
    """Whether a clause says what is to be: "it should be private", "the product needs a price", "the last ten will do"."""
    words = [token.lower for token in tokens if token.kind is Kind.WORD]
    return words[-2:] == ["will", "do"] or any(
        token.lower in OBLIGES or token.lower in ("needs", "enough", "suffice") for token in tokens
    )


def may_be_done(tokens: Sequence[Token]) -> bool:
    """Whether a clause says that something can be done: "the subscription sub_1 can be resumed"."""
    words = [token.lower for token in tokens]
    places = [n for n in range(len(words) - 2) if words[n] in ("can", "may") and words[n + 1] == "be"]
    return any(tokens[n + 2].stem in VERBS - READING for n in places)


def tells(tokens: Sequence[Token]) -> str:
    """What a clause tells of: "person", "thing" or "other"; empty where it tells nothing by its form."""
    rest = past_leads(tokens)
    if not rest or rest[0].kind is Kind.MARK:
        return ""
    first = re.split("['’]", rest[0].lower)[0]
    if first in _ELLIPTIC and len(rest) > 1:
        return "person"
    bare = rest[0].lower not in _SUBJECTS and first == rest[0].lower
    if first == "you" and len(rest) > 1:
        # "You did great yesterday", not "you may close it".
        return "person" if is_past(rest[1].lower) else ""
    if first == "which" and len(rest) > 1 and rest[1].lower in _PERSONS | {"it"}:
        return "thing"
    if first in _PERSONS and first not in ("you", "who"):
        return "person" if len(rest) > 1 or not bare else ""
    if first in _DETERMINING and len(rest) > 2 and rest[1].kind is Kind.WORD and _is_noun(rest[1]) and _verb(rest, 2, 8):
        # "That library saved me a weekend": no reference.
        return "other"
    if first in _THINGS and (_verb(rest, 0 if first != rest[0].lower else 1, 4) or first in ("it", "there")):
        return "thing"
    named = (
        rest[0].kind in NAMING
        or rest[0].text[0].isupper()
        or rest[0].text[0] == "#"
        or rest[0].lower in _OWN | _THINGS | DETERMINERS | {"all"}
    )
    named = named or (len(rest) > 1 and rest[1].kind in NAMING) or rest[0].stem in LIGHT_NOUNS | _NOUNS
    if not named or rest[0].lower == "you":
        return ""
    return "other" if _verb(rest, 1, 10) else ""


def _is_noun(token: Token) -> bool:
    return token.lower not in FINITE | OBLIGES | MODALS | REFERENCES and not is_past(token.lower)


def _verb(tokens: Sequence[Token], start: int, end: int) -> bool:
    """Whether a finite verb stands in a part of a clause, other than in "that …" and "which …"."""
    for n in range(start, min(end, len(tokens))):
        token = tokens[n]
        if token.lower in ("that", "which", "who", "whose", "where", "to") and n:
            return False
        if token.kind is not Kind.WORD:
            continue
        if token.lower in FINITE or (
            "'" in token.lower[:-1] and token.lower.endswith(("'s", "'re", "'ve", "'d", "'ll")) and n == 0
        ):
            return True
        following = tokens[n + 1].lower if n + 1 < len(tokens) else ""
        if (
            n
            and token.lower.endswith("s")
            and following == "that"
            and (tokens[0].lower in ("a", "an") or tokens[0].text[0].isupper())
        ):
            # "A guest claims that he has paid."
            return True
        if n and token.lower.endswith("ed") and len(token.lower) > 4 and not _describes(tokens, n):
            return True
    return False


def _describes(tokens: Sequence[Token], number: int) -> bool:
    """Whether a participle describes what follows: "the closed issues"."""
    before = tokens[number - 1].lower
    following = tokens[number + 1] if number + 1 < len(tokens) else None
    if tokens[number].lower == "called" and following and following.kind is Kind.WORD and following.text[0].islower():
        return False
    if tokens[number].lower in ("called", "named", "titled", "labelled", "labeled", "tagged", "based", "priced", "described"):
        return True
    return before in DETERMINERS or before in _OWN or before in PREPOSITIONS or number + 1 >= len(tokens)


def is_past(word: str) -> bool:
    return word in ("were", "did", "had", "helped", "made", "sent", "gave") or (word.endswith("ed") and len(word) > 4)
