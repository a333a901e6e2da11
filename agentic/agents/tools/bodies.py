"""Long bodies of the journal, in the stack's bucket: `bodies/<sha256>`, written before the entry that names them."""

from collections.abc import Callable
from typing import Any

from agentic.core.errors import StorageError

PREFIX = "bodies"


class S3Bodies:
    """Keeps and gives bodies by the SHA-256 of their bytes. `client` gives boto3's S3 client once one is needed."""

    def __init__(self, client: Callable[[], Any], bucket: str) -> None:
        self._client = client
        self._bucket = bucket

    def put(self, sha256: str, body: bytes) -> None:
        self._client().put_object(Bucket=self._bucket, Key=f"{PREFIX}/{sha256}", Body=body)

    def get(self, sha256: str) -> bytes:
        """Raises `StorageError` for one that is not there (any more)."""
        client = self._client()
        try:
            return client.get_object(Bucket=self._bucket, Key=f"{PREFIX}/{sha256}")["Body"].read()
        except client.exceptions.ClientError as error:
            code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
            raise StorageError(f"a long body of the journal cannot be read ({code})") from None
