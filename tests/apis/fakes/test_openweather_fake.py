"""The fake OpenWeather: the same place and hour have the same weather, and answers and errors have the real API's form."""

import json
from datetime import UTC, datetime
from itertools import pairwise
from urllib.parse import parse_qs, urlsplit

import pytest
from weather_world import KEY, LONDON, NOW, Weather

from agentic.apis.fakes.openweather import ROUTES, OpenWeatherFake
from agentic.apis.fakes.openweather.places import places
from agentic.core.fake import FakeRequest

HOUR, DAY = 3600, 86_400
BERLIN = {"lat": "52.5244", "lon": "13.4105"}
TROMSO = {"lat": "69.6489", "lon": "18.9551"}


@pytest.fixture
def api() -> Weather:
    return Weather()


def test_the_same_place_and_hour_have_the_same_weather_and_another_hour_or_place_has_another(api: Weather):
    first = api.ok("/data/2.5/weather", LONDON)
    assert Weather(NOW + 60).ok("/data/2.5/weather", LONDON) == first
    assert Weather(NOW + 5 * HOUR).ok("/data/2.5/weather", LONDON)["main"] != first["main"]
    assert api.ok("/data/2.5/weather", BERLIN)["main"] != first["main"]


def test_a_place_has_one_weather_by_name_number_zip_code_and_coordinates(api: Weather):
    by_name = api.ok("/data/2.5/weather", q="Berlin")
    assert by_name == api.ok("/data/2.5/weather", id="2950159") == api.ok("/data/2.5/weather", zip="10115,DE")
    assert by_name == api.ok("/data/2.5/weather", BERLIN)
    assert (by_name["name"], by_name["sys"]["country"], by_name["id"]) == ("Berlin", "DE", 2950159)


def test_cod_is_a_number_in_current_weather_and_a_text_in_the_forecast(api: Weather):
    assert api.ok("/data/2.5/weather", LONDON)["cod"] == 200
    assert api.ok("/data/2.5/forecast", LONDON)["cod"] == "200"


def test_the_forecast_has_40_entries_of_3_hours_that_begin_after_now(api: Weather):
    forecast = api.ok("/data/2.5/forecast", LONDON)
    times = [entry["dt"] for entry in forecast["list"]]
    assert (forecast["cnt"], len(times)) == (40, 40)
    assert NOW < times[0] <= NOW + 3 * HOUR
    assert times == list(range(times[0], times[0] + 40 * 3 * HOUR, 3 * HOUR))
    assert all(time % (3 * HOUR) == 0 for time in times)
    first = forecast["list"][0]
    assert first["dt_txt"] == datetime.fromtimestamp(times[0], UTC).strftime("%Y-%m-%d %H:%M:%S")
    assert all(e["main"]["temp_min"] <= e["main"]["temp"] <= e["main"]["temp_max"] for e in forecast["list"])
    assert len(api.ok("/data/2.5/forecast", LONDON, cnt=8)["list"]) == 8


def test_what_the_forecast_said_is_the_weather_when_the_hour_comes(api: Weather):
    entry = api.ok("/data/2.5/forecast", LONDON)["list"][3]
    then = Weather(entry["dt"]).ok("/data/2.5/weather", LONDON)
    assert (then["main"]["temp"], then["weather"]) == (entry["main"]["temp"], entry["weather"])


def test_units_are_kelvin_without_a_word_and_convert(api: Weather):
    kelvin, celsius, fahrenheit, odd = (
        api.ok("/data/2.5/weather", LONDON, **({"units": units} if units else {}))
        for units in ("", "metric", "imperial", "furlong")
    )
    assert kelvin == odd
    assert kelvin["main"]["temp"] == pytest.approx(celsius["main"]["temp"] + 273.15, abs=0.02)
    assert fahrenheit["main"]["temp"] == pytest.approx(celsius["main"]["temp"] * 1.8 + 32, abs=0.03)
    assert fahrenheit["wind"]["speed"] == pytest.approx(celsius["wind"]["speed"] * 2.2369, abs=0.02)
    assert kelvin["wind"] == celsius["wind"]


def test_descriptions_are_in_the_language_asked_for_and_in_english_otherwise(api: Weather):
    texts = {lang: api.ok("/data/2.5/weather", LONDON, lang=lang)["weather"][0]["description"] for lang in ("en", "de", "xx")}
    assert texts["en"] == texts["xx"] == api.ok("/data/2.5/weather", LONDON)["weather"][0]["description"]
    assert texts["de"] != texts["en"]


