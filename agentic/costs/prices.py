"""List prices of AWS in us-east-1, in US dollars, before tax and free tiers, each with where and when it was read.

A price is `verified` when a dated public source that names it was read; else it is known only by hearsay. None was
compared with a bill: nothing of this project has run on AWS.
"""

from dataclasses import dataclass

REGION = "us-east-1"


@dataclass(frozen=True, slots=True)
class Price:
    """`usd` for one `unit`. `seen` is the date of the source (YYYY-MM or YYYY-MM-DD)."""

    usd: float
    unit: str
    source: str
    seen: str
    verified: bool = True


_AGENTCORE = "aws.amazon.com/bedrock/agentcore/pricing, quoted by factualminds.com"
_ANTHROPIC = "platform.claude.com, Claude Haiku 5.5; AWS's model card names the same"

ENDPOINT_HOUR = Price(
    0.01, "endpoint, zone and hour", "aws-samples.github.io, sample-autonomous-cloud-coding-agents, cost model", "2026-05"
)
ENDPOINT_GB = Price(0.01, "GB", "awsnegotiations.com/privatelink-cost-analysis", "2026-05")
DNS_DOMAIN = Price(0.0005, "domain and month", "aws.amazon.com/route53/pricing (copy in api-evangelist)", "2026-09-20")
DNS_QUERY = Price(
    0.60 / 1_000_000, "DNS firewall query", "aws.amazon.com/route53/pricing (copy in api-evangelist)", "2026-09-20"
)
SECRET_MONTH = Price(0.40, "secret and month", "aws.amazon.com/secrets-manager/pricing (copy in api-evangelist)", "2026-09-20")
SECRET_CALL = Price(0.05 / 10_000, "call", "aws.amazon.com/secrets-manager/pricing (copy in api-evangelist)", "2026-09-20")
KMS_KEY = Price(1.00, "key and month", "cloudburn.io/blog/aws-kms-pricing", "2026-03")
KMS_CALL = Price(0.03 / 10_000, "call", "factualminds.com/blog/aws-kms-pricing-keys-requests-multi-region", "2026-06")
LOGS_GB = Price(0.50, "GB taken in", "c3x.dev/blog/cloudwatch-logs-cost-optimization", "2026-06")
LOGS_GB_MONTH = Price(0.03, "GB and month", "c3x.dev/blog/cloudwatch-logs-cost-optimization", "2026-06")
S3_GB_MONTH = Price(0.023, "GB and month", "not looked up", "", verified=False)
S3_PUT = Price(0.005 / 1000, "PUT", "not looked up", "", verified=False)
S3_GET = Price(0.0004 / 1000, "GET", "not looked up", "", verified=False)
DYNAMODB_WRITE = Price(0.625 / 1_000_000, "write unit", "airbyte.com/data-engineering-resources/dynamodb-pricing", "2025-07-21")
DYNAMODB_READ = Price(0.125 / 1_000_000, "read unit", "airbyte.com/data-engineering-resources/dynamodb-pricing", "2025-07-21")
LAMBDA_REQUEST = Price(0.20 / 1_000_000, "request", "aws.amazon.com/lambda/pricing (copy in api-evangelist)", "2026-09-20")
LAMBDA_GB_SECOND = {
    "x86_64": Price(0.0000166667, "GB and second", "cloudchipr.com/blog/aws-lambda-pricing", "2024"),
    "arm64": Price(0.0000133334, "GB and second", "cloudchipr.com/blog/aws-lambda-pricing", "2024"),
}
STEP = Price(0.025 / 1000, "state transition", "aws.amazon.com/step-functions/pricing; wring.co", "2026-03-14")
RUNTIME_CPU_HOUR = Price(0.0895, "vCPU and hour in use", _AGENTCORE, "2026-06-13")
RUNTIME_GB_HOUR = Price(0.00945, "GB and hour, idle included", _AGENTCORE, "2026-06-13")
GATEWAY_CALL = Price(0.005 / 1000, "tool call or list", _AGENTCORE, "2026-06-13")


@dataclass(frozen=True, slots=True)
class ModelPrice:
    """Per token, for prompts of at most 100,000 tokens. `tokens` is how many it counts where Haiku 4.5 counts one."""

    input: Price
    output: Price
    tokens: float
    thinks: bool


MODELS = {
    "anthropic.claude-haiku-5-5": ModelPrice(
        Price(0.10 / 1_000_000, "input token", _ANTHROPIC, "2026-10-07"),
        Price(0.50 / 1_000_000, "output token", _ANTHROPIC, "2026-10-07"),
        tokens=1.3,
        thinks=True,
    ),
    "anthropic.claude-haiku-4-5-20251001-v1:0": ModelPrice(
        Price(1.00 / 1_000_000, "input token", "clauder-navi.com/en/bedrock-claude-cost", "2026"),
        Price(5.00 / 1_000_000, "output token", "clauder-navi.com/en/bedrock-claude-cost", "2026"),
        tokens=1.0,
        thinks=False,
    ),
}

# Profiles bound to a geography cost more than global ones (clauder-navi.com for 4.5; for 5.5 seen in the prices of
# apify.com's Bedrock proxy, 0.11 and 0.55).
GEOGRAPHIC_SURCHARGE = 1.10
_GEOGRAPHIES = ("us", "eu", "apac", "au", "jp", "ca", "us-gov")


def token_rates(model: str) -> tuple[int, int] | None:
    """What a token in and a token out of a model cost, in billionths of a US dollar; None without a known price.

    `model` is an id, an inference profile or the ARN of either, maybe behind `bedrock:`; `offline` costs nothing.
    """
    if model == "offline":
        return (0, 0)
    found = model_price(model.removeprefix("bedrock:").rpartition("/")[2])
    if found is None:
        return None
    price, surcharge = found
    return (round(price.input.usd * surcharge * 1e9), round(price.output.usd * surcharge * 1e9))


def model_price(model: str) -> tuple[ModelPrice, float] | None:
    """The price of a model or inference profile and its surcharge (1.0 for none); None for one without a known price."""
    group, _, base = model.partition(".")
    plain = base if group in (*_GEOGRAPHIES, "global") else model
    found = MODELS.get(plain)
    return (found, GEOGRAPHIC_SURCHARGE if group in _GEOGRAPHIES else 1.0) if found else None
