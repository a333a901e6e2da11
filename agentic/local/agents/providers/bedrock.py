"""Any model of Amazon Bedrock, by Converse. Never the local cloud's own endpoint, whatever the environment says."""

from collections.abc import Mapping
from typing import Any

import boto3  # pyright: ignore[reportMissingTypeStubs]
from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]
from botocore.exceptions import ProfileNotFound  # pyright: ignore[reportMissingTypeStubs]
from strands.models.bedrock import BedrockModel

from agentic.core.errors import MissingCredentialsError
from agentic.local.agents.models import ModelLimits


def make(model_id: str, credentials: Mapping[str, str], limits: ModelLimits) -> BedrockModel:
    settings = Config(
        connect_timeout=10,
        read_timeout=limits.silence_seconds,
        retries={"total_max_attempts": 2, "mode": "standard"},
        ignore_configured_endpoint_urls=True,
    )
    session = _session(credentials)
    region: str | None = session.region_name  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not region:
        raise MissingCredentialsError("models of Bedrock need a region", hint="set AWS_REGION")
    config: BedrockModel.BedrockConfig = {"model_id": model_id}
    if limits.max_tokens:
        config["max_tokens"] = limits.max_tokens
    model = BedrockModel(
        boto_session=session,
        boto_client_config=settings,
        endpoint_url=credentials.get("AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
        api_key=credentials.get("AWS_BEARER_TOKEN_BEDROCK"),
        **config,
    )
    # botocore leaves closing to the garbage collector: without keep-alive each connection ends with its answer.
    events = model.client.meta.events  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType] # untyped
    events.register("before-send.bedrock-runtime.*", _close_after_answer)  # pyright: ignore[reportUnknownMemberType]
    return model


def _close_after_answer(request: Any, **_: Any) -> None:
    request.headers["Connection"] = "close"


def _session(credentials: Mapping[str, str]) -> boto3.Session:
    region = credentials.get("AWS_REGION") or credentials.get("AWS_DEFAULT_REGION")
    profile = credentials.get("AWS_PROFILE")
    if profile and not credentials.get("AWS_ACCESS_KEY_ID"):
        try:
            return boto3.Session(profile_name=profile, region_name=region)
        except ProfileNotFound as error:
            raise MissingCredentialsError(f"there is no AWS profile {profile!r}", hint="check AWS_PROFILE") from error
    return boto3.Session(
        aws_access_key_id=credentials.get("AWS_ACCESS_KEY_ID"),
        aws_secret_access_key=credentials.get("AWS_SECRET_ACCESS_KEY"),
        aws_session_token=credentials.get("AWS_SESSION_TOKEN"),
        region_name=region,
    )
