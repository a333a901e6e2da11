"""The English that the matcher knows, of any API: how words are compared, and which ones change what a task means."""

import functools
import re
import unicodedata

_ENDINGS = re.compile(r"(?<=\w{3})(?:ing|ed)$")
# Doubled in the middle of a word's own form, not by an ending.
_DOUBLE = re.compile(r"(?<=\w\w)([^\W\d_])\1$")


@functools.lru_cache(maxsize=16384)
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
    elif len(plain) == 3 and plain[-1] == "s" and set(plain).isdisjoint("aeiouy"):
        # "PRs"
        plain = plain[:-1]
    plain = _ENDINGS.sub("", plain)
    if len(plain) > 3:
        plain = _DOUBLE.sub(r"\1", plain)
    return plain.removesuffix("e") if len(plain) > 3 else plain


@functools.lru_cache(maxsize=4096)
def stems(text: str) -> frozenset[str]:
    """The stems of all words in a text."""
    return frozenset(stem(word) for word in re.findall(r"[^\W\d_]+(?:['’][^\W\d_]+)*", text))


def words_of(text: str) -> frozenset[str]:
    """The words of a text, as they stand."""
    return frozenset(text.split())


# Words that say nothing about what is to be done.
FILLER = stems(
    """a an the this that these those it its there here my our your his her hers their theirs me us you i we they he she him
    them of for to into in on at by with from and or as is are be am was were been being will would can could may might
    shall must please pls plz kindly hi hello hey dear ok okay yo thanks thank thx cheers like love want need wish let lets
    go ahead do does did have has had having got gotta i'd i'm i've i'll we'd we'll we've we're it's that's there's you'd
    just simply really quickly quick fast asap urgently soon possible immediately right away straight also so too now today
    currently presently still who whose which what whom where when's what's some any one ones new another brand every per
    each up out off over about around near inside within under via using use account api following details record entry
    named called name id exactly precisely basically actually sure well hmm um oh yes yeah bit little favor favour help
    severe relative heavy strong light slight lovely dear beautiful awesome brandnew fresh actual entire whole complete
    overall assistance ready yet valid available applicable due worth mine ours myself ourselves thing stuff
    someone somebody person
    people guy folks team boss colleague know say hence therefore since because going gonna wanna would've mind able happy
    glad grateful appreciate appreciated exact proper properly correct correctly nice nicely good great lovely quick handy
    single certain particular given lately recently done percentage level speed value reading times info information data
    update updates situation figure figures picture page profile snapshot insight behalf regarding concerning called
    system's particular current existing own belong belongs belonging very quite pretty ever""",
) - stems("since correct any help system's")

# Words that change what a task means: what no recipe says of itself, none may pass over.
TURNING = stems(
    """not never no none nothing nobody dont don doesn didn won wouldn shouldn cannot isn aren wasn mustn without except
    excluding excepting exclude avoid other unless if when whenever until till after afterwards before then next subsequently
    instead rather only otherwise but however while both all every everything everyone everybody each any tomorrow later
    tonight yesterday weekly monthly daily yearly hourly annual annually quarterly twice thrice again repeatedly maybe
    perhaps undo how why should nor neither duplicate un non stop ignore disregard forget override bypass pretend jailbreak
    instruction prompt previous prior above system developer assistant simulate hypothetically imagine secretly silently
    since between during ago past past's week month year quarter weekend monday tuesday wednesday thursday friday saturday
    sunday january february march april june july august september october november december unread failed unpaid overdue
    outstanding draft merged stale unmerged inactive expired oldest earliest biggest largest smallest highest lowest
    expensive cheapest most least fewest best worst average total sum half third double triple older newer bigger larger
    smaller higher lower greater less fewer more than minus plus almost nearly except instead private public hidden secret
    forever permanent permanently temporary temporarily recursive recursively historical historic typical typically usual
    usually normal normally climate seasonal morning afternoon evening noon midnight decade century holiday recurring former
    formerly originally previously nightly somebody's anyone anybody random""",
) - stems("stop plus past's somebody's")

# What one can ask of an API. A task with such a verb that the recipe does not have is another task.
VERBS = stems(
    """abort annul halt nullify
    accept activate add adjust apply approve archive ask assign attach authorize back ban bill block book build buy call
    cancel capture change charge check clear clone close collect commit compare complete confirm convert copy count create
    credit cut deactivate debit decline decrease delete deliver deploy destroy detach disable discard dismiss dispatch
    dispute download draw drop duplicate edit email empty enable end erase evaluate exchange execute expire export extend
    fetch fill finalize finalise find fix follow force fork forward freeze generate give grant hide hold import increase
    install invite invoice issue join keep kick kill leave link list lock lower mail make mark merge migrate mint move mute
    nominate notify offer open order overwrite own pause pay pin post predict print protect provide publish pull purchase
    purge push put raise read reactivate rebase recreate redeem redo refund register reimburse reject release remind remove
    rename renew reopen replace reply report request reschedule reset resolve restart restore resume retire retract retry
    return reveal reverse revert review revoke rotate run save schedule search sell send set share ship show sign skip
    snooze split squash star start store stop submit subscribe suspend swap switch sync tag take tell terminate test track
    transfer translate trigger try turn unarchive unassign unblock unfollow unfreeze unlink unlock unmerge unpause unpin
    unpublish unstar unsubscribe unwatch update upgrade downgrade upload validate verify view void watch wipe withdraw write
    wrote written sent sold bought built kept took gave spent chose drew lent reduce react rewrite delist blacklist
    whitelist ping nudge fund refactor rebuild reply disconnect connect decrypt encrypt rank sort filter group average
    predict""",
) - stems("try own ask back hold run turn keep leave fill")

