"""pyowm, which was written for the real API, reads every answer of the fake that it knows. It is the judge of the shapes."""

from typing import Any

import pytest
from pyowm.airpollutionapi30.airstatus import AirStatus
from pyowm.commons import exceptions
from pyowm.commons.cityidregistry import CityIDRegistry
from pyowm.commons.http_client import HttpClient
from pyowm.weatherapi30.forecast import Forecast
from pyowm.weatherapi30.location import Location
from pyowm.weatherapi30.observation import Observation
from pyowm.weatherapi30.one_call import OneCall
from weather_world import LONDON, NOW, Weather

from agentic.apis.fakes.openweather.places import places

DAY = 86_400


@pytest.fixture
def api() -> Weather:
    return Weather()


@pytest.mark.parametrize("place", places()[::7], ids=lambda place: place.name)
def test_current_weather_is_an_observation_that_says_the_same(place: Any):
    for now in (NOW, NOW + 200 * DAY + 40_000):
        answer = Weather(now).ok("/data/2.5/weather", id=place.id)
        observation = Observation.from_dict(answer)
        assert observation is not None
        weather = observation.weather
        assert (observation.location.name, observation.location.country) == (place.name, place.country)
        assert weather.temperature("celsius")["temp"] == pytest.approx(answer["main"]["temp"] - 273.15, abs=0.01)
        assert (weather.humidity, weather.clouds) == (answer["main"]["humidity"], answer["clouds"]["all"])
        assert weather.wind()["speed"] == answer["wind"]["speed"]
        assert weather.detailed_status == answer["weather"][0]["description"]
        assert weather.utc_offset == answer["timezone"]
        assert weather.sunrise_time() < weather.sunset_time() or place.latitude > 60
        assert weather.rain == answer.get("rain", {})
        assert weather.visibility() == answer["visibility"]


def test_the_forecast_is_a_forecast_of_40_weathers(api: Weather):
    forecast = Forecast.from_dict(api.ok("/data/2.5/forecast", LONDON))
    assert forecast is not None
    assert (len(forecast.weathers), forecast.location.name, forecast.location.country) == (40, "London", "GB")
    assert all(0 <= weather.precipitation_probability <= 1 for weather in forecast)
    assert all(set(weather.rain) <= {"3h"} for weather in forecast)


def test_air_pollution_is_an_air_status_now_ahead_and_in_the_past(api: Weather):
    now = AirStatus.from_dict(api.ok("/data/2.5/air_pollution", LONDON))
    ahead = AirStatus.from_dict(api.ok("/data/2.5/air_pollution/forecast", LONDON))
    past = AirStatus.from_dict(api.ok("/data/2.5/air_pollution/history", LONDON, start=NOW - DAY, end=NOW))
    assert isinstance(now, AirStatus)
    assert 1 <= now.air_quality_data["aqi"] <= 5
    assert isinstance(ahead, list)
    assert isinstance(past, list)
    assert {status.air_quality_data["aqi"] for status in (*ahead, *past)} <= {1, 2, 3, 4, 5}


def test_geocoding_answers_locations(api: Weather):
    for path, fields in (("/geo/1.0/direct", {"q": "Springfield", "limit": 5}), ("/geo/1.0/reverse", {**LONDON, "limit": 5})):
        for answer in api.ok(path, fields):
            location = Location.from_dict(answer)
            assert location is not None
            assert (location.name, location.country) == (answer["name"], answer["country"])
            assert (location.lat, location.lon) == (answer["lat"], answer["lon"])


@pytest.mark.parametrize("name", ["London", "Anchorage", "Cairo", "Wellington", "Chicago", "Karachi"])
def test_one_call_3_is_a_one_call(api: Weather, name: str):
    (place,) = api.ok("/geo/1.0/direct", q=name)
    whole = OneCall.from_dict(api.ok("/data/3.0/onecall", lat=place["lat"], lon=place["lon"]))
    assert whole.forecast_minutely is not None
    assert whole.forecast_hourly is not None
    assert whole.forecast_daily is not None
    assert [len(part) for part in (whole.forecast_minutely, whole.forecast_hourly, whole.forecast_daily)] == [60, 48, 8]
    day = whole.forecast_daily[0].temperature("celsius")
    assert day["min"] <= day["day"] <= day["max"]
    for alert in whole.national_weather_alerts or ():
        assert alert.start_time() < alert.end_time()


def test_some_one_call_in_the_world_has_alerts_that_pyowm_reads(api: Weather):
    found = [OneCall.from_dict(api.ok("/data/3.0/onecall", lat=p.latitude, lon=p.longitude)) for p in places()[:60]]
    alerts = [alert for one in found for alert in one.national_weather_alerts or ()]
    assert alerts
    assert all(alert.title and alert.sender and alert.tags for alert in alerts)


def test_errors_become_pyowms_own(api: Weather):
    for fields, expected in (
        ({"q": "Atlantis"}, exceptions.NotFoundError),
        ({}, exceptions.APIRequestError),
        ({"lat": 100, "lon": 0}, exceptions.APIRequestError),
    ):
        status, body = api.get("/data/2.5/weather", fields)
        with pytest.raises(expected):
            HttpClient.check_status_code(status, str(body))
    with pytest.raises(exceptions.UnauthorizedError):
        HttpClient.check_status_code(api.get("/data/2.5/weather", LONDON, key="no")[0], "")


def test_the_cities_are_those_of_the_real_apis_list():
    """pyowm carries that list: number, name and coordinates of each city are in it."""
    registry = CityIDRegistry.get_instance()
    listed = {
        row[0]: row for place in places() for row in registry.ids_for(place.name, country=place.country, matching="exact")
    }
    known = [place for place in places() if place.id in listed]
    assert len(known) > 0.85 * len(places())
    for place in known:
        row = listed[place.id]
        assert (row[4], row[5]) == (pytest.approx(place.latitude, abs=0.001), pytest.approx(place.longitude, abs=0.001))
