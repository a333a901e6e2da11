"""Model names and credentials: what is wrong is told before anything is called, with the next step."""

import importlib
import subprocess
import sys
from types import ModuleType

import pytest

from agentic.core.errors import MissingCredentialsError, UnknownModelError, UsageError
from agentic.core.settings import HAIKU
from agentic.local.agents.models import ModelName, Models, parse

MODELS = Models(lambda api: ())
AWS = {"AWS_ACCESS_KEY_ID": "k", "AWS_SECRET_ACCESS_KEY": "s"}


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("offline", ModelName("offline")),
        ("bedrock:us.anthropic.claude-haiku-5-5", ModelName("bedrock", "us.anthropic.claude-haiku-5-5")),
        ("bedrock:anthropic.claude-haiku-4-5-20251001-v1:0", ModelName("bedrock", "anthropic.claude-haiku-4-5-20251001-v1:0")),
        ("anthropic:claude-haiku-5-5", ModelName("anthropic", "claude-haiku-5-5")),
        ("ollama:llama3.1:8b", ModelName("ollama", "llama3.1:8b")),
    ],
)
def test_names(written: str, name: ModelName):
    assert parse(written) == MODELS.resolve(written) == name
    assert str(name) == written


@pytest.mark.parametrize("written", ["", "gpt-4", "google:gemini", "Offline", "openai:", "offline:x", "anthropic"])
def test_unknown_names_are_answered_with_the_providers(written: str):
    with pytest.raises(UnknownModelError) as caught:
        MODELS.provider(written, {})
    assert "offline" in caught.value.hint or "own name" in caught.value.hint


@pytest.mark.parametrize(
    "plain",
    [
        HAIKU,
        "anthropic.claude-haiku-4-5-20251001-v1:0",
        "global.anthropic.claude-haiku-5-5",
        "arn:aws:bedrock:us-east-1:000000000000:inference-profile/us.anthropic.claude-haiku-5-5",
    ],
)
def test_plain_bedrock_ids_are_answered_by_the_default(plain: str):
    assert MODELS.resolve(plain) == ModelName("offline")
    assert Models(lambda api: (), default="ollama:llama3").resolve(plain) == ModelName("ollama", "llama3")


@pytest.mark.parametrize(
    ("name", "credentials", "missing"),
    [
        ("anthropic:x", {}, "ANTHROPIC_API_KEY"),
        ("anthropic:x", {"ANTHROPIC_API_KEY": ""}, "ANTHROPIC_API_KEY"),
        ("openai:x", {}, "OPENAI_API_KEY"),
        ("bedrock:x", {}, "AWS_ACCESS_KEY_ID"),
        ("bedrock:x", {"AWS_ACCESS_KEY_ID": "k"}, "AWS_SECRET_ACCESS_KEY"),
    ],
)
def test_missing_credentials_are_named(name: str, credentials: dict[str, str], missing: str):
    with pytest.raises(MissingCredentialsError) as caught:
        MODELS.provider(name, credentials)
    assert missing in caught.value.message
    assert missing in caught.value.hint


@pytest.mark.parametrize(
    ("name", "credentials"),
    [
        ("offline", {}),
        ("ollama:x", {}),
        ("openai:x", {"OPENAI_BASE_URL": "http://127.0.0.1:1/v1"}),
        ("bedrock:x", {"AWS_PROFILE": "p"}),
        ("bedrock:x", AWS),
    ],
)
def test_enough_credentials(name: str, credentials: dict[str, str]):
    assert str(MODELS.check(name, credentials)) == name


def test_bedrock_needs_a_region():
    with pytest.raises(MissingCredentialsError, match="region"):
        MODELS.provider("bedrock:x", AWS)


def test_an_unknown_aws_profile_is_named():
    with pytest.raises(MissingCredentialsError, match="no-such-profile"):
        MODELS.provider("bedrock:x", {"AWS_PROFILE": "no-such-profile"})


def test_a_missing_package_is_answered_with_the_command():
    def without_ollama(name: str) -> ModuleType:
        if name.endswith(".ollama"):
            raise ModuleNotFoundError("No module named 'ollama'", name="ollama")
        return importlib.import_module(name)

    with pytest.raises(UsageError) as caught:
        Models(lambda api: (), import_module=without_ollama).provider("ollama:x", {})
    assert "'ollama'" in caught.value.message
    assert "pip install 'agentic-api-developer[models]'" in caught.value.hint


def test_keys_are_in_no_message():
    reach = MODELS.reach("anthropic:x", {"ANTHROPIC_API_KEY": "sk-secret"})
    assert "sk-secret" not in str(reach)


def test_importing_the_package_imports_neither_strands_nor_a_provider():
    """It costs half a second, which only the first invocation or `preload` should pay."""
    names = "strands anthropic openai ollama boto3"
    code = f"import sys, agentic.local.agents; print([name for name in '{names}'.split() if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
