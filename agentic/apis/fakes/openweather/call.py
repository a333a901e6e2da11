"""One request to the fake as its handlers see it: parameters read and checked, time fixed, units chosen."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agentic.apis.fakes.openweather import errors

Object = dict[str, Any]

_UNITS = ("standard", "metric", "imperial")


@dataclass(frozen=True, slots=True)
class Call:
    """`fields` are the query's, names in lower case; `now` is Unix seconds; `key` what the caller sent as its key."""

    path: str
    fields: Mapping[str, str]
    ids: tuple[str, ...]
    now: int
    key: str

    @property
    def units(self) -> str:
        """An unknown word counts as the default, as in the real API."""
        asked = self.fields.get("units", "").lower()
        return asked if asked in _UNITS else "standard"

    @property
    def lang(self) -> str:
        return self.fields.get("lang", "en").lower()

    def coordinates(self) -> tuple[float, float]:
        """Latitude and longitude, rounded as the API answers them. Raises `ApiError` where one lacks or is none."""
        if not ("lat" in self.fields or "lon" in self.fields):
            raise errors.nothing_to_geocode()
        return self._degrees("lat", "latitude", 90), self._degrees("lon", "longitude", 180)

    def number(self, name: str, most: int) -> int | None:
        """A whole number from 1 to `most`; None where the field lacks or is empty."""
        text = self.fields.get(name, "")
        if not text:
            return None
        if not text.isdecimal() or int(text) < 1:
            raise errors.invalid_parameter(name, f"{name} must be a positive number")
        return min(int(text), most)

    def moment(self, name: str) -> int | None:
        """Unix seconds; None where the field lacks."""
        text = self.fields.get(name, "")
        if not text:
            return None
        if not text.removeprefix("-").isdecimal() or len(text) > 11:
            raise errors.invalid_parameter(name, f"{name} must be a time in Unix seconds")
        return int(text)

    def _degrees(self, field: str, name: str, most: int) -> float:
        try:
            value = float(self.fields.get(field, ""))
        except ValueError:
            raise errors.wrong(name) from None
        if not -most <= value <= most:
            raise errors.wrong(name)
        return round(value, 4)


Handler = Callable[[Call], Any]
Routes = dict[str, Handler]
