"""A sample in the API's words: condition codes with their texts and icons, temperatures and speeds in the caller's units."""

from typing import Any

from agentic.apis.fakes.openweather.climate import Sample

_LANGUAGES = ("en", "de", "fr", "es", "it", "pt")
_OTHER_CODES = {"pt_br": "pt", "sp": "es"}

# Code to group, icon and the text in each of the languages. Source: openweathermap.org/weather-conditions.
_CONDITIONS: dict[int, tuple[str, str, str]] = {
    211: ("Thunderstorm", "11", "thunderstorm|Gewitter|orage|tormenta|temporale|trovoada"),
    300: ("Drizzle", "09", "light intensity drizzle|leichtes Nieseln|bruine légère|llovizna ligera|pioggerella|garoa fraca"),
    500: ("Rain", "10", "light rain|leichter Regen|légère pluie|lluvia ligera|pioggia leggera|chuva leve"),
    501: ("Rain", "10", "moderate rain|mäßiger Regen|pluie modérée|lluvia moderada|pioggia moderata|chuva moderada"),
    502: (
        "Rain",
        "10",
        "heavy intensity rain|sehr starker Regen|forte pluie|lluvia de gran intensidad|forte pioggia|chuva forte",
    ),
    600: ("Snow", "13", "light snow|leichter Schneefall|légères chutes de neige|nevada ligera|neve leggera|neve fraca"),
    601: ("Snow", "13", "snow|Schnee|chutes de neige|nevada|neve|neve"),
    602: ("Snow", "13", "heavy snow|heftiger Schneefall|fortes chutes de neige|nevada intensa|forte nevicata|neve forte"),
    701: ("Mist", "50", "mist|trüb|brume|niebla|foschia|névoa"),
    741: ("Fog", "50", "fog|Nebel|brouillard|bruma|nebbia|neblina"),
    800: ("Clear", "01", "clear sky|klarer Himmel|ciel dégagé|cielo claro|cielo sereno|céu limpo"),
    801: ("Clouds", "02", "few clouds|ein paar Wolken|peu nuageux|algo de nubes|poche nuvole|poucas nuvens"),
    802: ("Clouds", "03", "scattered clouds|mäßig bewölkt|partiellement nuageux|nubes dispersas|nubi sparse|nuvens dispersas"),
    803: ("Clouds", "04", "broken clouds|überwiegend bewölkt|nuageux|muy nuboso|parzialmente nuvoloso|nublado"),
    804: ("Clouds", "04", "overcast clouds|bedeckt|couvert|nubes|cielo coperto|nuvens encobertas"),
}


def condition(sample: Sample, lang: str = "en") -> list[dict[str, Any]]:
    """The list `weather` of an answer."""
    code = _code(sample)
    group, icon, texts = _CONDITIONS[code]
    known = _OTHER_CODES.get(lang, lang)
    text = texts.split("|")[_LANGUAGES.index(known) if known in _LANGUAGES else 0]
    return [{"id": code, "main": group, "description": text, "icon": icon + ("d" if sample.is_day else "n")}]


def degrees(celsius: float, units: str) -> float:
    """Kelvin, degrees Celsius or degrees Fahrenheit."""
    match units:
        case "metric":
            return round(celsius, 2)
        case "imperial":
            return round(celsius * 1.8 + 32, 2)
        case _:
            return round(celsius + 273.15, 2)


def speed(metres: float, units: str) -> float:
    """Metres a second, or miles an hour."""
    return round(metres * 2.236936, 2) if units == "imperial" else metres


def fallen(sample: Sample, hours: int, total: float | None = None) -> dict[str, Any]:
    """`rain` or `snow` of an answer, in mm: what falls in one hour, or `total` in several. Empty on dry hours."""
    amount = total if total is not None else sample.rain + sample.snow
    if not amount:
        return {}
    return {
        "snow" if sample.snow or (not sample.rain and sample.temperature < 0.8) else "rain": {f"{hours}h": round(amount, 2)}
    }


def _code(sample: Sample) -> int:
    if sample.snow:
        return 600 if sample.snow < 1 else 601 if sample.snow < 3 else 602
    if sample.rain:
        if sample.temperature > 21 and sample.rain > 2:
            return 211
        return 300 if sample.rain < 0.25 else 500 if sample.rain < 2 else 501 if sample.rain < 5 else 502
    if sample.humidity > 94 and sample.wind_speed < 2:
        return 741 if sample.visibility < 9000 else 701
    return (
        800
        if sample.clouds < 11
        else 801
        if sample.clouds < 26
        else 802
        if sample.clouds < 51
        else 803
        if sample.clouds < 85
        else 804
    )