# Verbs that change nothing: a recipe that only reads is asked for with any of them.
READING = stems(
    """ask check display enumerate fetch find get give grab inform know list locate look lookup overview predict present print
    provide pull read report retrieve search see send show tell view track dump output describe detail summary summarize"""
)

# Verbs that only make a verb of a noun: "add a comment" is to comment, "make a refund" to refund.
LIGHT = stems("add make leave put give post write do place process perform issue get drop stick")
LIGHT_NOUNS = stems("comment reply answer star label refund charge payment subscription assignment comparison search release")

# Asking to see the result, at the end of a task: every recipe prints it anyway.
REPORTING = re.compile(
    r"""(?<=[\w\W]{12})[,;.]?\s*\b(?:and\s+|then\s+|and\s+then\s+)?(?:please\s+|also\s+)?
    (?:show|print|tell|give|display|return|report|output|send|let)\s+
    (?:(?:me|us)\s+)?(?:(?:back|know|have|see)\s+)?(?:(?:the|its|their|his|her|what|a)\s+){0,2}(?:(?:new|resulting|created|customer|product|price|payment|invoice|
    subscription|refund|coupon|issue|pull|request|release|repository|repo|full|final)['’]?s?\s+){0,2}(?:ids?|urls?|links?|results?|details|numbers?|status|codes?|
    identifiers?|confirmation|output|outcome|web\s+address)(?:\s+(?:back|afterwards|after|too|please|once\s+done|when\s+done|is))?\s*[.!?]?\s*$""",
    re.IGNORECASE | re.VERBOSE,
)

# Why something is wanted, at the end of a task or before a full stop: it changes nothing, as long as it has no value in it.
REASON = re.compile(
    r"""[,–—-]?\s+(?:because|so\s+that|so\s+(?:they|we|he|she|it|i|people|everyone|that)|since\s+(?:they|we|he|she|it|i|the|our|my)|
    (?<!\bsoon\s)(?<!\blong\s)as\s+(?:they|we|he|she|it|i)\s)(?:(?!\b(?:and|then|but|or|not|if|unless|also|plus)\b)(?:(?<=\w)['’](?=\w)|[^\d@"'“”‘’.;:!?/#€$£%,_]))*(?=[.!?]?\s*\Z|[.!?]\s)""",
    re.IGNORECASE | re.VERBOSE,
)

# Words that come with a value of some kind, and are explained where a recipe takes such a value.
BESIDE = {
    "name": stems("name named called titled entitled title"),
    "text": stems("saying text reading says say"),
    "email": stems("email e mail address reachable reach contact"),
    "amount": stems("amount price cost costs costing priced worth sum fee value total billed exactly"),
    "currency": stems("currency"),
    "interval": stems("recurring billed billing charged interval"),
    "id": stems("id identifier number"),
    "integer": stems("number limit"),
    "percent": stems("percent discount off reduction"),
    "word": frozenset[str](),
    "repository": stems("repository repo project owner owned"),
    "login": stems("user username login account profile handle organisation organization org member person"),
    "place": stems("city town village region area place location country state"),
    "latitude": stems("latitude lat coordinate coordinates position point location degrees gps spot"),
    "longitude": stems("longitude lon lng long coordinate coordinates position point location degrees gps spot"),
}

# Behind these comes a text of any length; behind other nouns ("label", "branch") a name.
ANNOUNCING = stems(
    """titled title entitled called named saying says say said reading reads headline about body description described text
    content contents containing matching message subject comment reply answer note notes"""
)
# Of these what is said, which may have several sentences.
SPEECH = stems("saying say says body description text content message comment reply answer note notes")
NAME_CUES = frozenset({"named", "called", "titled", "entitled", "name"})

# Where a name without quotes ends.
NAME_ENDS = words_of(
    """at with for who whose whom which that in on to from using and or but costing priced costs cost as by via having under
    per every each then please is are has its it if unless when once until
    till whenever after before now today tomorrow immediately into worth where
    of described billed charged email mail e-mail plus thanks asap giving gives granting valid allowing due within"""
)
# Small words inside names: they go on with a name when a capital follows.
NAME_LINKS = words_of("of von van de del della der den di da do dos du la le bin ibn al el y e zu zum ter ten af the & +")
# Said of a name that there is none: "name unknown", "the name is not known yet".
NAMELESS = words_of("unknown none missing tbd tba unclear pending nil unnamed undefined not")
COMPANY_FORMS = words_of("inc ltd llc gmbh co corp ag sa plc kg bv oy ab srl spa pty jr sr md phd")
# What may stand between a word and the value that it announces.
LINKERS = frozenset({":", "=", "is", "to", "of", "as", "-", "–", "be", "will", "should", "are", "it"})
PREPOSITIONS = words_of(
    "in on at of for from to into onto against under with within by near around inside using off about upon over and or as via"
)
DETERMINERS = words_of("a an the this that my our your their his her its some any")

_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve"
    " thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
NUMBER_WORDS = {word: number for number, word in enumerate(_UNITS.split())} | {
    word: 10 * number for number, word in enumerate(_TENS.split(), 2)
}
MULTIPLIERS = {"hundred": 100, "thousand": 1000}
