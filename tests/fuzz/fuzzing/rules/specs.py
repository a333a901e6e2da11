"""The APIs under whose rules generated requests are judged: one with every kind of operation, and the project's own."""

from agentic.apis.stripe import STRIPE
from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation, Sdk, SecretField

SECRET = {"api_key": "sk_test_CANARY/7f3a+secret="}
PLACEHOLDER = "sk_test_placeholder0000"
_REFUSED = ("transfer_data", "card.number", "on_behalf_of")

_OPERATIONS = (
    Operation("GET", "/v1/customers", "customers"),
    Operation("GET", "/v1/customers/{id}", "customers"),
    Operation("GET", "/v1/customers/search", "search"),
    Operation("POST", "/v1/customers", "customers", refused_fields=_REFUSED),
    Operation("POST", "/v1/customers/{id}", "customers", refused_fields=_REFUSED),
    Operation("PATCH", "/repos/{owner}/{repo}", "repos", refused_fields=("private", "security.admin")),
    Operation("PUT", "/repos/{owner}/{repo}/topics", "repos"),
    Operation("DELETE", "/v1/customers/{id}", "customers"),
    Operation("POST", "/bot{token}/send", "bot", refused_fields=("chat.id",)),
    Operation("POST", "/v1/{kind}", "everything", refused_fields=_REFUSED),
    Operation("POST", "/v1/{kind}/{id}/{action}", "everything"),
    Operation("HEAD", "/v1/customers", "customers"),
)
_NEVER = (
    Operation("*", "/v1/payouts", "payouts"),
    Operation("POST", "/v1/{kind}/{id}/secrets", "secrets"),
    Operation("POST", "/v1/refunds", "refunds", refused_fields=("destination",)),
)

_WIDE = ApiSpec(
    name="wide",
    title="Wide",
    sdk=Sdk("wide", ("wide",)),
    hosts=(
        Host("api.example.com", _OPERATIONS, Credential(CredentialKind.HEADER, "Bearer {api_key}", "Authorization")),
        Host("files.example.com", _OPERATIONS[:4], Credential(CredentialKind.QUERY, "{api_key}", "appid")),
    ),
    secrets=(SecretField("api_key", "key", ("API_KEY",), PLACEHOLDER),),
    prompt="",
    refused=_NEVER,
    refused_headers=("Wide-Account",),
    dropped_headers=("Wide-Telemetry",),
)
SPECS = {"wide": _WIDE, "stripe": STRIPE}
