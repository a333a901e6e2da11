"""The rules of a bucket's encryption and lifecycle: as a program writes them, as S3 takes them, and back."""

from collections.abc import Iterable, Mapping
from typing import Any

_LIFECYCLE_DAYS = {
    "expiration": ("days", "Expiration", "Days"),
    "noncurrentVersionExpiration": ("noncurrentDays", "NoncurrentVersionExpiration", "NoncurrentDays"),
    "abortIncompleteMultipartUpload": ("daysAfterInitiation", "AbortIncompleteMultipartUpload", "DaysAfterInitiation"),
}


def encryption_rules(given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """S3's form."""
    rules: list[dict[str, Any]] = []
    for rule in given:
        default = rule["applyServerSideEncryptionByDefault"]
        wire: dict[str, Any] = {"SSEAlgorithm": default["sseAlgorithm"]}
        if "kmsMasterKeyId" in default:
            wire["KMSMasterKeyID"] = default["kmsMasterKeyId"]
        rules.append({"ApplyServerSideEncryptionByDefault": wire, "BucketKeyEnabled": rule.get("bucketKeyEnabled", False)})
    return rules


def encryption_input(rule: Mapping[str, Any]) -> dict[str, Any]:
    """One of S3's rules as a program would write it."""
    default = rule["ApplyServerSideEncryptionByDefault"]
    given = {"sseAlgorithm": default["SSEAlgorithm"]}
    if "KMSMasterKeyID" in default:
        given["kmsMasterKeyId"] = default["KMSMasterKeyID"]
    return {"applyServerSideEncryptionByDefault": given, "bucketKeyEnabled": bool(rule.get("BucketKeyEnabled"))}


def lifecycle_rules(given: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """S3's form."""
    rules: list[dict[str, Any]] = []
    for rule in given:
        wire: dict[str, Any] = {
            "ID": rule["id"],
            "Status": rule["status"],
            "Filter": {"Prefix": rule.get("filter", {}).get("prefix", "")},
        }
        for name, (key, wire_name, wire_key) in _LIFECYCLE_DAYS.items():
            if name in rule:
                wire[wire_name] = {wire_key: rule[name][key]}
        rules.append(wire)
    return rules


def lifecycle_input(rule: Mapping[str, Any]) -> dict[str, Any]:
    """One of S3's rules as a program would write it."""
    given: dict[str, Any] = {"id": rule["ID"], "status": rule["Status"]}
    if rule.get("Filter", {}).get("Prefix"):
        given["filter"] = {"prefix": rule["Filter"]["Prefix"]}
    for name, (key, wire_name, wire_key) in _LIFECYCLE_DAYS.items():
        if wire_name in rule:
            given[name] = {key: rule[wire_name][wire_key]}
    return given
