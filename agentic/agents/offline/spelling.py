"""Slips of the keyboard: an unknown word that is one slip away from exactly one word the matcher knows is that word.

Where two known words are equally near ("chage": charge or change) nothing is corrected: the word stays one that was not
understood, and no recipe fits a task with a verb that may be either.
"""

import functools
import unicodedata
from collections.abc import Iterable, Mapping

from agentic.agents.offline.lexicon import FILLER, TURNING, VERBS, stem, stems

UNCLEAR = "?"
_SHORTEST = 4
_LONG = 7

# Everyday words that are near to words of tasks, and meant as they are.
_EVERYDAY = stems(
    """able back bank band base bath bean beat bell belt bike pack rack sack tack hack jack bad bag bat bed bee bear beer best
    bet big bill bird bite blame blend board boat body bold bond boot bore bowl brain branch brand bread bring brunch bunch
    burn cable cage cake calm camp canal cancer candle candy cane cap cape cart cash cast cave cease cell cement cent chain
    chair chalk chance chapter charm chart chase chat cheap chief child chose cite class clay clean clear click cliff climb
    cloth clothe clothes cloud clove coast coat code coin cold comet comma command commend common commute cone contain
    content cook cool copper cord core corn cost count couple course court cover crate cream crime crop cross crow crown
    cube curb cure custom dare dark dash dawn deal dear deck deep deer desk dial diet dirt disk dish dock door dose down
    drain drawn drift drill drink drive drum dust duty eager earn earth east edge eight face fact fade fail fair fall fame
    fare farm fate fear feather feed feel feet fell felt fence field fight film final fine fire firm fish fist five flag
    flame flat flew flow flown foil fold food fool foot ford fore form fort forth four frame free fresh front fruit fuel
    full fund fur gain game gate gave gear germ girl glad glass glue goal goat gold gown grade grain grand grape grass grave
    gray grid grin ground grow guest guide hail hair hall hand hard harm hate head heal hear heart heat heather heavy herd
    hero hide hill hint hire hole home hood hook hope horn horse hotel hour house hunt idea inch iron island issue item jail
    job join joke juice jump junk just kind king knee knew knife knot label labor lace lack lady lake lamb lamp land lane
    large last late laugh lawn lead leaf lean leap least leather led left lend lens lesson level libel lid life lift light
    limb lime line lint lion lip lisp lived liver load loan lock loft logo loose lord lose loss lost loud love luck lump
    lung main male mall many map mask mass mate meal meant meat meet melt menu merit mess metal mild mile milk mill mine
    minor mint miss mist mode model moment money mood moon mouse mouth movie music nail navy neat neck need nest news noise
    noon north nose oil older opera oral oven pace pack page pain paint pair pale palm pan pant paper park part party pass
    past paste path pavement pay peace peak pearl pen person phase phone photo phrase piano pick piece pile pill pin pine
    pink pipe pity plane plant plate play plea plot plug poem poet poison pole pool poor pork port pose pound pour powder
    power praise pride prince prize prom proof proud prove province puck pull pump punch pure push queen quiet quite race
    rack rage raid rail rain ranch range rank rare rate raw ray reach ready real reap rear rebel relapse relay rely rent
    rest rice rich ride ring rise risk road roast rob rock role roll roof room root rope rose rough round route row royal
    rub ruin rule rush safe sail salad sale salt same sand sauce scale scar scene school scope score scream sea seal seat
    seed seek seem self sense shade shake shape share sharp sheep sheet shelf shell shine ship shirt shock shoe shoot shop
    shore short shot shout shown shower side sight silk silver site size skill skin skirt sky slave sleep slice slide slim
    slip slot slow small smart smile smoke snake snap snow soap soft soil sold sole solid solo some song sore soul sound
    soup sour south spar spare speak speed spell spend spin spoke spoon sport spot spray stable stack staff stage stain
    stair stake stale stamp stand stare start state stay steal steam steel steep steer stem step stick stiff still stir
    stock stone stood store storm stove strike string strip style suit sum sure surf sweep sweet swift swing table tail tale
    talk tall tank tape task taste taxi team tear tent term than thank theme then these thick thin thing third those threat
    three throat throw thumb tide tie tight tile time tin tiny tip tired tissue title toast today toe tone tool tooth topic
    torch toss tour towel tower town toy trace trade trail train trap tray tread treasure treat tree trend trial tribe trick
    trip truck true trunk trust truth tube tune turn twin type ugly under uniform union unit used usual vague valley value
    van vast verb verge vice video villa visa visit voice vote wage wait wake walk wall want war warm warn wash waste wave
    weak wealth wear weed week weight well west wheel where whether while white whole wide wife wild will win wine wing
    winter wipe wire wise wish wolf wood wool word wore work world worm worn worry worth wound wrap yard year yellow young
    youth zone forgot ever very every order folder holder older bolder coder border
    corder unlike dislike misprice overcharge uncharge recharge
    discharge surcharge prepay repay mischarge relabel unlabel unrefund recreate procreate recall reclose enclose disclose
    foreclose unclose misplace displace station stations staging mail main mock bug bog fog"""
)


