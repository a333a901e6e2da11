"""The cities that the fake knows, and how a place is found by name, number, zip code or coordinates.

Numbers and coordinates are those of the real API's city list, so that what a script has learnt elsewhere fits here too.
"""

import csv
import functools
import io
import math
import unicodedata
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import resources

_EARTH_KM = 6371.0
# A city lends its name to what lies this near, and its clock to a wider circle.
NAMED_KM, NEAR_KM = 40.0, 250.0

_COUNTRIES = """AE United Arab Emirates|AR Argentina|AT Austria|AU Australia|AZ Azerbaijan|BA Bosnia and Herzegovina
BD Bangladesh|BE Belgium|BG Bulgaria|BO Bolivia|BR Brazil|CA Canada|CH Switzerland|CL Chile|CN China|CO Colombia
CR Costa Rica|CU Cuba|CY Cyprus|CZ Czechia|CZ Czech Republic|DE Germany|DK Denmark|DZ Algeria|EC Ecuador|EE Estonia
EG Egypt|ES Spain|ET Ethiopia|FI Finland|FR France|GB United Kingdom|GB UK|GB Great Britain|GE Georgia|GH Ghana|GR Greece
GT Guatemala|HK Hong Kong|HR Croatia|HU Hungary|ID Indonesia|IE Ireland|IL Israel|IN India|IQ Iraq|IR Iran|IS Iceland
IT Italy|JM Jamaica|JO Jordan|JP Japan|KE Kenya|KH Cambodia|KR South Korea|KW Kuwait|LB Lebanon|LK Sri Lanka|LT Lithuania
LU Luxembourg|LV Latvia|MA Morocco|ML Mali|MM Myanmar|MN Mongolia|MT Malta|MX Mexico|MY Malaysia|NG Nigeria|NL Netherlands
NL The Netherlands|NO Norway|NP Nepal|NZ New Zealand|PA Panama|PE Peru|PH Philippines|PK Pakistan|PL Poland|PR Puerto Rico
PT Portugal|PY Paraguay|QA Qatar|RO Romania|RS Serbia|RU Russia|SA Saudi Arabia|SE Sweden|SG Singapore|SI Slovenia
SK Slovakia|SN Senegal|TH Thailand|TN Tunisia|TR Turkey|TW Taiwan|TZ Tanzania|UA Ukraine|UG Uganda|US United States|US USA
US United States of America|UY Uruguay|VE Venezuela|VN Vietnam|ZA South Africa"""
_STATES = """AK Alaska|AL Alabama|AZ Arizona|CA California|CO Colorado|DC District of Columbia|FL Florida|GA Georgia
HI Hawaii|IL Illinois|IN Indiana|KY Kentucky|LA Louisiana|MA Massachusetts|MD Maryland|ME Maine|MI Michigan|MN Minnesota
MO Missouri|NC North Carolina|NH New Hampshire|NM New Mexico|NV Nevada|NY New York|OH Ohio|OK Oklahoma|OR Oregon
PA Pennsylvania|TN Tennessee|TX Texas|UT Utah|VA Virginia|WA Washington|WI Wisconsin"""
_PLAIN = str.maketrans({"ø": "o", "Ø": "o", "ł": "l", "Ł": "l", "æ": "ae", "đ": "d", "ı": "i", ".": " ", "-": " ", "'": " "})


@dataclass(frozen=True, slots=True)
class Place:
    """A city. `offset` is its clock's lead over UTC in seconds, in winter; `summer` names the rule by which it changes."""

    id: int
    name: str
    state: str
    country: str
    latitude: float
    longitude: float
    zone: str
    offset: int
    summer: str
    population: int
    zips: tuple[str, ...]
    other_names: tuple[str, ...]


def plain(text: str) -> str:
    """A name as it is compared: no case, no accents, no punctuation."""
    folded = unicodedata.normalize("NFKD", text.translate(_PLAIN).casefold())
    return " ".join("".join(letter for letter in folded if not unicodedata.combining(letter)).split())


@functools.cache
def places() -> tuple[Place, ...]:
    """All cities, largest first."""
    text = resources.files(__package__).joinpath("places.csv").read_text("utf-8")
    return tuple(sorted((_place(row) for row in csv.DictReader(io.StringIO(text))), key=lambda place: -place.population))