def test_summer_is_warmer_than_winter_on_both_hemispheres_and_days_than_nights():
    def mean(name: str, month: int, hour: int) -> float:
        start = int(datetime(2026, month, 1, hour, tzinfo=UTC).timestamp())
        found = [Weather(start + day * DAY).ok("/data/2.5/weather", q=name, units="metric") for day in range(28)]
        return sum(answer["main"]["temp"] for answer in found) / len(found)

    assert mean("Berlin", 7, 12) > mean("Berlin", 1, 12) + 10
    assert mean("Melbourne", 1, 2) > mean("Melbourne", 7, 2) + 5
    assert mean("London", 6, 14) > mean("London", 6, 3) + 2
    assert mean("Singapore", 1, 6) > mean("Oslo", 1, 12) + 15


def test_the_sun_rises_and_sets_when_it_does():
    """London, 21 June 2026: 04:43 and 21:21 by its clock, to two minutes."""
    noon = datetime(2026, 6, 21, 12, tzinfo=UTC)
    answer = Weather(noon.timestamp()).ok("/data/2.5/weather", LONDON)
    assert answer["timezone"] == HOUR
    times = [datetime.fromtimestamp(answer["sys"][name] + answer["timezone"], UTC) for name in ("sunrise", "sunset")]
    assert abs((times[0] - datetime(2026, 6, 21, 4, 43, tzinfo=UTC)).total_seconds()) < 120
    assert abs((times[1] - datetime(2026, 6, 21, 21, 21, tzinfo=UTC)).total_seconds()) < 120
    assert answer["weather"][0]["icon"].endswith("d")


def test_a_polar_night_has_no_sunrise():
    night = Weather(datetime(2026, 12, 21, 12, tzinfo=UTC).timestamp())
    assert night.ok("/data/2.5/weather", TROMSO)["sys"]["sunrise"] == 0
    assert "sunrise" not in night.ok("/data/4.0/onecall/current", TROMSO)["data"][0]


def test_clocks_change_in_summer():
    january, july = (int(datetime(2026, month, 15, tzinfo=UTC).timestamp()) for month in (1, 7))

    def offsets(name: str) -> tuple[float, float]:
        return tuple(Weather(time).ok("/data/2.5/weather", q=name)["timezone"] / HOUR for time in (january, july))  # pyright: ignore[reportReturnType]

    assert offsets("Berlin") == (1, 2)
    assert offsets("New York") == (-5, -4)
    assert offsets("Sydney") == (11, 10)
    assert offsets("Tokyo") == (9, 9)
    assert offsets("Delhi") == (5.5, 5.5)


@pytest.mark.parametrize(
    ("query", "country", "state"),
    [
        ("London", "GB", "England"),
        ("London,CA", "CA", "Ontario"),
        ("london, ontario", "CA", "Ontario"),
        ("London,KY,US", "US", "Kentucky"),
        ("Paris,Texas", "US", "Texas"),
        ("Paris,France", "FR", "Île-de-France"),
        ("Springfield,IL,US", "US", "Illinois"),
        ("Springfield", "US", "Missouri"),
        ("SAO PAULO", "BR", "São Paulo"),
        ("München", "DE", "Bavaria"),
        ("muenchen,de", "DE", "Bavaria"),
        ("Wien", "AT", ""),
        ("Roma", "IT", "Lazio"),
        ("Zurich", "CH", "Zurich"),
    ],
)
def test_places_are_found_by_spelling_state_and_country(api: Weather, query: str, country: str, state: str):
    (found,) = api.ok("/geo/1.0/direct", q=query)
    assert (found["country"], found.get("state", "")) == (country, state)
    assert api.ok("/data/2.5/weather", q=query)["sys"]["country"] == country


def test_a_name_that_several_places_have_is_answered_with_all_of_them_largest_first(api: Weather):
    found = api.ok("/geo/1.0/direct", q="Springfield", limit=5)
    assert [place["state"] for place in found] == ["Missouri", "Massachusetts", "Illinois", "Oregon", "Ohio"]
    assert len(api.ok("/geo/1.0/direct", q="Springfield", limit=2)) == 2


def test_a_place_is_found_at_its_coordinates_and_none_in_the_ocean(api: Weather):
    assert api.ok("/geo/1.0/reverse", lat=48.8566, lon=2.3522)[0]["name"] == "Paris"
    assert api.ok("/geo/1.0/reverse", lat=0, lon=-30) == []
    ocean = api.ok("/data/2.5/weather", lat=0, lon=-30)
    assert (ocean["name"], ocean["id"], "country" in ocean["sys"]) == ("", 0, False)


