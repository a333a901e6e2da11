"""boto3 clients for the endpoint that know nothing of the person's AWS: no profile, no environment, no metadata service."""

import os
import threading
from typing import Any, cast

from agentic.local.identities import Credentials

_KEEPERS = frozenset({"dynamodb", "s3", "sqs", "secretsmanager"})


class Clients:
    """Makes and keeps one client per service, principal and region (making one costs about 30 ms)."""

    def __init__(self, url: str, region: str) -> None:
        self._url = url
        self._region = region
        self._lock = threading.Lock()
        self._session: Any = None
        self._clients: dict[tuple[str, str, str], Any] = {}

    def client(self, service: str, credentials: Credentials, region: str = "") -> Any:
        """The client that signs with these credentials, for `region` or the usual one."""
        region = region or self._region
        key = (service, credentials.access_key_id, region)
        with self._lock:
            found = self._clients.get(key)
            if found is None:
                found = self._clients[key] = self._make(service, credentials, region)
            return found

    def close(self) -> None:
        with self._lock:
            for client in self._clients.values():
                client.close()
            self._clients.clear()

    def _make(self, service: str, credentials: Credentials, region: str) -> Any:
        from botocore.config import Config  # pyright: ignore[reportMissingTypeStubs]

        if self._session is None:
            self._session = _bare_session()
        config = Config(
            region_name=region,
            connect_timeout=5,
            read_timeout=900,
            max_pool_connections=32,
            # Nothing between a caller and its run may send a request twice (reference/local.md, section 2). What only keeps
            # things is asked again, as on AWS.
            retries={"total_max_attempts": 3 if service in _KEEPERS else 1, "mode": "standard"},
            proxies={},
            # What botocore does for people, a tenth of each call's time: our own code writes these requests.
            parameter_validation=False,
            user_agent="agentic-local",
            s3={"addressing_style": "path"},
        )
        return self._session.client(
            service,
            region_name=region,
            endpoint_url=self._url,
            aws_access_key_id=credentials.access_key_id,
            aws_secret_access_key=credentials.secret_access_key,
            config=config,
        )


def _bare_session() -> Any:
    """A boto3 session in which every setting has its built-in default."""
    import boto3  # pyright: ignore[reportMissingTypeStubs]
    from botocore import configprovider  # pyright: ignore[reportMissingTypeStubs]
    from botocore.session import Session  # pyright: ignore[reportMissingTypeStubs]

    variables = cast("dict[str, tuple[Any, ...]]", configprovider.BOTOCORE_DEFAUT_SESSION_VARIABLES)
    defaults = {name: entry[2] for name, entry in variables.items()}
    defaults.update(config_file=os.devnull, credentials_file=os.devnull, ec2_metadata_service_endpoint=None)
    store: Any = configprovider.ConfigValueStore(
        mapping={name: configprovider.ConstantProvider(value) for name, value in defaults.items()}
    )
    session: Any = Session()
    session.register_component("config_store", store)
    return boto3.Session(botocore_session=session, region_name=None)
