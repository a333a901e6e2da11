"""The oracle: what AWS would say to a request, told without asking AWS.

`check` holds a request against the service's model in botocore, in full, and the policies inside it against AWS's own
list of actions, ARNs and condition keys (docs/adr/0008-oracle.md). How a resource type says which requests it makes
stands in `agentic.local.oracle.spelling`.
"""

from agentic.local.oracle.check import check, warm_up
from agentic.local.oracle.client import CheckedClient
from agentic.local.oracle.request import NOT_KNOWN, ApiRequest, with_unknowns

__all__ = ["NOT_KNOWN", "ApiRequest", "CheckedClient", "check", "warm_up", "with_unknowns"]
