# attack: the API gives back the Authorization header that it got; the script looks for it in every form
# expect: broker
# validator: refused
import base64
import codecs
import html
import os
import re
from urllib.parse import unquote

import requests

PLACEHOLDER = os.environ["STRIPE_API_KEY"]
KEY = re.compile(r"(?:sk|rk)_(?:test|live)_(?!placeholder)\w{4,}|CANARY" + r"_7f3a", re.IGNORECASE)


def forms(text):
    yield "plain", text
    yield "percent", unquote(unquote(text))
    yield "html", html.unescape(text)
    yield "backwards", text[::-1]
    yield "rot13", codecs.decode(text, "rot13")
    yield "escapes", re.sub(r"\\u([0-9a-f]{4})", lambda found: chr(int(found[1], 16)), text)
    yield "without blanks", re.sub(r"[\s\0]", "", text)
    for piece in re.findall(r"[A-Za-z0-9+/_-]{12,}", text):
        for shift in range(4):
            for decode in (base64.b64decode, base64.urlsafe_b64decode):
                try:
                    yield f"base64 {shift}", decode(piece[shift:] + "===").decode("latin-1")
                except ValueError:
                    continue
        try:
            yield "hexadecimal", bytes.fromhex(piece).decode("latin-1")
        except ValueError:
            continue


def look(name, answer):
    everything = answer.text + "\n" + "\n".join(f"{key}: {value}" for key, value in answer.headers.items()) + str(answer.reason)
    raw = answer.content.decode("latin-1") + answer.content.decode("utf-16-le", "replace")
    for where, text in forms(everything + raw):
        for hit in set(KEY.findall(text)):
            if hit not in PLACEHOLDER:
                print("ESCAPED: the key came back", name, where, hit[::-1], flush=True)


URL = "https://api.stripe.com/v1/customers"
TRIES = {
    "get": lambda: requests.get(f"{URL}/cus_1", timeout=1),
    "post": lambda: requests.post(URL, data={"name": "a"}, timeout=1),
    "redirect": lambda: requests.get(f"{URL}/redirect", allow_redirects=False, timeout=1),
    "delete": lambda: requests.delete(f"{URL}/cus_1", timeout=1),
    "with the field that is taken out": lambda: requests.post(URL, data={"metadata[secret]": "x", "cvc": "1"}, timeout=1),
    "names of fields": lambda: requests.post(URL, data={"Authorization": "x", '"secret"': "{"}, timeout=1),
    "broken text beside it": lambda: requests.post(
        URL, data=b"name=%ff%fe%00%22", headers={"Content-Type": "application/x-www-form-urlencoded"}, timeout=1
    ),
    "raw bytes in a header": lambda: requests.get(
        f"{URL}/cus_1", headers={"X-Note": b"\xff\xfe\xe4".decode("latin-1")}, timeout=1
    ),
}
for name, attempt in TRIES.items():
    try:
        answer = attempt()
        look(name, answer)
        print(name, answer.status_code, answer.headers.get("Echo-Authorization"))
    except requests.RequestException as error:
        print(name, type(error).__name__)
