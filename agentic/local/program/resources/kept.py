"""Types that exist by being declared: nothing stands behind them here, their record in the account is all there is."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from agentic.local.oracle.requests import kept as asked
from agentic.local.program.resources.existing import made_here
from agentic.local.program.schema import Block
from agentic.local.program.table import Context, Created, Inputs, Lifecycle, ResourceType, Verify


def _dashed(kind: str, drawn: str) -> str:
    """The form of most ids: `subnet-0123456789abcdef0`."""
    return f"{kind}-{drawn[:17]}"


def kept(
    token: str,
    kind: str,
    inputs: Block,
    *,
    arn: str = "",
    identity: tuple[str, ...] = (),
    replaces: tuple[str, ...] = (),
    outputs: Callable[[Context, str, Inputs], Mapping[str, Any]] = lambda context, made, inputs: {},
    computed: tuple[str, ...] = (),
    verify: Verify | None = None,
    id_of: Callable[[str, str], str] = _dashed,
) -> ResourceType:
    """A type whose id is `id_of` its kind and of 32 hex digits, the same for the same name and what would replace it.

    `arn` is what stands before the id in its ARN, if it has one. What neither is its identity nor replaces it, can change.
    What AWS would be asked stands in `agentic.local.oracle.requests.kept` under the type's token.
    """
    new_one = (*identity, *replaces)

    def create(context: Context, logical: str, given: Inputs) -> Created:
        what = json.dumps([given.get(name) for name in new_one])
        made = id_of(kind, context.place.stable(kind, f"{logical}\0{what}", 32))
        own_arn = {"arn": context.place.arn(*arn.split(":", 1)) + made} if arn else {}
        tags = {"tagsAll": given.get("tags", {})} if "tags" in inputs.optional else {}
        return Created(made, {**own_arn, **tags, "region": context.place.region, **outputs(context, made, given)})

    known = (*inputs.required, *inputs.optional)
    lifecycle = Lifecycle(
        made_here(token),
        _forgotten,
        identity,
        replaces=replaces,
        updates=tuple(name for name in known if name not in new_one),
        update=create,
        update_requests=asked.UPDATE[token],
    )
    outputs_known = (*(("arn",) if arn else ()), *computed)
    return ResourceType(token, inputs, outputs_known, create, lifecycle, verify, asked.CREATE[token])


def _forgotten(context: Context, resource_id: str, inputs: Inputs) -> None:
    """Nothing is left of it but its record, which goes with it."""
