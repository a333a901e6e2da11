"""Points on the earth as people write them: "48.85, 2.35", "52.52 N 13.40 E", "lat 48.85 lon 2.35", "48°51'N 2°21'E"."""

import re
from collections.abc import Iterator

from agentic.agents.offline.tokens import Coordinates

_DEGREES = r"[-+−–]?\d{1,3}(?:\.\d{1,12})?"
_SIDE = r"(?:north|south|east|west|[nsew])\b"
_LAT = r"(?:latitude|lat)\b"
_LON = r"(?:longitude|long|lon|lng)\b"
_BETWEEN = r"[\s,;/]{1,3}(?:and\s{1,3})?"
_NAMED = re.compile(
    rf"""\b(?:(?P<lat_first>{_LAT})|(?P<lon_first>{_LON}))\s{{0,2}}(?:[:=]|is|of)?\s{{0,2}}(?P<first>{_DEGREES})\s?°?\s?(?P<first_side>{_SIDE})?
    {_BETWEEN}(?:with\s)?(?:{_LAT}|{_LON})\s{{0,2}}(?:[:=]|is|of)?\s{{0,2}}(?P<second>{_DEGREES})(?![\d.]*\d)\s?°?\s?(?P<second_side>{_SIDE})?""",
    re.IGNORECASE | re.VERBOSE,
)
_AFTER = re.compile(
    rf"(?<![\w.])(?P<first>{_DEGREES})\s?°?\s?{_LAT}{_BETWEEN}(?P<second>{_DEGREES})\s?°?\s?{_LON}", re.IGNORECASE
)
_SIDED = re.compile(
    rf"""(?<![\w.,])(?P<first>{_DEGREES})\s?(?:°|degrees?|deg)?\s?(?:(?P<first_minutes>\d{{1,2}})\s?['’′]\s?)?(?P<first_side>{_SIDE})
    {_BETWEEN}(?P<second>{_DEGREES})\s?(?:°|degrees?|deg)?\s?(?:(?P<second_minutes>\d{{1,2}})\s?['’′]\s?)?(?P<second_side>{_SIDE})""",
    re.IGNORECASE | re.VERBOSE,
)
_PLAIN = re.compile(
    rf"""(?<![\w.,/#$€£-])(?!\d{{1,3}}\.\d{{3}},\d{{1,2}}(?!\d))[(\[]?(?P<first>[-+−–]?\d{{1,3}}\.\d{{1,12}})\s?°?(?:\s{{0,2}}[,;/]\s{{0,2}}|\s(?:and\s|x\s|by\s)?)
    (?P<second>{_DEGREES})\s?°?[)\]]?(?![\w%€$£]|[.,]\d|/\w|\s?(?:eur|usd|gbp|%))""",
    re.IGNORECASE | re.VERBOSE,
)
_WHOLE = re.compile(
    r"""(?<![\w.,/#$€£-])[(\[]?(?P<first>[-+−–]?\d{1,3})\s?°?\s{0,2},\s{1,2}(?P<second>[-+−–]?\d{1,3}\.\d{1,12})\s?°?[)\]]?(?![\w%€$£]|[.,]\d)""",
    re.IGNORECASE | re.VERBOSE,
)


def find_points(text: str) -> Iterator[tuple[int, int, Coordinates | None]]:
    """Each pair of coordinates: where it stands, and the point; None for one that is nowhere on the earth."""
    for match in _NAMED.finditer(text):
        first, second = _degrees(match, "first"), _degrees(match, "second")
        pair = (first, second) if match["lat_first"] else (second, first)
        yield match.start(), match.end(), _point(*pair)
    for match in _AFTER.finditer(text):
        yield match.start(), match.end(), _point(_number(match["first"]), _number(match["second"]))
    for match in _SIDED.finditer(text):
        first, second = _degrees(match, "first"), _degrees(match, "second")
        sides = match["first_side"][0].lower(), match["second_side"][0].lower()
        if sides[0] in "ns" and sides[1] in "ew":
            yield match.start(), match.end(), _point(first, second)
        elif sides[0] in "ew" and sides[1] in "ns":
            yield match.start(), match.end(), _point(second, first)
        else:
            yield match.start(), match.end(), None
    for pattern in (_PLAIN, _WHOLE):
        for match in pattern.finditer(text):
            yield match.start(), match.end(), _point(_number(match["first"]), _number(match["second"]))


def _number(text: str) -> float:
    return float(text.replace("−", "-").replace("–", "-"))


def _degrees(match: re.Match[str], which: str) -> float:
    groups = match.groupdict()
    value = _number(match[which])
    minutes = groups.get(f"{which}_minutes")
    value += float(minutes) / 60 if minutes else 0.0
    side = (groups.get(f"{which}_side") or "n")[0].lower()
    return -abs(value) if side in "sw" else value


def _point(latitude: float, longitude: float) -> Coordinates | None:
    if not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        return None
    return Coordinates(round(latitude, 6), round(longitude, 6))
