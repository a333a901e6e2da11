"""Scripts as people and models write them: each makes one customer and prints the answer; each asks for what is refused."""

CLIENTS = {
    "stripe": "import stripe, os\nstripe.api_key = os.environ['STRIPE_API_KEY']\nprint(stripe.Customer.create(name='Ada'))",
    "stripe client": "import stripe\nprint(stripe.StripeClient('sk_test_placeholder').v1.customers.create({'name': 'Ada'}))",
    "stripe async": """
import asyncio, os, stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
async def main():
    print(await stripe.Customer.create_async(name="Ada"))
asyncio.run(main())
""",
    "stripe by its requests client": "CLIENT = stripe.RequestsClient()",
    "stripe by its urllib client": "CLIENT = stripe.UrllibClient()",
    "stripe by its httpx client": "CLIENT = stripe.HTTPXClient(allow_sync_methods=True)",
    "requests": "import requests\nprint(requests.post(URL, data={'name': 'Ada'}, headers=AUTH).text)",
    "requests session": """
import requests
with requests.Session() as session:
    session.headers.update(AUTH)
    for _ in range(2):
        answer = session.post(URL, data={"name": "Ada"})
print(answer.text)
""",
    "httpx": "import httpx\nprint(httpx.post(URL, data={'name': 'Ada'}, headers=AUTH).text)",
    "httpx async": """
import asyncio, httpx
async def main():
    async with httpx.AsyncClient() as client:
        one, _ = await asyncio.gather(*(client.post(URL, data={"name": "Ada"}, headers=AUTH) for _ in range(2)))
        print(one.text)
asyncio.run(main())
""",
    "urllib": "import urllib.request as u\nprint(u.urlopen(u.Request(URL, b'name=Ada', AUTH)).read().decode())",
    "urllib3": """
import urllib3
form = {"Content-Type": "application/x-www-form-urlencoded"}
print(urllib3.PoolManager().request("POST", URL, body="name=Ada", headers=AUTH | form).data.decode())
""",
    "http.client": """
import http.client
c = http.client.HTTPSConnection("api.stripe.com")
for _ in range(2):
    c.request("POST", "/v1/customers", "name=Ada", {"Content-Type": "application/x-www-form-urlencoded", **AUTH})
    answer = c.getresponse().read().decode()
print(answer)
""",
    "asyncio streams": """
import asyncio, ssl
async def main():
    reader, writer = await asyncio.open_connection("api.stripe.com", 443, ssl=ssl.create_default_context())
    form = "Content-Type: application/x-www-form-urlencoded\\r\\nContent-Length: 8\\r\\nConnection: close\\r\\n"
    writer.write(f"POST /v1/customers HTTP/1.1\\r\\nHost: api.stripe.com\\r\\n{form}\\r\\nname=Ada".encode())
    print((await reader.read()).decode())
asyncio.run(main())
""",
    "plain http is upgraded": """
import urllib.request
request = urllib.request.Request(URL.replace("https", "http"), b"name=Ada", AUTH)
print(urllib.request.urlopen(request).read().decode())
""",
    "chunked": """
import requests
form = {"Content-Type": "application/x-www-form-urlencoded"}
print(requests.post(URL, data=iter([b"name=", b"Ada"]), headers=AUTH | form).text)
""",
}
WITH_STRIPES_CLIENT = """
import stripe
{}
print(stripe.StripeClient("sk_test_placeholder", http_client=CLIENT).v1.customers.create({{"name": "Ada"}}))
"""

REFUSED = {
    "stripe": """
import stripe
stripe.api_key = "sk_test_placeholder"
try:
    stripe.Payout.create(amount=1, currency="usd")
except stripe.PermissionError as error:
    print(error.user_message)
""",
    "stripe async": """
import asyncio, stripe
async def main():
    try:
        await stripe.StripeClient("sk_test_placeholder").v1.payouts.create_async({"amount": 1, "currency": "usd"})
    except stripe.PermissionError as error:
        print(error.user_message)
asyncio.run(main())
""",
    "PyGithub": """
import github
try:
    github.Github(auth=github.Auth.Token("x")).get_repo("ada/engine").delete()
except github.GithubException as error:
    print(error.data["message"])
""",
    "pyowm": """
from pyowm import OWM
from pyowm.commons.exceptions import APIRequestError
try:
    OWM("x").weather_manager().forecast_at_place("London,GB", "3h")
except APIRequestError as error:
    print(error)
""",
    "requests": """
import requests
answer = requests.delete(URL)
try:
    answer.raise_for_status()
except requests.HTTPError:
    print(answer.json()["error"]["message"])
""",
    "httpx": """
import httpx
answer = httpx.delete(URL)
try:
    answer.raise_for_status()
except httpx.HTTPStatusError:
    print(answer.json()["error"]["message"])
""",
    "urllib": """
import json, urllib.error, urllib.request
try:
    urllib.request.urlopen(urllib.request.Request(URL, method="DELETE"))
except urllib.error.HTTPError as error:
    print(json.load(error)["error"]["message"])
""",
}
