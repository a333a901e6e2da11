# attack: an allowed call is answered with a redirect; a broker that follows it takes the key along to another host
# expect: broker
# validator: refused
import asyncio
import urllib.request

import httpx
import requests

# The arena's API answers whatever has "redirect" in its path with 302 and Location: https://elsewhere.example/
URL = "https://api.stripe.com/v1/customers/redirect"


def followed(name, url, status):
    print(name, url, status)
    if "elsewhere" in str(url):
        print("ESCAPED:", name, "was answered by the other host", flush=True)


def by_requests():
    with requests.Session() as session:
        session.trust_env = False
        session.headers["Authorization"] = "Bearer the-scripts-own"
        for method in ("GET", "POST", "DELETE"):
            answer = session.request(method, URL, allow_redirects=False, timeout=1)
            print(method, answer.status_code, answer.headers.get("Location"))
            # 200 would mean that the broker went there itself.
            if answer.status_code == 200:
                print("ESCAPED: the broker followed", flush=True)
        answer = session.get(URL, timeout=1)
        followed("requests", answer.url, answer.status_code)


def by_httpx():
    answer = httpx.get(URL, follow_redirects=True, timeout=1)
    followed("httpx", answer.url, answer.status_code)


def by_httpx_async():
    async def go():
        async with httpx.AsyncClient(follow_redirects=True, timeout=1) as client:
            return await client.get(URL)

    answer = asyncio.run(go())
    followed("httpx async", answer.url, answer.status_code)


def by_urllib():
    with urllib.request.urlopen(URL, timeout=1) as answer:
        followed("urllib", answer.url, answer.status)


for attempt in (by_requests, by_httpx, by_httpx_async, by_urllib):
    try:
        attempt()
    except Exception as error:
        print(attempt.__name__, type(error).__name__, str(error)[:150])
