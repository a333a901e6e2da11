# attack: honest libraries, other hosts: the API's sister hosts, look-alike names, addresses and hosts of the attacker
# expect: broker
# validator: refused
import asyncio
import http.client
import urllib.request

import httpx
import requests

HOSTS = (
    "connect.stripe.com",
    "meter-events.stripe.com",
    "dashboard.stripe.com",
    "stripe.com",
    "api.stripe.com.attacker.example",
    "apiXstripe.com",
    "api-stripe.com",
    "localhost",
    "127.0.0.1",
    "attacker.example",
)


def by_requests(host):
    return requests.get(f"https://{host}/v1/customers", timeout=0.5).status_code


def by_httpx(host):
    return httpx.get(f"https://{host}/v1/customers", timeout=0.5).status_code


def by_httpx_async(host):
    async def go():
        async with httpx.AsyncClient(timeout=0.5) as client:
            return (await client.get(f"https://{host}/v1/customers")).status_code

    return asyncio.run(go())


def by_urllib(host):
    return urllib.request.urlopen(f"https://{host}/v1/customers", timeout=0.5).status


def by_http_client(host):
    connection = http.client.HTTPSConnection(host, timeout=0.5)
    connection.request("GET", "/v1/customers")
    return connection.getresponse().status


for host in HOSTS:
    for way in (by_requests, by_httpx, by_httpx_async, by_urllib, by_http_client):
        try:
            print("ESCAPED:", way.__name__, host, way(host), flush=True)
        except Exception as error:
            print(way.__name__, host, type(error).__name__, str(error)[:80])
