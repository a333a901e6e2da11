"""Names, zip codes and coordinates of places (`/geo/1.0`). A name that nobody has is an empty list, a zip code a 404."""

from agentic.apis.fakes.openweather import errors
from agentic.apis.fakes.openweather.call import Call, Object, Routes
from agentic.apis.fakes.openweather.places import NAMED_KM, Place, by_name, by_zip, near

_MOST = 5


def direct(call: Call) -> list[Object]:
    query = call.fields.get("q", "")
    if not query.strip(" ,"):
        raise errors.nothing_to_geocode()
    # Without `limit` the real API answers one place.
    return [_found(place) for place in by_name(query)[: call.number("limit", _MOST) or 1]]


def reverse(call: Call) -> list[Object]:
    latitude, longitude = call.coordinates()
    return [_found(place) for place in near(latitude, longitude, NAMED_KM)[: call.number("limit", _MOST) or 1]]


def zip_code(call: Call) -> Object:
    query = call.fields.get("zip", "")
    if not query.strip(" ,"):
        raise errors.nothing_to_geocode()
    found = by_zip(query)
    if found is None:
        raise errors.ApiError(404, "not found")
    place, code = found
    return {"zip": code, "name": place.name, "lat": place.latitude, "lon": place.longitude, "country": place.country}


def _found(place: Place) -> Object:
    answer: Object = {
        "name": place.name,
        "lat": place.latitude,
        "lon": place.longitude,
        "country": place.country,
    }
    return answer | ({"state": place.state} if place.state else {})


ROUTES: Routes = {
    "GET /geo/1.0/direct": direct,
    "GET /geo/1.0/reverse": reverse,
    "GET /geo/1.0/zip": zip_code,
}
