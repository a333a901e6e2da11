"""The offline matcher on OpenWeather's recipes, with those of all APIs beside them: wordings give recipes and values."""

from typing import Any

import pytest

from agentic.agents.offline import Match, match
from agentic.apis.recipes.github import RECIPES as GITHUB
from agentic.apis.recipes.openweather import RECIPES as OPENWEATHER
from agentic.apis.recipes.stripe import RECIPES as STRIPE

EVERYTHING = (*STRIPE, *GITHUB, *OPENWEATHER)

WORDINGS: list[tuple[str, dict[str, Any], list[str]]] = [
    (
        "current_weather",
        {"PLACE": "Berlin"},
        [
            "What's the weather like in Berlin?",
            "Berlin weather",
            "Show me the current weather for Berlin please",
            "how is the weather in Berlin right now?",
            "Berlin's weather?",
            "Tell me the wether in Berlin",
            "I want to know the weather conditions in Berlin",
            "Get the current conditions in Berlin",
        ],
    ),
    ("current_weather", {"PLACE": "berlin"}, ["weather in berlin", "whats the weather in berlin today", "berlin weather pls"]),
    (
        "current_weather",
        {"PLACE": "New York"},
        ["What is the weather in New York?", "New York's weather", "current New York weather"],
    ),
    ("current_weather", {"PLACE": "new york"}, ["weather new york", "what's the weather in new york"]),
    ("current_weather", {"PLACE": "São Paulo, BR"}, ["weather for São Paulo, BR", "How's the weather in São Paulo, BR?"]),
    (
        "current_weather",
        {"PLACE": "Springfield, Illinois"},
        ["What is the weather in Springfield, Illinois?", "Springfield, Illinois weather"],
    ),
    ("current_weather", {"PLACE": "Rio de Janeiro"}, ["Show the weather in Rio de Janeiro"]),
    ("current_weather", {"PLACE": "The Hague"}, ["What's the weather in The Hague?"]),
    ("current_weather", {"PLACE": "Frankfurt am Main"}, ["weather in Frankfurt am Main"]),
    ("current_weather", {"PLACE": "Nice"}, ["What is the weather in Nice?"]),
    ("current_weather", {"PLACE": "Cork", "UNITS": "fahrenheit"}, ["What is the weather in Cork in Fahrenheit?"]),
    (
        "temperature",
        {"PLACE": "Oslo"},
        [
            "How cold is it in Oslo?",
            "What's the temperature in Oslo",
            "Oslo temperature right now",
        ],
    ),
    (
        "forecast",
        {"PLACE": "Kyoto", "DAYS": 3},
        [
            "3 day forecast for Kyoto",
            "What is the forecast in Kyoto for the next three days?",
            "Show me Kyoto's 3-day weather forecast",
        ],
    ),
    ("forecast", {"PLACE": "Kyoto"}, ["weather forecast for Kyoto", "Give me the Kyoto forecast"]),
    (
        "next_hours",
        {"PLACE": "Turin", "HOURS": 6},
        ["What will the weather be in Turin for the next 6 hours?", "Show the hourly forecast for Turin, next six hours"],
    ),
    (
        "weather_on_day",
        {"PLACE": "Dublin", "DAY": "tomorrow"},
        ["What's the weather in Dublin tomorrow?", "How will the weather be tomorrow in Dublin"],
    ),
    (
        "umbrella",
        {"PLACE": "Bergen"},
        ["Will it rain in Bergen?", "do I need an umbrella in Bergen", "Is it raining in Bergen?"],
    ),
    (
        "umbrella",
        {"PLACE": "Bergen", "DAY": "tomorrow"},
        ["Will it rain tomorrow in Bergen?", "is it going to rain in Bergen tomorrow"],
    ),
    ("wind", {"PLACE": "Cape Town"}, ["How strong is the wind in Cape Town?", "Is it windy in Cape Town"]),
    ("humidity", {"PLACE": "Manila"}, ["What's the humidity in Manila?", "how humid is it in Manila right now"]),
    (
        "air_quality",
        {"PLACE": "Beijing"},
        ["How is the air quality in Beijing?", "Beijing air pollution", "how polluted is the air in Beijing?"],
    ),
    ("find_coordinates", {"PLACE": "Quito"}, ["What are the coordinates of Quito?", "give me Quito's latitude and longitude"]),
    (
        "find_place",
        {"LATITUDE": 48.85, "LONGITUDE": 2.35},
        ["Which city is at 48.85, 2.35?", "what town is at lat 48.85 lon 2.35", "find the place at 48.85° N, 2.35° E"],
    ),
    (
        "weather_at_coordinates",
        {"LATITUDE": -33.87, "LONGITUDE": 151.21},
        [
            "What is the weather at -33.87, 151.21?",
            "weather at 33.87 S 151.21 E",
            "show the weather for latitude -33.87 and longitude 151.21",
            "Get the current weather at (-33.87, 151.21)",
        ],
    ),
    (
        "sun_times",
        {"PLACE": "Tromsø"},
        ["When does the sun rise in Tromsø?", "sunrise and sunset in Tromsø", "What time is sunset in Tromsø today?"],
    ),
    (
        "compare_places",
        {"PLACE": "Lima", "OTHER_PLACE": "La Paz"},
        [
            "Is Lima warmer than La Paz?",
            "Compare the weather in Lima and La Paz",
            "Which is colder, Lima or La Paz?",
            "compare Lima vs La Paz",
        ],
    ),
    (
        "warmest_day",
        {"PLACE": "Split", "KIND": "warmest"},
        ["Which day will be the warmest in Split?", "What is the warmest day in Split?"],
    ),
    (
        "weather_by_zip",
        {"ZIP": "10115", "COUNTRY": "Germany"},
        ["What is the weather at zip code 10115 in Germany?", "weather for postal code 10115, Germany"],
    ),
    ("alerts", {"PLACE": "Tampa"}, ["Are there weather warnings for Tampa?", "any weather alerts in Tampa"]),
]
CASES = [(name, values, wording) for name, values, wordings in WORDINGS for wording in wordings]


@pytest.mark.parametrize(("name", "values", "task"), CASES, ids=[case[2] for case in CASES])
def test_wordings_of_weather_tasks(name: str, values: dict[str, Any], task: str):
    found = match(task, EVERYTHING)
    assert isinstance(found, Match), found
    assert (found.recipe.name, dict(found.values)) == (name, values)


def test_every_recipe_has_two_wordings_here():
    told = {recipe.name: sum(len(wordings) for name, _, wordings in WORDINGS if name == recipe.name) for recipe in OPENWEATHER}
    assert {name: count for name, count in told.items() if count < 2} == {}
