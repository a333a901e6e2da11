"""The OpenWeather recipes: for each script in this folder, the tasks it is for and where its constants come from."""

from importlib import resources

from agentic.core.spec import Parameter, ParameterKind, Recipe

_WEATHER = "weather|conditions|condition|sky|outside|sunny|cloudy|foggy|overcast"
_FORECAST = "forecast|outlook|prediction"
_WARMTH = "temperature|warm|hot|cold"
_RAIN = "umbrella|raincoat|rain|rainy|raining|snow|snowy|snowing|wet|dry|shower|precipitation"
_AIR = "air quality|air pollution|pollution|polluted|aqi|smog|any smog|particulates"
_CLEAN_AIR = "air clean|air dirty|clean air|dirty air|quality of the air|state of the air"
_WARMER = "compare|comparison|warmer|hotter|colder|cooler|milder|difference|versus|vs"
_ALERT = "alert|alerts|warning|warnings"
_ZIP_CODE = "zip code|zipcode|postal code|postcode|zip"

# What is not weather, and what is not now: no script here answers it.
_PAST = ("last night|last week|last month|last year|previous|ago|earlier|historical|record|average",)
_OTHER_WARMTH = ("sea|ocean|water|pool|lake|river|soil|ground|room|oven|body|indoor",)
_OTHER_FORECAST = ("revenue|sale|sales|income|profit|budget|demand|traffic|price|stock",)

_PLACE = Parameter("PLACE", ParameterKind.PLACE, required=True)
_UNITS = Parameter("UNITS", ParameterKind.WORD, pattern="celsius|fahrenheit|kelvin|metric|imperial")
_WIND_UNITS = Parameter("UNITS", ParameterKind.WORD, pattern="metric|imperial|mph|kmh|knots|beaufort")
_LATITUDE = Parameter("LATITUDE", ParameterKind.LATITUDE, required=True)
_LONGITUDE = Parameter("LONGITUDE", ParameterKind.LONGITUDE, required=True)
_DAYS = Parameter("DAYS", ParameterKind.INTEGER, pattern="day")


def _recipe(name: str, task: str, words: tuple[str, ...], *parameters: Parameter, unless: tuple[str, ...] = ()) -> Recipe:
    script = resources.files(__package__).joinpath(f"{name}.py").read_text("utf-8")
    return Recipe(name, task, words, script, parameters, unless)