def by_name(query: str) -> list[Place]:
    """The cities that `name`, `name,country`, `name,state` or `name,state,country` means, largest first."""
    town, *rest = (plain(part) for part in query.split(","))
    found = [place for place in places() if town in _names(place)]
    if not rest:
        return found
    *states, last = rest
    # Of two parts the second is the country, or else a state: "London,CA" is in Canada, "Springfield,IL" in the United States.
    narrowed = [place for place in found if last in _country(place.country)]
    if not states and not narrowed:
        return [place for place in found if last in _state(place)]
    return [place for place in narrowed if all(state in _state(place) for state in states)]


def by_id(identifier: str) -> Place | None:
    return next((place for place in places() if str(place.id) == identifier), None)


def by_zip(query: str) -> tuple[Place, str] | None:
    """The city of "zip,country" (United States where none is said), and the zip code as the table has it."""
    code, _, country = query.partition(",")
    wanted, country = code.strip().upper(), country.strip().upper() or "US"
    for place in places():
        if place.country == country:
            for known in place.zips:
                # British codes are known by their outer half.
                if wanted == known or (country in ("GB", "CA", "IE") and wanted.startswith(known + " ")):
                    return place, known
    return None


def near(latitude: float, longitude: float, within: float = NEAR_KM) -> list[Place]:
    """The cities within so many kilometres, nearest first."""
    measured = sorted(((distance(place, latitude, longitude), place.id, place) for place in places()), key=lambda row: row[:2])
    return [place for kilometres, _, place in measured if kilometres <= within]


def distance(place: Place, latitude: float, longitude: float) -> float:
    """Kilometres along the earth's surface."""
    one, other = math.radians(place.latitude), math.radians(latitude)
    half = (
        math.sin((one - other) / 2) ** 2
        + math.cos(one) * math.cos(other) * math.sin(math.radians(place.longitude - longitude) / 2) ** 2
    )
    return 2 * _EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def clock(latitude: float, longitude: float, time: int) -> tuple[str, int]:
    """The time zone's name and its lead over UTC in seconds: that of a city near, else of the meridian."""
    cities = near(latitude, longitude)
    if cities:
        return cities[0].zone, cities[0].offset + (3600 if _is_summer(cities[0].summer, time + cities[0].offset) else 0)
    hours = round(longitude / 15)
    return f"Etc/GMT{-hours:+d}" if hours else "Etc/GMT", hours * 3600


def _place(row: dict[str, str]) -> Place:
    return Place(
        int(row["id"]),
        row["name"],
        row["state"],
        row["country"],
        float(row["latitude"]),
        float(row["longitude"]),
        row["zone"],
        round(float(row["offset"]) * 3600),
        row["summer"],
        int(row["population"]),
        tuple(filter(None, row["zips"].split(";"))),
        tuple(filter(None, row["other_names"].split(";"))),
    )


@functools.cache
def _names(place: Place) -> frozenset[str]:
    return frozenset(plain(name) for name in (place.name, *place.other_names))


@functools.cache
def _country(code: str) -> frozenset[str]:
    entries = [entry for line in _COUNTRIES.splitlines() for entry in line.split("|")]
    return frozenset({plain(code)} | {plain(entry[3:]) for entry in entries if entry[:2] == code})


@functools.cache
def _state(place: Place) -> frozenset[str]:
    entries = [entry for line in _STATES.splitlines() for entry in line.split("|")]
    codes = {plain(entry[:2]) for entry in entries if place.country == "US" and entry[3:] == place.state}
    return frozenset({plain(place.state)} | codes) - {""}


def _is_summer(rule: str, local: int) -> bool:
    """Whether a clock that follows the rule is an hour ahead; `local` is its winter time in Unix seconds."""
    today = datetime.fromtimestamp(local, UTC).date()
    match rule:
        case "eu":
            return _sunday(today.year, 3, -1) <= today < _sunday(today.year, 10, -1)
        case "us":
            return _sunday(today.year, 3, 2) <= today < _sunday(today.year, 11, 1)
        case "au":
            return not _sunday(today.year, 4, 1) <= today < _sunday(today.year, 10, 1)
        case "nz":
            return not _sunday(today.year, 4, 1) <= today < _sunday(today.year, 9, -1)
        case "cl":
            return not _sunday(today.year, 4, 1) <= today < _sunday(today.year, 9, 1)
        case _:
            return False


@functools.cache
def _sunday(year: int, month: int, number: int) -> date:
    """The month's first, second or (-1) last Sunday."""
    if number < 0:
        following = date(year, month + 1, 1)
        return following - timedelta(days=following.isoweekday() % 7 or 7)
    first = date(year, month, 1)
    return first + timedelta(days=(7 - first.isoweekday()) % 7 + 7 * (number - 1))
