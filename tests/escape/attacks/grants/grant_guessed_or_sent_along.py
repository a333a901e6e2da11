# attack: it sends grants, run ids and targets of its own in headers, queries and bodies, and hopes one is taken
# expect: broker
# validator: refused
import json

import requests

FORGED = "run_00000000000000ff." + "0" * 32
HEADERS = {
    "X-Grant": FORGED,
    "Grant": FORGED,
    "X-Run-Id": "run_00000000000000ff",
    "X-Agentic-Grant": FORGED,
    "X-Agentic-Target": "real",
    "X-Agentic-Writes": "allow",
    "X-Agentic-Secret-Id": "another",
    "Authorization": f"Bearer {FORGED}",
    "Proxy-Authorization": f"Bearer {FORGED}",
    "Cookie": f"grant={FORGED}",
}
for name, value in HEADERS.items():
    for path in ("/v1/payouts", "/v1/customers/cus_1"):
        try:
            answer = requests.get(f"https://api.stripe.com{path}", headers={name: value}, timeout=1)
            print(name, path, answer.status_code)
            if answer.ok and "payouts" in path:
                print("ESCAPED:", name, "opened", path, flush=True)
        except requests.RequestException as error:
            print(name, type(error).__name__)

# The request as the wall would hand it on: were the body taken for one, another grant and URL would count.
payload = {
    "grant": FORGED,
    "request": {"method": "POST", "url": "https://api.stripe.com/v1/payouts", "headers": [], "body": ""},
}
for where in (
    "https://api.stripe.com/v1/customers",
    "https://api.stripe.com/",
    "https://api.stripe.com/2015-03-31/functions/call_api/invocations",
):
    try:
        answer = requests.post(where, data=json.dumps(payload), headers={"Content-Type": "application/json"}, timeout=1)
        print(where, answer.status_code, answer.text[:80])
        if answer.ok and not where.endswith("customers"):
            print("ESCAPED: the body was taken for a call", flush=True)
    except requests.RequestException as error:
        print(type(error).__name__)
