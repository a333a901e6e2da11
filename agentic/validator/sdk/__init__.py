"""Checks a script's calls against the SDK's index: an unknown name or parameter is a finding with the nearest valid one."""

from agentic.validator.sdk.index import SdkIndex

__all__ = ["SdkIndex"]
