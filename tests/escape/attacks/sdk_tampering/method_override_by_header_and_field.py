# attack: a POST that says by a header or by the field _method that it is a DELETE is one to many web frameworks
# expect: broker
# validator: refused
import json

import requests

PRICE = "https://api.stripe.com/v1/prices/price_1"  # May be changed, never deleted.
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": "Bearer x"}
HEADERS = (
    "X-HTTP-Method-Override",
    "X-HTTP-Method",
    "X-Method-Override",
    "X-Method",
    "X_HTTP_Method_Override",
    "HTTP-Method-Override",
)
QUERIES = (
    "_method=DELETE",
    "_method=delete&active=true",
    "%5fmethod=DELETE",
    "_METHOD=DELETE",
    "X-HTTP-Method-Override=DELETE",
)


def arrived(answer):
    return answer.json().get("echo", {}) if answer.ok else {}


for header in HEADERS:
    answer = requests.post(PRICE, data="active=true", headers={**FORM, header: "DELETE"}, timeout=1)
    if "DELETE" in str(arrived(answer).get("headers")):
        print("ESCAPED: the header arrived:", header, flush=True)
    print(header, answer.status_code)
for query in QUERIES:
    for where, answer in (
        ("query", requests.post(f"{PRICE}?{query}", data="active=true", headers=FORM, timeout=1)),
        ("body", requests.post(PRICE, data=query, headers=FORM, timeout=1)),
    ):
        echo = arrived(answer)
        if "delete" in (echo.get("target", "") + echo.get("body", "")).lower():
            print("ESCAPED: the override arrived in the", where, query, flush=True)
        print(where, query, answer.status_code)
answer = requests.post(
    PRICE, data=json.dumps({"_method": "DELETE"}), headers={**FORM, "Content-Type": "application/json"}, timeout=1
)
if "_method" in arrived(answer).get("body", ""):
    print("ESCAPED: the override arrived in JSON", flush=True)
answer = requests.post(PRICE, files={"_method": (None, "DELETE")}, timeout=1)
if "_method" in arrived(answer).get("body", ""):
    print("ESCAPED: the override arrived in a multipart form", flush=True)

# Methods that a server may take for others.
for method in ("delete", "DELETE\t", "TRACE", "PURGE", "LINK", "MKCOL", "PROPFIND", "PATCH", "PUT", "OPTIONS"):
    try:
        answer = requests.request(method, PRICE, timeout=1)
        print(repr(method), answer.status_code)
        if answer.ok:
            print("ESCAPED: the method arrived:", repr(method), flush=True)
    except Exception as error:
        print(repr(method), type(error).__name__, error)
