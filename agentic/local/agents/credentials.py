"""Where each model provider is, and what it needs to let us in. Everything comes from a mapping of environment names."""

from collections.abc import Mapping


def missing_credential(provider: str, credentials: Mapping[str, str]) -> str:
    """The environment variable that is needed and not there; empty when nothing is missing."""
    match provider:
        case "anthropic":
            return "" if credentials.get("ANTHROPIC_API_KEY") else "ANTHROPIC_API_KEY"
        case "openai":  # servers of one's own (OPENAI_BASE_URL) often want no key
            return "" if credentials.get("OPENAI_API_KEY") or credentials.get("OPENAI_BASE_URL") else "OPENAI_API_KEY"
        case "bedrock":
            if credentials.get("AWS_PROFILE") or credentials.get("AWS_BEARER_TOKEN_BEDROCK"):
                return ""
            pair = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
            return next((variable for variable in pair if not credentials.get(variable)), "")
        case _:
            return ""


def place(provider: str, credentials: Mapping[str, str]) -> str:
    """The provider's URL, or its name where there is no single one."""
    match provider:
        case "anthropic":
            return credentials.get("ANTHROPIC_BASE_URL") or "https://api.anthropic.com"
        case "openai":
            return credentials.get("OPENAI_BASE_URL") or "https://api.openai.com/v1"
        case "ollama":
            return credentials.get("OLLAMA_HOST") or "http://127.0.0.1:11434"
        case "bedrock":
            return credentials.get("AWS_ENDPOINT_URL_BEDROCK_RUNTIME") or "Amazon Bedrock"
        case _:
            return "this process"
