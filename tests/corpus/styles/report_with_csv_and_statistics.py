import argparse
import csv
import io
import json
import os
import statistics
import textwrap

import stripe

parser = argparse.ArgumentParser(description="Prices as a table")
parser.add_argument("--currency", default="eur")
parser.add_argument("--format", choices=["csv", "json"], default="csv")
args = parser.parse_args([])

stripe.api_key = os.environ.get("STRIPE_API_KEY", "")
if not stripe.api_key:
    raise SystemExit("STRIPE_API_KEY is not set")

for name, cents in (("Small", 500), ("Medium", 900), ("Large", 1500)):
    stripe.Price.create(unit_amount=cents, currency=args.currency, product_data={"name": name})

rows = [
    {"id": p.id, "amount": p.unit_amount / 100, "currency": p.currency}
    for p in stripe.Price.list(limit=100, currency=args.currency).auto_paging_iter()
    if p.unit_amount is not None
]
buffer = io.StringIO()
writer = csv.DictWriter(buffer, fieldnames=["id", "amount", "currency"])
writer.writeheader()
writer.writerows(rows)
print(buffer.getvalue() if args.format == "csv" else json.dumps(rows, indent=2))

amounts = [row["amount"] for row in rows]
print(textwrap.dedent(f"""\
    prices : {len(rows)}
    median : {statistics.median(amounts):.2f}
    spread : {statistics.pstdev(amounts):.2f}
"""))