def test_zip_codes_keep_their_zeros_and_their_country(api: Weather):
    assert api.ok("/geo/1.0/zip", zip="02139,US")["name"] == "Cambridge"
    assert api.ok("/geo/1.0/zip", zip="90210")["name"] == "Beverly Hills"
    assert api.ok("/geo/1.0/zip", zip="8001,CH")["name"] == "Zürich"
    assert api.ok("/geo/1.0/zip", zip="8001,ZA")["name"] == "Cape Town"
    assert api.ok("/geo/1.0/zip", zip="SW1A 1AA,GB")["name"] == "London"
    assert api.get("/geo/1.0/zip", zip="2139,US") == (404, {"cod": "404", "message": "not found"})


def test_errors_have_the_real_apis_shapes(api: Weather):
    assert api.get("/data/2.5/weather", q="Atlantis") == (404, {"cod": "404", "message": "city not found"})
    assert api.get("/data/2.5/weather") == (400, {"cod": "400", "message": "Nothing to geocode"})
    assert api.get("/geo/1.0/direct") == (400, {"cod": "400", "message": "Nothing to geocode"})
    assert api.get("/geo/1.0/direct", q="Atlantis") == (200, [])
    assert api.get("/data/2.5/forecast", lat=91, lon=0) == (400, {"cod": "400", "message": "wrong latitude"})
    assert api.get("/data/2.5/air_pollution", lat=1, lon="x") == (400, {"cod": "400", "message": "wrong longitude"})
    status, body = api.get("/data/2.5/weather", LONDON, key="0" * 32)
    assert (status, body["cod"]) == (401, 401)
    assert body["message"].startswith("Invalid API key")
    status, body = api.get("/data/3.0/onecall/day_summary", LONDON, date="yesterday")
    assert (status, body) == (400, {"cod": 400, "message": "Invalid date format", "parameters": ["date"]})


def test_two_keys_are_as_wrong_as_none(api: Weather):
    assert api.raw(f"q=London&APPID={KEY}") == 200
    assert api.raw(f"q=London&appid={KEY}&APPID={KEY}") == 401
    assert api.raw("q=London") == 401


def test_air_has_its_components_and_the_index_that_follows_from_them(api: Weather):
    (now,) = api.ok("/data/2.5/air_pollution", LONDON)["list"]
    assert set(now["components"]) == {"co", "no", "no2", "o3", "so2", "pm2_5", "pm10", "nh3"}
    limits = {"pm2_5": (10, 25, 50, 75), "pm10": (20, 50, 100, 200), "o3": (60, 100, 140, 180), "no2": (40, 70, 150, 200)}
    worst = max(1 + sum(now["components"][name] >= level for level in levels) for name, levels in limits.items())
    assert now["main"]["aqi"] == worst
    forecast = api.ok("/data/2.5/air_pollution/forecast", LONDON)["list"]
    assert (len(forecast), forecast[0]) == (96, now)
    history = api.ok("/data/2.5/air_pollution/history", LONDON, start=NOW - DAY, end=NOW)["list"]
    assert len(history) == 24
    assert history[-1] == now


def test_one_call_4_is_read_page_by_page_in_both_directions(api: Weather):
    pages = [api.ok("/data/4.0/onecall/timeline/1h", LONDON, units="metric")]
    while "next" in pages[-1]:
        link = urlsplit(pages[-1]["next"])
        fields = {name: values[0] for name, values in parse_qs(link.query).items()}
        assert (link.scheme, link.hostname, fields.pop("appid")) == ("http", "api.openweathermap.org", KEY)
        pages.append(api.ok(link.path, fields))
    times = [record["dt"] for page in pages for record in page["data"]]
    assert [len(page["data"]) for page in pages] == [20, 20, 9]
    assert times == list(range(times[0], times[0] + 49 * HOUR, HOUR))
    back = urlsplit(pages[1]["prev"])
    assert api.ok(back.path, {name: values[0] for name, values in parse_qs(back.query).items() if name != "appid"}) == pages[0]


@pytest.mark.parametrize(
    ("step", "records", "seconds"), [("1min", 60, 60), ("15min", 50, 900), ("1h", 20, HOUR), ("1day", 10, DAY)]
)
def test_each_timeline_has_its_own_step_and_length_of_page(api: Weather, step: str, records: int, seconds: int):
    page = api.ok(f"/data/4.0/onecall/timeline/{step}", LONDON)
    times = [record["dt"] for record in page["data"]]
    assert len(times) == records
    assert {later - earlier for earlier, later in pairwise(times)} == {seconds}
    assert ("next" in page, "prev" in page) == {"1min": (False, False), "15min": (True, False)}.get(step, (True, True))


def test_the_past_of_a_timeline_is_what_the_weather_was(api: Weather):
    past = api.ok("/data/4.0/onecall/timeline/1h", LONDON, start=NOW - 30 * DAY)["data"][0]
    assert past["temp"] == Weather(NOW - 30 * DAY).ok("/data/2.5/weather", LONDON)["main"]["temp"]
    assert api.get("/data/4.0/onecall/timeline/1h", LONDON, start=NOW + 9 * DAY)[0] == 400


