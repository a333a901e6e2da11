"""Which AWS services may invoke which functions: the functions' resource policies, made of Lambda's AddPermission."""

import fnmatch
import threading
from dataclasses import dataclass

from agentic.core.errors import RefusedError


@dataclass(frozen=True, slots=True, kw_only=True)
class FunctionPermission:
    """One statement. `source_arn` may have wildcards; an empty condition is none."""

    statement_id: str
    principal: str
    source_arn: str = ""
    source_account: str = ""


class FunctionPolicies:
    """The statements of all functions, by the function's ARN. Safe for concurrent use. Nothing is allowed by itself."""

    def __init__(self) -> None:
        self._statements: dict[str, dict[str, FunctionPermission]] = {}
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return sum(map(len, self._statements.values()))

    def add(self, function_arn: str, permission: FunctionPermission) -> None:
        """Adds the statement, or replaces the one with the same id."""
        with self._lock:
            self._statements[function_arn] = {
                **self._statements.get(function_arn, {}),
                permission.statement_id: permission,
            }

    def remove(self, function_arn: str, statement_id: str) -> None:
        """Removes the statement; one that is gone is no error."""
        with self._lock:
            kept = {key: one for key, one in self._statements.get(function_arn, {}).items() if key != statement_id}
            self._statements[function_arn] = kept

    def check(self, function_arn: str, principal: str, source_arn: str, source_account: str) -> None:
        """Raises `RefusedError` unless a statement lets this service invoke the function for this resource."""
        for statement in self._statements.get(function_arn, {}).values():
            if (
                statement.principal == principal
                and (not statement.source_arn or fnmatch.fnmatchcase(source_arn, statement.source_arn))
                and statement.source_account in {"", source_account}
            ):
                return
        raise RefusedError(
            f"{principal} may not invoke {function_arn} for {source_arn}",
            hint="add a lambda.Permission with this principal, source ARN and account to the topology",
        )
