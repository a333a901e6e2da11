"""The validator lets through what honest code does."""

import textwrap
from pathlib import Path

import pytest

from agentic.validator import ValidationPolicy, validate

CORPUS = Path(__file__).parent.parent / "corpus"
APIS = ("stripe", "github", "openweather", "styles")
SCRIPTS = sorted(path for api in APIS for path in (CORPUS / api).glob("*.py"))


@pytest.mark.skipif(not SCRIPTS, reason="tests/corpus holds no scripts")
@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_every_script_of_the_corpus_is_valid(path: Path, policies: dict[str, ValidationPolicy]) -> None:
    verdict = validate(path.read_bytes(), policies[path.parent.name])
    assert verdict.findings == ()
    assert verdict.valid


HONEST = {
    "required names in a loop": """
        import os
        for name in ("STRIPE_API_KEY", "GITHUB_TOKEN"):
            if name not in os.environ:
                raise SystemExit(f"{name} is missing")
        NAME = "GITHUB_TOKEN"
        token = os.environ[NAME]
        key = os.getenv("STRIPE_API_KEY", default="")
        """,
    "format with templates from a table": """
        TEMPLATES = {"a": "Hello {name}", "b": "{0.total:>{width}} {1[key]}"}
        def text(kind, order):
            return TEMPLATES[kind].format(order, {"key": 1}, name="x", width=8)
        print("a {} b".strip().format(1), "{:,.2f}".format(2))
        """,
    "private names of its own": """
        class Counter:
            def __init__(self):
                super().__init__()
                self._count = 0
                self.__hidden = 1
            def __lt__(self, other):
                return self._count < other._count and self.__hidden
            def _step(self):
                self._count += 1
        Counter()._step()
        """,
    "parameters named like builtins": """
        def f(open, input, type=None, vars=()):
            return open + input if type else [open for open in vars]
        """,
    "fields named like builtins": """
        from dataclasses import dataclass
        @dataclass(frozen=True, slots=True)
        class Quote:
            license: str
            open: float = 0.0
            type: str = ""
        print(Quote("MIT").open)
        """,
    "a local name that hides an import": """
        import time
        import html
        def f(time, rows):
            html = "".join(rows)
            return time.zone, html.strip()
        """,
    "retries": """
        import requests
        from requests.adapters import HTTPAdapter
        from urllib3.util.retry import Retry
        session = requests.Session()
        session.mount("https://", HTTPAdapter(max_retries=Retry(total=3, backoff_factor=0.5)))
        session.get("https://api.github.com/user", timeout=5).raise_for_status()
        """,
    "pages": """
        import requests
        url = "https://api.github.com/issues"
        while url:
            answer = requests.get(url, timeout=5)
            url = answer.links.get("next", {}).get("url")
        requests.get("https://api.github.com/repos/{}/{}".format("a", "b"), timeout=5)
        requests.request("GET", "http://api.github.com/x", timeout=5)
        """,
    "urllib": """
        import json
        import urllib.error
        import urllib.parse
        import urllib.request
        BASE = "https://api.github.com"
        def get(path, **query):
            request = urllib.request.Request(f"{BASE}/{path}?" + urllib.parse.urlencode(query), headers={})
            try:
                with urllib.request.urlopen(request, timeout=5) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                return error.code
        """,
    "URLs in data": """
        import stripe
        stripe.WebhookEndpoint.create(url="https://example.com/hook", enabled_events=["charge.failed"])
        stripe.checkout.Session.create(success_url="https://example.com/ok", mode="payment")
        print("see https://example.org", {"url": "https://example.net"})
        """,
    "the client style": """
        import os
        from stripe import StripeClient, StripeError
        client = StripeClient(os.environ["STRIPE_API_KEY"], max_network_retries=2)
        try:
            print(client.v1.customers.list(params={"limit": 3}).data)
        except StripeError as error:
            print(type(error).__name__, error.__class__.__name__, error.__cause__)
        """,
    "documented settings": """
        import os, stripe
        stripe.api_key = os.environ["STRIPE_API_KEY"]
        stripe.max_network_retries = 3
        stripe.api_version = "2026-10-28.endive"
        """,
    "patterns": """
        def f(value):
            match value:
                case {"id": str(name), **rest}:
                    return name, rest
                case [first, *others] if (count := len(others)):
                    return first, count
                case int(real=number) | float(real=number):
                    return number
                case _:
                    return None
        """,
    "async": """
        import asyncio
        async def numbers():
            yield 1
        async def main():
            async with asyncio.TaskGroup() as group, asyncio.timeout(5):
                group.create_task(asyncio.sleep(0))
            return [number async for number in numbers()]
        asyncio.run(main())
        """,
    "threads": """
        import queue, threading
        from concurrent.futures import ThreadPoolExecutor, as_completed
        done = queue.Queue()
        threading.Thread(target=done.put, args=(1,), daemon=True).start()
        with ThreadPoolExecutor(4) as pool:
            print([f.result() for f in as_completed([pool.submit(pow, 2, 3)])])
        """,
    "type parameters": """
        type Pairs[T] = list[tuple[str, T]]
        def first[T](pairs: Pairs[T], kind: type[T]) -> T | None:
            return next((value for _, value in pairs if isinstance(value, kind)), None)
        """,
    "globals of the script": """
        total = 0
        def add(value):
            global total
            total += value
            def inner():
                nonlocal value
                value = 0
            return inner
        """,
    "abstract classes and enums": """
        from abc import ABC, ABCMeta, abstractmethod
        from enum import Enum
        class Base(metaclass=ABCMeta):
            @abstractmethod
            def run(self): ...
        class Colour(str, Enum):
            RED = "red"
        print(Colour.__members__, Colour.RED._value_, Base.__name__)
        """,
    "logging to stderr": """
        import logging, sys
        logging.basicConfig(level=logging.INFO, stream=sys.stderr, format="%(levelname)s %(message)s")
        log = logging.getLogger(__name__)
        log.info("%s", 1, extra={})
        """,
    "getters": """
        from operator import attrgetter, itemgetter
        import operator
        print(sorted([], key=attrgetter("customer.name")), sorted([], key=itemgetter(1)))
        print(list(map(operator.methodcaller("strip", " "), [])), getattr(print, "name", None), hasattr(print, "x"))
        """,
    "an argument parser": """
        import argparse, sys
        parser = argparse.ArgumentParser(description=__doc__)
        parser.add_argument("--limit", type=int, default=10)
        print(parser.parse_args().limit, file=sys.stderr)
        """,
    "exception groups and tracebacks": """
        import traceback
        try:
            raise ExceptionGroup("x", [ValueError()])
        except* ValueError as group:
            traceback.print_exc()
            raise SystemExit(1) from group
        """,
    "letters and emoji": """
        größe = "👩\u200d💻 °C"
        print(größe)
        """,
    "escapes that Python only warns of": "import re\nprint(re.findall('\\d+', 'a1'))",
    "an encoding line that says UTF-8": "# -*- coding: utf-8 -*-\nprint('ä')",
    "Windows line ends": "x = 1\r\nprint(x)\r\n",
    "nothing": "",
    "an API's own words": "import github\ngithub.Github().create_server(os='x').create_connection()",
    "path arithmetic": "import os\nfrom os.path import splitext\nprint(os.path.join('a', 'b') + os.linesep, splitext('a.b'))",
}


@pytest.mark.parametrize("name", HONEST)
def test_honest_code_of_other_styles_is_valid(name: str, policy: ValidationPolicy) -> None:
    verdict = validate(textwrap.dedent(HONEST[name]), policy)
    assert verdict.findings == ()
