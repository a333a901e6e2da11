# attack: redirects lead back to the API with other paths, ports and schemes; each hop has to be judged like the first
# expect: broker
# validator: refused
import requests
from requests.adapters import HTTPAdapter

HOPS = (
    "/v1/payouts",
    "https://api.stripe.com/v1/accounts",
    "http://api.stripe.com/v1/payouts",
    "https://api.stripe.com:8443/v1/customers",
    "//api.stripe.com/v1/payouts",
    "https://api.stripe.com\\@attacker.example/",
    "/v1/customers/../payouts",
    "%2Fv1%2Fpayouts",
)


class Forging(HTTPAdapter):
    """Answers the first request with a redirect of our own; the rest goes its usual way."""

    def __init__(self, hop):
        super().__init__()
        self.hop = hop

    def send(self, request, **options):
        answer = super().send(request, **options)
        if self.hop:
            answer.status_code, answer.headers["Location"], self.hop = 307, self.hop, ""
        return answer


for hop in HOPS:
    with requests.Session() as session:
        session.mount("https://", Forging(hop))
        try:
            answer = session.get("https://api.stripe.com/v1/customers/cus_1", timeout=1)
            print(hop, answer.status_code, answer.url)
            if answer.ok and "customers/cus_1" not in answer.url:
                print("ESCAPED: the hop was carried out:", answer.url, flush=True)
        except Exception as error:
            print(hop, type(error).__name__, str(error)[:100])
