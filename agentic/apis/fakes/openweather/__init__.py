"""Our stand-in for OpenWeather: weather as a function of place and hour, over a table of cities. It keeps no state."""

from agentic.apis.fakes.openweather.service import ROUTES, OpenWeatherFake, fake_openweather

__all__ = ["ROUTES", "OpenWeatherFake", "fake_openweather"]
