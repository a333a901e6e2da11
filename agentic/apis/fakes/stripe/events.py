"""Events: what happened, to read."""

from agentic.apis.fakes.store import Object
from agentic.apis.fakes.stripe.call import Call, Routes, page, retrieve


def _events(call: Call) -> Object:
    items = call.store.all("event")
    if kinds := call.params.get("types"):
        items = [item for item in items if item["type"] in kinds]
    if (kind := call.params.get("type")) and kind.endswith("*"):
        wanted = kind.removesuffix("*")
        return page(call, [item for item in items if item["type"].startswith(wanted)])
    return page(call, items, "type")


ROUTES: Routes = {
    "GET /v1/events": _events,
    "GET /v1/events/{id}": retrieve("event"),
}
