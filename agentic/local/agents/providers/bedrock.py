"""Any model of Amazon Bedrock, by Converse. Never the local cloud's own endpoint, whatever the environment says."""

from collections.abc import Mapping

import boto3
from botocore.config import Config
from botocore.exceptions import ProfileNotFound
from strands.models.bedrock import BedrockModel

from agentic.core.errors import MissingCredentialsError
from agentic.local.agents.models import ModelLimits


def make(model_id: str, credentials: Mapping[str, str], limits: ModelLimits) -> BedrockModel:
    config = Config(
        connect_timeout=10,
        read_timeout=limits.silence_seconds,
        retries={"total_max_attempts": 2, "mode": "standard"},
        ignore_configured_endpoint_urls=True,
    )
    session = _session(credentials)
    if not session.region_name:
        raise MissingCredentialsError("models of Bedrock need a region", hint="set AWS_REGION")
    return BedrockModel(
        boto_session=session,
        boto_client_config=config,
        endpoint_url=credentials.get("AWS_ENDPOINT_URL_BEDROCK_RUNTIME"),
        api_key=credentials.get("AWS_BEARER_TOKEN_BEDROCK"),
        model_id=model_id,
        **({"max_tokens": limits.max_tokens} if limits.max_tokens else {}),
    )


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