# Slips and short forms that are nearer to another word than to their own.
_KNOWN_SLIPS = {
    written: stem(meant)
    for meant, slips in {
        "which": "wich whch wihch",
        "what": "wat wht waht",
        "the": "teh hte th",
        "and": "adn nd",
        "how": "hw hwo",
        "you": "u",
        "your": "ur",
        "are": "r",
        "please": "pleas plese pleae plase pls plz",
        "through": "thru trough throgh",
        "tomorrow": "tmrw tmr tomorow tommorow tommorrow tomorro",
        "tonight": "tonite tonigt",
        "for": "fr fro",
        "with": "wth wiht",
        "make": "maek mkae",
        "could": "cud coud",
        "would": "wud woud",
        "want": "wnt wanna",
    }.items()
    for written in slips.split()
}
# What a slip of each kind costs: letters are swapped or doubled more often than lost, and lost more often than mistaken.
_SWAPPED, _DOUBLED, _LOST, _MISTAKEN = 2, 2, 3, 4
_SUFFIXES = frozenset({"er", "r", "or", "ly"})
_VOWELS = frozenset("aeiouy")


class Spelling:
    """Corrects words to those of `known` (stems) and to the ordinary words of tasks."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = frozenset(known) | FILLER | TURNING | VERBS
        by_letter: dict[str, list[str]] = {}
        for word in sorted(self._known):
            if len(word) >= _SHORTEST - 1:
                by_letter.setdefault(word[0], []).append(word)
        self._by_letter: Mapping[str, list[str]] = by_letter
        self.corrected = functools.lru_cache(maxsize=4096)(self._corrected)

    def _corrected(self, word: str, leading: bool = False) -> str:
        """The stem that a word is meant as: its own if that is known or near nothing; `UNCLEAR` if it may be one of two.

        `leading`: the word stands where a verb does, so that it is a verb's slip before any other's.
        """
        plain, raw = stem(word), plain_of(word)
        if meant := _KNOWN_SLIPS.get(raw):
            return meant
        shortest = 2 if leading else _SHORTEST - 1
        if plain in self._known or plain in _EVERYDAY or len(plain) < shortest or not plain.isalpha() or len(plain) > 20:
            return plain
        # People get the first letter right, or swap it with the second.
        candidates = [*self._by_letter.get(plain[0], ()), *self._by_letter.get(plain[1], ())]
        found = {other: cost for other in candidates if (cost := self._cost(raw, plain, other, leading=leading))}
        if leading and (verbs := {other: cost for other, cost in found.items() if other in VERBS}):
            found = verbs
        if not found:
            return plain
        least = min(found.values())
        nearest = [other for other, cost in found.items() if cost == least]
        if len(nearest) == 1:
            return nearest[0]
        return UNCLEAR if not VERBS.isdisjoint(nearest) else plain

    def _cost(self, raw: str, plain: str, other: str, *, leading: bool) -> int:
        """How unlikely it is that a word is a slip of another; 0 for one that is too far."""
        if abs(len(other) - len(plain)) > 2 and abs(len(other) - len(raw)) > 2:
            return 0
        if raw.startswith(other) and raw[len(other) :] in _SUFFIXES:
            # "Buyer" is another word than "buy", and no slip.
            return 0
        # A slip in an ending ("assing") has the stem cut wrong, and the final e is no part of a stem.
        singular = raw.removesuffix("s")
        pairs = {(raw, other), (raw, other + "e"), (singular, other), (singular, other + "e")}
        pairs |= set() if raw in (plain, plain + "e") else {(plain, other)}
        best = 0
        for one, two in pairs:
            if cost := _slip(one, two, short=len(raw) < _SHORTEST, leading=leading and other in VERBS):
                if other in FILLER and cost > _MISTAKEN:
                    continue
                best = min(best or cost, cost)
        return best


def plain_of(word: str) -> str:
    """A word as it is written, without case, accents and apostrophes."""
    bare = "".join(c for c in unicodedata.normalize("NFKD", word.casefold()) if not unicodedata.combining(c))
    return bare.replace("'", "").replace("’", "").rstrip(".")


def _slip(one: str, other: str, *, short: bool, leading: bool) -> int:
    """What it costs to write `one` for `other`; 0 where nobody does."""
    most = 2 if min(len(one), len(other) + 1) >= _LONG else 1
    if one == other or len(one) < 2 or abs(len(other) - len(one)) > most or (other[0] != one[0] and other[:2] != one[1::-1]):
        return 0
    if _distance(one, other, most) > most:
        return 0
    if (short or len(other) < _SHORTEST) and sorted(other) != sorted(one):
        bare = _VOWELS.isdisjoint(one) and len(other) == len(one) + 1 and not _VOWELS.isdisjoint(other)
        doubled = leading and len(other) == len(one) + 1 and other == one + one[-1]
        if not (bare and len(one) >= _SHORTEST - 1) and not doubled:
            return 0
    return _cost_of(one, other)


def _cost_of(one: str, other: str) -> int:
    if sorted(one) == sorted(other):
        return _SWAPPED
    steps = _distance(one, other, 2)
    if len(one) == len(other):
        return _MISTAKEN * steps
    longer = max(one, other, key=len)
    doubled = any(longer[n] == longer[n + 1] and longer[:n] + longer[n + 1 :] in (one, other) for n in range(len(longer) - 1))
    return _DOUBLED if doubled else (_LOST if len(other) > len(one) else _MISTAKEN) + _MISTAKEN * (steps - 1)


def _distance(one: str, other: str, most: int) -> int:
    """How many letters are missing, too many, wrong or swapped with their neighbour; any number above `most` when more."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, before, row = before, row, [i]
        for j, mark in enumerate(other, 1):
            best = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != mark))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == mark:
                best = min(best, last[j - 2] + 1)
            row.append(best)
        if min(row) > most:
            return most + 1
    return row[-1]
