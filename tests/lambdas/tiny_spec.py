"""The spec of an API that does not exist, for builds with small wheels."""

from agentic.core.spec import ApiSpec, Credential, CredentialKind, Host, Operation, Sdk, SecretField


def spec_of(requirement: str, *, warm_up: str = "", sign: str = "") -> ApiSpec:
    """An API whose SDK is `requirement`."""
    credential = (
        Credential(CredentialKind.SIGN, sign)
        if sign
        else Credential(CredentialKind.HEADER, "Bearer {api_key}", "Authorization")
    )
    return ApiSpec(
        name="tiny",
        title="Tiny",
        sdk=Sdk(requirement, ("tinysdk",), warm_up=warm_up),
        hosts=(Host("api.tiny.example", (Operation("GET", "/v1/things", "things"),), credential),),
        secrets=(SecretField("api_key", "key", ("TINY_KEY",), "placeholder"),),
        prompt="Use it.",
    )