RECIPES: tuple[Recipe, ...] = (
    _recipe("current_weather", "What is the weather in Berlin?", (_WEATHER,), _PLACE, _UNITS, unless=_PAST),
    _recipe(
        "temperature",
        "How warm is it in Madrid?",
        (f"{_WARMTH}|chilly|degrees|thermometer|temperature outside|cold outside|warm outside|hot outside",),
        _PLACE,
        _UNITS,
        unless=(*_PAST, *_OTHER_WARMTH),
    ),
    _recipe(
        "forecast",
        "Show the 5-day forecast for Paris",
        (f"{_FORECAST}|{_WEATHER}", f"{_FORECAST}|day|during the next|over the next"),
        _PLACE,
        _DAYS,
        _UNITS,
        unless=(*_PAST, *_OTHER_FORECAST),
    ),
    _recipe(
        "next_hours",
        "Show the weather in Vienna for the next 12 hours",
        (f"{_FORECAST}|{_WEATHER}|{_WARMTH}", "hour|hourly|during the next|over the next"),
        _PLACE,
        Parameter("HOURS", ParameterKind.INTEGER, pattern="hour"),
        _UNITS,
        unless=(*_PAST, *_OTHER_WARMTH, "sun"),
    ),
    _recipe(
        "weather_on_day",
        "What will the weather be in Rome tomorrow?",
        (f"{_FORECAST}|{_WEATHER}|{_WARMTH}|how warm", "tomorrow|tonight"),
        _PLACE,
        Parameter("DAY", ParameterKind.WORD, required=True, pattern="tomorrow|tonight"),
        _UNITS,
        unless=(*_OTHER_WARMTH, *_OTHER_FORECAST),
    ),
    _recipe(
        "umbrella",
        "Do I need an umbrella in Hamburg today?",
        (f"{_RAIN}|any rain|any snow|should I take an umbrella|should I bring a raincoat|should I pack an umbrella",),
        _PLACE,
        Parameter("DAY", ParameterKind.WORD, pattern="tomorrow|tonight|today"),
        unless=(*_PAST, "buy|sell|lost|rent"),
    ),
    _recipe(
        "wind",
        "How windy is it in Wellington?",
        ("wind|windy|gust|gusty|breeze|breezy|how much wind|any wind",),
        _PLACE,
        _WIND_UNITS,
        unless=(*_PAST, "wind down|wind up|wind chill|unwind"),
    ),
    _recipe("humidity", "How humid is it in Singapore?", ("humid|humidity|moisture|muggy",), _PLACE, unless=_PAST),
    _recipe(
        "air_quality",
        "What is the air quality in Delhi?",
        (f"{_AIR}|how clean is the air|how dirty is the air|{_CLEAN_AIR}",),
        _PLACE,
        unless=(*_PAST, "light pollution|water pollution|noise pollution"),
    ),
    _recipe(
        "find_coordinates",
        "Find the coordinates of Lisbon",
        ("coordinate|coordinates|latitude|longitude|geocode|gps position|where on the map",),
        _PLACE,
    ),
    _recipe(
        "find_place",
        "Which place is at 48.8566, 2.3522?",
        ("place|town|city|village|location|reverse geocode",),
        _LATITUDE,
        _LONGITUDE,
    ),
    _recipe(
        "weather_at_coordinates",
        "What is the weather at 52.52, 13.405?",
        (f"{_WEATHER}|{_WARMTH}|how warm",),
        _LATITUDE,
        _LONGITUDE,
        _UNITS,
        unless=(*_PAST, *_OTHER_WARMTH),
    ),
    _recipe(
        "sun_times",
        "When are sunrise and sunset in Oslo?",
        ("sunrise|sunset|sun rise|sun set|sun come up|sun go up|sun go down|sunup|sundown|daylight|dawn|dusk",),
        _PLACE,
        unless=_PAST,
    ),
    _recipe(
        "compare_places",
        "Which is warmer, Madrid or Rome?",
        (
            # The second group only tells which other words such a task may have; so below.
            _WARMER,
            f"{_WARMER}|than|between|{_WEATHER}|{_WARMTH}",
        ),
        _PLACE,
        Parameter("OTHER_PLACE", ParameterKind.PLACE, required=True),
        _UNITS,
        unless=(*_PAST, *_OTHER_WARMTH, "time difference"),
    ),
    _recipe(
        "warmest_day",
        "Which of the next 5 days is the warmest in Athens?",
        ("warmest|hottest|coldest|coolest", "day|during the next|over the next|this week"),
        _PLACE,
        Parameter("KIND", ParameterKind.WORD, pattern="warmest|hottest|coldest|coolest"),
        _DAYS,
        _UNITS,
        unless=_PAST,
    ),
    _recipe(
        "weather_by_zip",
        "What is the weather at zip code 90210 in the United States?",
        (f"{_WEATHER}|{_WARMTH}|how warm", _ZIP_CODE),
        Parameter("ZIP", ParameterKind.TEXT, required=True, pattern=_ZIP_CODE),
        Parameter("COUNTRY", ParameterKind.PLACE),
        _UNITS,
        unless=_PAST,
    ),
    _recipe(
        "alerts",
        "Are there any weather alerts for Miami?",
        (_ALERT, f"{_ALERT}|weather|severe|official|storm|flood|heat|active|current"),
        _PLACE,
        unless=(*_PAST, "turn|switch|mute|silence|snooze|set"),
    ),
)
