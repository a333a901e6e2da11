"""The English that the matcher knows, of any API: how words are compared, and which ones change what a task means."""

import functools
import re
import unicodedata

_ENDINGS = re.compile(r"(?<=\w{3})(?:ing|ed)$")


@functools.lru_cache(maxsize=8192)
def stem(word: str) -> str:
    """A word's form for comparing: no case, accents, plural, "-ing", "-ed" or final e."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    plain = re.sub(r"['’]", "", re.sub(r"['’]s?$", "", plain)).rstrip(".")
    if len(plain) > 4 and plain.endswith("ies"):
        plain = plain[:-3] + "y"
    elif len(plain) > 3 and re.search(r"(?:ch|sh|ss|x)es$", plain):
        plain = plain[:-2]
    elif len(plain) > 3 and plain.endswith("s") and not plain.endswith("ss"):
        plain = plain[:-1]
    plain = _ENDINGS.sub("", plain)
    if len(plain) > 3 and plain[-1] == plain[-2]:
        plain = plain[:-1]
    return plain.removesuffix("e") if len(plain) > 3 else plain


@functools.lru_cache(maxsize=2048)
def stems(text: str) -> frozenset[str]:
    """The stems of all words in a text."""
    return frozenset(stem(word) for word in re.findall(r"[^\W\d_]+", text))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words that say nothing about what is to be done.
FILLER = stems(
    """a an the this that these those it its there here my our your his her hers their theirs me us you i we they he
    she him them of for to into in on at by with from and or as is are be was were will would could can may might
    shall please kindly hi hello hey thanks thank like want need wish let lets go ahead do does did have has having
    just really also so now today who whose which what whom where some any one new another brand every per each up out
    off over about under via using use account api following details record entry named called name id"""
)

# Words that change what a task means: what no recipe says of itself, none may pass over.
TURNING = stems(
    """not never no none nothing dont don doesn didn won wouldn shouldn cannot without except excluding avoid stop
    unless if when whenever until till after afterwards before then next subsequently instead rather only otherwise
    but however while both all every everything everyone everybody each any tomorrow later tonight weekly twice again
    repeatedly maybe perhaps undo how why should nor neither duplicate"""
) - {stem("stop")}

# What one can ask of an API. A task with such a verb that the recipe does not have is another task.
VERBS = stems(
    """activate add adjust apply approve archive assign attach authorize block bill book buy call cancel capture
    change charge clear clone close collect compare confirm convert copy count create credit deactivate debit decline
    decrease delete deliver deploy detach disable dismiss dispute download drop duplicate edit email enable end erase
    exchange expire export extend fetch finalize finalise find fix forward freeze give grant import increase invite
    invoice issue kill link list lower mail mark merge migrate modify move notify offer pause pay post publish purge
    raise reactivate redeem refund register reimburse reject release remind remove rename renew replace report request
    reset restore resume retry return reverse revoke schedule search sell send share ship skip split stop subscribe
    suspend swap sync terminate transfer unsubscribe update upgrade downgrade upload verify void wipe withdraw"""
)

# Asking to see the result, at the end of a task: every recipe prints it anyway.
REPORTING = re.compile(
    r"""[,;.]?\s*\b(?:and\s+|then\s+|and\s+then\s+)?(?:please\s+)?(?:show|print|tell|give|display|return|report|output)\s+
    (?:(?:me|us)\s+)?(?:(?:the|its|their|his|her|back)\s+)?(?:(?:new|resulting|created|customer|product|price|payment|link|invoice|
    subscription|refund|coupon)\s+)*(?:ids?|urls?|links?|results?|details|numbers?|status|codes?|identifiers?)\s*[.!]?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)

# Words that come with a value of some kind, and are explained where a recipe takes such a value.
BESIDE = {
    "name": stems("name named called titled entitled title label"),
    "text": stems("saying text reading"),
    "email": stems("email e mail address"),
    "amount": stems("amount price cost costs costing priced worth sum fee value total billed"),
    "currency": stems("currency"),
    "interval": stems("recurring billed billing charged interval"),
    "id": stems("id identifier number"),
    "integer": stems("number limit"),
    "percent": stems("percent discount off reduction"),
    "word": frozenset[str](),
}

NAME_CUES = frozenset({"named", "called", "titled", "entitled", "name"})

# Where a name without quotes ends.
NAME_ENDS = _words(
    """at with for who whose whom which that in on to from using and or but costing priced costs cost as by via having under per
    every each then please is are has its it if unless when after before now today tomorrow immediately into worth where of
    described billed charged email mail e-mail plus"""
)
# Small words inside names: they go on with a name when a capital follows.
NAME_LINKS = _words("of von van de del della der den di da do dos du la le bin ibn al el y e zu zum ter ten af the & +")
COMPANY_FORMS = _words("inc ltd llc gmbh co corp ag sa plc kg bv oy ab srl spa pty jr sr md phd")

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve"
    " thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {word: number for number, word in enumerate(_UNITS.split())} | {
    word: 10 * number for number, word in enumerate(_TENS.split(), 2)
}
MULTIPLIERS = {"hundred": 100, "thousand": 1000}
