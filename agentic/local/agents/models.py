"""The models that agents can use, by name: `offline`, `bedrock:ID`, `anthropic:ID`, `openai:ID`, `ollama:ID`.

Names and credentials are checked without importing a provider; the provider's package is imported when it is used.
No sampling parameters are ever sent: the newer models refuse them (reference: aws.md, section 4).
"""

import importlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import TYPE_CHECKING

from agentic.core.errors import MissingCredentialsError, UnknownModelError, UsageError
from agentic.core.spec import Recipe
from agentic.local.agents.credentials import missing_credential, place
from agentic.local.agents.model_errors import Reach

if TYPE_CHECKING:
    from strands.models.model import Model

OFFLINE = "offline"
PROVIDERS = ("bedrock", "anthropic", "openai", "ollama")
CHOICES = ", ".join([OFFLINE, *(f"{provider}:ID" for provider in PROVIDERS)])

_INSTALL = "pip install 'agentic-api-developer[models]'"
_BEDROCK_ID = re.compile(r"arn:aws[a-z-]*:bedrock:.+|([a-z0-9-]+\.)+[a-z0-9-].*")
_KEY_HINTS = {
    OFFLINE: "",
    "bedrock": "check AWS_PROFILE or AWS_ACCESS_KEY_ID, and that the account has access to the model",
    "anthropic": "check ANTHROPIC_API_KEY",
    "openai": "check OPENAI_API_KEY",
    "ollama": "check OLLAMA_HOST",
}


@dataclass(frozen=True, slots=True)
class ModelName:
    """A model's name in its two parts; `id` is empty for the offline model."""

    provider: str
    id: str = ""

    def __str__(self) -> str:
        return f"{self.provider}:{self.id}" if self.id else self.provider


@dataclass(frozen=True, slots=True)
class ModelLimits:
    """Bounds of one model call: tokens of the answer (None: the provider's own), and seconds without a sign of life."""

    max_tokens: int | None = None
    silence_seconds: float = 120.0


class Models:
    """Makes Strands models. `recipes` gives an API's recipes to the offline model.

    `default` answers for plain Bedrock ids, as they stand in the stack's settings: the local cloud has no Bedrock.
    `import_module` is a seam for tests of missing packages.
    """

    def __init__(
        self,
        recipes: Callable[[str], Sequence[Recipe]],
        default: str = OFFLINE,
        import_module: Callable[[str], ModuleType] = importlib.import_module,
    ) -> None:
        self._recipes = recipes
        self._default = parse(default)
        self._import_module = import_module

    def resolve(self, model_id: str) -> ModelName:
        """The model that answers for `model_id`. Raises UnknownModelError."""
        return self._default if _BEDROCK_ID.fullmatch(model_id) else parse(model_id)

    def check(self, model_id: str, credentials: Mapping[str, str]) -> ModelName:
        """Everything that can be told without a call: raises UnknownModelError or MissingCredentialsError."""
        name = self.resolve(model_id)
        missing = missing_credential(name.provider, credentials)
        if missing:
            raise MissingCredentialsError(f"model {name} needs {missing}", hint=f"set {missing}, or use --model {OFFLINE}")
        return name

    def reach(self, model_id: str, credentials: Mapping[str, str]) -> Reach:
        """How the model is reached, for its error messages."""
        name = self.resolve(model_id)
        ids = f"check the name {name.id!r}" if name.provider != "ollama" else f"run: ollama pull {name.id}"
        return Reach(str(name), place(name.provider, credentials), _KEY_HINTS[name.provider], ids)

    def provider(self, model_id: str, credentials: Mapping[str, str], limits: ModelLimits | None = None) -> "Model":
        """The Strands model for `model_id`. `credentials` are environment names with their values, for this run only.

        Raises UnknownModelError, MissingCredentialsError, and UsageError when the provider's package is missing.
        """
        name = self.check(model_id, credentials)
        if name.provider == OFFLINE:
            from agentic.local.agents.offline_model import OfflineModel

            return OfflineModel(self._recipes)
        try:
            module = self._import_module(f"agentic.local.agents.providers.{name.provider}")
            return module.make(name.id, credentials, limits or ModelLimits())
        except ModuleNotFoundError as error:
            raise UsageError(f"model {name} needs the package {error.name!r}", hint=f"run: {_INSTALL}") from error


def parse(model_id: str) -> ModelName:
    """A model's name from what a person wrote. Raises UnknownModelError."""
    if model_id == OFFLINE:
        return ModelName(OFFLINE)
    provider, colon, model = model_id.partition(":")
    if not colon or provider not in PROVIDERS:
        raise UnknownModelError(f"{model_id!r} is not a model", hint=f"models: {CHOICES}")
    if not model:
        raise UnknownModelError(f"{model_id!r} lacks the model's id", hint=f"write {provider}:ID with {provider}'s own name")
    return ModelName(provider, model)
