"""The breaker on the local cloud: an API that fails three runs is not asked by a fourth, until a trial finds it well again."""

import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

from fault_plan import API, Fault, Kind
from faults_stage import Stage, opened

from agentic.core.values import Call
from agentic.runs.outside import OutsideTable

LOOKS_TWICE = """import os
import stripe
stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
for number in range(2):
    try:
        print(len(stripe.Customer.list(limit=1).data))
    except stripe.StripeError as error:
        print(error.http_status)
"""


def calls_of_a_run(stage: Stage) -> tuple[Call, ...]:
    asked = stage.cloud.request({"task": "List my Stripe customers", "api": "stripe", "code": LOOKS_TWICE})
    stage.cloud.carry_out(asked)
    return stage.cloud.stack("dev").door.store.calls(asked.run_id)


def test_it_opens_refuses_in_the_apis_shape_and_closes_after_a_trial(tmp_path: Path) -> None:
    with opened(tmp_path / ".agentic") as stage:
        store = stage.cloud.stack("dev").door.store
        outside = OutsideTable(store._dynamodb, store._table)
        with stage.plan.with_fault(Fault(API, Kind.FAILS, times=1000)):
            met = [call.status for _ in range(3) for call in calls_of_a_run(stage)]
        assert met == [500, 500, 500, 500, 500, 503], "the fifth failure, of the third run, opens it"
        opened_until = outside.seen("stripe#fake").open_until
        assert opened_until > time.time()
        refused = calls_of_a_run(stage)
        assert [call.status for call in refused] == [503, 503]
        assert "Stripe has failed too often to be asked now" in refused[0].refused
        # Its time is over, without the waiting.
        key = {"run_id": {"S": "outside#stripe#fake"}, "item": {"S": "state"}}
        past = {":past": {"N": f"{time.time() - 1:.3f}"}}
        store._dynamodb.update_item(
            TableName=store._table, Key=key, UpdateExpression="SET open_until = :past", ExpressionAttributeValues=past
        )
        # A broker looks at how the API stands once a second.
        time.sleep(1.1)
        assert [call.status for call in calls_of_a_run(stage)] == [200, 200]
        assert outside.seen("stripe#fake").open_until == 0
