"""Names of hosts, and patterns of them: `*.example.com` is every host with exactly one label before `.example.com`.

One module for everybody who compares a host's name (broker, relay, validator, registry, fakes), so that no two compare
differently. Names are compared as they are: lower case, ASCII, without a dot at the end; any other spelling is no match.
"""

import re
from collections.abc import Iterable

_NAME = re.compile(r"(?=.{1,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
# What may stand for the star. Not "xn--…": names in other scripts can look like any name.
_LABEL = re.compile(r"(?!..--)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
# Below these of a country's domain anybody may have a name: "*.co.uk" is no one's.
_FOR_ANYBODY = frozenset({"ac", "co", "com", "edu", "go", "gob", "gov", "mil", "ne", "net", "or", "org", "sch"})
_STAR = "*."


def host_fault(name: str) -> str:
    """What is wrong with `name` as a declared host or pattern, as the end of a sentence; empty if nothing is."""
    if "*" not in name:
        return "" if _NAME.fullmatch(name) else "is not a lower-case host name"
    rest = name.removeprefix(_STAR)
    if "*" in rest or not _NAME.fullmatch(f"x.{rest}"):
        return "is not a pattern such as '*.example.com': one star, for the first label, before a lower-case name"
    labels = rest.split(".")
    if len(labels) < 2 or _is_anybodys(labels):
        return "is a pattern that other people's hosts fit; it needs at least two labels that are the API's own"
    return ""


def is_pattern(name: str) -> bool:
    """Whether a declared name stands for many hosts."""
    return name.startswith(_STAR)


def covers(declared: str, host: str) -> bool:
    """Whether `host`, which may be any text, is what `declared` says: that very name, or one that fits the pattern."""
    if not is_pattern(declared):
        return host == declared
    label, _, rest = host.partition(".")
    return rest == declared.removeprefix(_STAR) and _LABEL.fullmatch(label) is not None


def covering(declared: Iterable[str], host: str) -> str | None:
    """The one of `declared` that says most about `host`: its own name before a pattern. None if none covers it."""
    found = [name for name in declared if covers(name, host)]
    return min(found, key=is_pattern, default=None)


def site(host: str) -> str:
    """The domain that somebody owns, in which `host` is: "github.com" of "api.github.com", "acme.co.uk" of "api.acme.co.uk"."""
    labels = host.split(".")
    return ".".join(labels[-3:] if _is_anybodys(labels[-2:]) else labels[-2:])


def overlap(one: str, other: str) -> bool:
    """Whether some host would be covered by both."""
    return one == other or covers(one, other) or covers(other, one)


def _is_anybodys(labels: list[str]) -> bool:
    return len(labels) == 2 and len(labels[1]) == 2 and labels[0] in _FOR_ANYBODY