def test_a_day_of_one_call_is_made_of_its_hours(api: Weather):
    day = api.ok("/data/3.0/onecall", LONDON, units="metric", exclude="current,minutely,hourly,alerts")["daily"][1]
    midnight = day["dt"] - 12 * HOUR
    hours = [Weather(midnight + n * HOUR).ok("/data/2.5/weather", LONDON, units="metric")["main"]["temp"] for n in range(24)]
    assert (day["temp"]["min"], day["temp"]["max"]) == (min(hours), max(hours))
    assert day["temp"]["day"] == hours[12]


def test_one_call_3_leaves_out_what_it_is_told_to(api: Weather):
    whole = api.ok("/data/3.0/onecall", LONDON)
    assert [len(whole[name]) for name in ("minutely", "hourly", "daily")] == [60, 48, 8]
    part = api.ok("/data/3.0/onecall", LONDON, exclude="minutely,hourly,alerts")
    assert set(part) == {"lat", "lon", "timezone", "timezone_offset", "current", "daily"}
    assert part["timezone"] == "Europe/London"


def test_the_other_parts_of_one_call_3_agree_with_each_other(api: Weather):
    moment = api.ok("/data/3.0/onecall/timemachine", LONDON, dt=NOW - DAY, units="metric")["data"][0]
    assert moment["temp"] == Weather(NOW - DAY).ok("/data/2.5/weather", LONDON, units="metric")["main"]["temp"]
    summary = api.ok("/data/3.0/onecall/day_summary", LONDON, date="2026-11-22", units="metric")
    assert summary["temperature"]["min"] <= summary["temperature"]["afternoon"] <= summary["temperature"]["max"]
    assert (summary["tz"], summary["units"]) == ("+00:00", "metric")
    overview = api.ok("/data/3.0/onecall/overview", LONDON, date="2026-11-22", units="metric")
    assert f"between {summary['temperature']['min']:.0f}°C and" in overview["weather_overview"]


def _alert(now: int) -> tuple[str, str, dict[str, str]]:
    """The id of an alert somewhere in the world, its event, and where it is."""
    for place in places():
        where = {"lat": str(place.latitude), "lon": str(place.longitude)}
        found = Weather(now).ok("/data/3.0/onecall", where, exclude="current,minutely,hourly,daily").get("alerts")
        for record in Weather(now).ok("/data/4.0/onecall/timeline/1h", where)["data"] if found else ():
            if record.get("alerts"):
                return record["alerts"][0], found[0]["event"], where
    pytest.fail("no alert in the world")


def test_an_alert_of_a_timeline_can_be_read_by_its_id_and_is_the_one_of_one_call_3(api: Weather):
    number, event, _ = _alert(NOW)
    alert = api.ok(f"/data/4.0/onecall/alert/{number}")
    assert (alert["id"], alert["event"]) == (number, event)
    assert alert["start"] < alert["end"]
    assert alert["description"][0]["language"] == "en"
    status, body = api.get("/data/4.0/onecall/alert/8B46C632-DCA7-44D7-8BDF-02445621BAFF")
    assert (status, body["cod"]) == (404, 404)


def test_icons_are_pictures_for_anybody():
    fake = OpenWeatherFake({"api_key": KEY})

    def get(path: str):
        return fake.respond(FakeRequest("GET", "openweathermap.org", path))

    assert get("/img/wn/10d@2x.png").body.startswith(b"\x89PNG")
    assert get("/img/w/01n.png").headers["Content-Type"] == "image/png"
    assert get("/img/wn/77x.png").status == 404
    assert get("/data/2.5/weather").status == 404


def test_every_route_answers_json_and_nothing_fails_on_odd_values(api: Weather):
    odd = ("", "0", "-1", "1e400", "nan", "99999999999", "é", "\x00", "a" * 5000)
    for operation in ROUTES:
        path = operation.split(" ")[1].replace("{id}", "x")
        for name in ("lat", "q", "zip", "id", "cnt", "limit", "start", "end", "dt", "date", "tz", "units", "lang", "exclude"):
            for value in odd:
                assert api.get(path, LONDON | {"date": "2026-11-01", "dt": str(NOW), name: value})[0] in (200, 400, 404)


def test_the_gazetteer_is_large_and_has_no_number_twice():
    assert len(places()) >= 60
    assert len({place.id for place in places()}) == len(places())
    assert len({place.country for place in places()}) >= 40
    assert json.dumps([place.name for place in places()], ensure_ascii=False).count("ü") >= 1
