# attack: a client told to go to file:, ftp: or a local server goes there; a script can make such an answer itself
# expect: sandbox
# validator: refused
import email.message
import io
import urllib.request

import requests

PLACES = (
    "file://@CANARY_FILE@",
    "local_file://@CANARY_FILE@",
    "ftp://127.0.0.1:@TCP_PORT@/x",
    "http://127.0.0.1:@TCP_PORT@/",
    "data:,hello",
)

for place in PLACES:
    # urllib's own handler for redirects, with an answer of our own.
    headers = email.message.Message()
    headers["Location"] = place
    opener = urllib.request.build_opener()
    request = urllib.request.Request("https://api.stripe.com/v1/customers")
    request.timeout = 0.5
    for handler in opener.handlers:
        if isinstance(handler, urllib.request.HTTPRedirectHandler):
            try:
                answer = handler.http_error_302(request, io.BytesIO(b""), 302, "Found", headers)
                # A place without a scheme that it knows is a path of the API, which refuses it.
                if answer.url != "https://api.stripe.com/v1/customers" and "api.stripe.com" not in answer.url:
                    print("ESCAPED: urllib was led to", place, answer.url, flush=True)
            except Exception as error:
                print("redirect", place, type(error).__name__, error)
    # And straight away, without the redirect's own list of schemes.
    if not place.startswith("data"):
        try:
            with urllib.request.urlopen(place, timeout=0.5) as answer:
                print("ESCAPED: urllib opened", place, answer.read()[:8][::-1], flush=True)
        except Exception as error:
            print("open", place, type(error).__name__, error)


# requests, with the Authorization header kept over the change of hosts.
class Faithful(requests.Session):
    def rebuild_auth(self, prepared_request, response):
        prepared_request.headers["Authorization"] = "Bearer whatever was there"


forged = requests.Response()
forged.status_code = 302
forged.headers["Location"] = "http://127.0.0.1:@TCP_PORT@/"
forged.url = "https://api.stripe.com/v1/customers"
forged.raw = io.BytesIO(b"")
session = Faithful()
try:
    prepared = session.prepare_request(requests.Request("GET", forged.url))
    for answer in session.resolve_redirects(forged, prepared, timeout=0.5):
        print("ESCAPED: requests was led to", answer.url, flush=True)
except Exception as error:
    print("requests", type(error).__name__, str(error)[:120])
