"""S3: moto answers; objects are mirrored as files before the answer goes out, and bucket policies are ours.

moto evaluates bucket policies by itself, without the conditions: a `Deny` for plain HTTP would refuse everything.
"""

import json
import re
from datetime import datetime
from typing import Any
from urllib.parse import quote
from xml.etree import ElementTree

from agentic.local.durable.objects import Objects, StoredObject
from agentic.local.endpoint.actions import bucket_and_key, partition
from agentic.local.endpoint.faults import fault
from agentic.local.endpoint.message import Answer, Request
from agentic.local.endpoint.moto_backend import MotoBackend
from agentic.local.permissions import Permissions

_SERVICE = "s3"
_KEPT_HEADERS = re.compile(
    r"content-type|content-encoding|content-disposition|content-language|cache-control|expires|x-amz-meta-.*"
    r"|x-amz-server-side-encryption.*|x-amz-storage-class|x-amz-checksum-.*|x-amz-sdk-checksum-algorithm"
)
_READ_PARAMETERS = {"x-id", "versionId", "partNumber", "attributes", "tagging", "acl"}


class Buckets:
    """Stored objects come back when their bucket is created again after a restart."""

    def __init__(self, moto: MotoBackend, objects: Objects, permissions: Permissions) -> None:
        self._moto = moto
        self._objects = objects
        self._permissions = permissions

    def answer(self, request: Request) -> Answer:
        """Raises StorageError when an object could not be stored; it is in memory then, and lost with the process."""
        bucket, key = bucket_and_key(request)
        head = request.head
        with self._moto.lock(_SERVICE):
            if bucket and not key and set(head.parameters) == {"policy"}:
                return self._policy(request, bucket)
            if not _followed(request, key):
                message = (
                    "The local cloud stores whole objects (8 MB at most) with PutObject, CopyObject and DeleteObject only."
                )
                return fault(_SERVICE, "NotImplemented", message)
            answer = self._moto.handle(_SERVICE, request.region, head.method, head.target, head.headers, request.body)
            if answer.status < 300 and bucket:
                self._mirror(request, bucket, key, answer)
            return answer

    def _mirror(self, request: Request, bucket: str, key: str, answer: Answer) -> None:
        method = request.head.method
        if key and method in {"PUT", "DELETE"}:
            self._store(request, bucket, key)
        elif method == "POST" and "delete" in request.head.parameters:
            for deleted in _deleted_keys(answer):
                self._store(request, bucket, deleted)
        elif not key and method == "PUT" and not request.head.query:
            self._restore(request, bucket)
        elif not key and method == "DELETE" and not request.head.query:
            self._objects.delete_bucket(bucket)
            self._permissions.remove_resource_policy(_arn(request, bucket))

    def _store(self, request: Request, bucket: str, key: str) -> None:
        """Bring the mirror to what moto has now under this key."""
        found: Any = self._moto.models(_SERVICE, request.region).get_object(bucket, key)
        if found is None:
            self._objects.delete(bucket, key)
            return
        sent = {name: value for name, value in request.head.headers if _KEPT_HEADERS.fullmatch(name.lower())}
        if "x-amz-copy-source" in request.head.fields:
            sent = {**{str(name): str(value) for name, value in found.metadata.items()}, **sent}
        modified = found.last_modified.isoformat()
        self._objects.put(bucket, StoredObject(key, bytes(found.value), sent, modified))

    def _restore(self, request: Request, bucket: str) -> None:
        for stored in self._objects.stored(bucket):
            target = f"/{bucket}/{quote(stored.key, safe='/~')}"
            headers = (*stored.headers.items(), ("Authorization", request.head.fields["authorization"]))
            self._moto.handle(_SERVICE, request.region, "PUT", target, headers, stored.body)
            found: Any = self._moto.models(_SERVICE, request.region).get_object(bucket, stored.key)
            if found is not None:
                found.last_modified = datetime.fromisoformat(stored.modified)

    def _policy(self, request: Request, bucket: str) -> Answer:
        arn = _arn(request, bucket)
        if request.head.method == "PUT":
            try:
                document: object = json.loads(request.body)
            except ValueError:
                document = None
            if not isinstance(document, dict):
                return fault(_SERVICE, "MalformedPolicy", "The policy is not a JSON object.")
            self._permissions.set_resource_policy(arn, document)  # pyright: ignore[reportUnknownArgumentType]
            return Answer(204)
        if request.head.method == "DELETE":
            self._permissions.remove_resource_policy(arn)
            return Answer(204)
        found = self._permissions.resource_policy(arn)
        if found is None:
            return fault(_SERVICE, "NoSuchBucketPolicy", "The bucket policy does not exist.", 404)
        return Answer(200, (("Content-Type", "application/json"),), json.dumps(found).encode())


def _followed(request: Request, key: str) -> bool:
    """Whether the mirror follows what the request does to objects; requests that only read always pass."""
    method, parameters = request.head.method, request.head.parameters
    if method in {"GET", "HEAD"}:
        return not key or all(name in _READ_PARAMETERS or name.startswith("response-") for name in parameters)
    if key:
        return method in {"PUT", "DELETE"} and parameters.keys() <= {"x-id", "versionId"}
    return method != "POST" or "delete" in parameters


def _arn(request: Request, bucket: str) -> str:
    return f"arn:{partition(request.region)}:s3:::{bucket}"


def _deleted_keys(answer: Answer) -> list[str]:
    root = ElementTree.fromstring(answer.body if isinstance(answer.body, bytes) else b"".join(answer.body))  # noqa: S314  moto's own answer
    return [
        node.text or ""
        for deleted in root.iter()
        if deleted.tag.endswith("Deleted")
        for node in deleted
        if node.tag.endswith("Key")
    ]
