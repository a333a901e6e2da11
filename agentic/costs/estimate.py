"""The estimate: each thing a stack pays for, idle and per run, with the price it stands on."""

from collections.abc import Iterator
from dataclasses import dataclass

from agentic.core.settings import PER_API, Settings
from agentic.costs import prices, usage
from agentic.costs.prices import Price


@dataclass(frozen=True, slots=True)
class Line:
    """One thing: US dollars a month while nothing runs (`idle_usd`), and US dollars per run.

    `certain` is False where a price was not verified, or where the amount that a run uses of it is little more than a guess.
    """

    what: str
    idle_usd: float
    run_usd: float
    source: str
    seen: str
    certain: bool
    note: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A stack's costs, in US dollars at us-east-1 list prices, without tax and without free tiers."""

    items: tuple[Line, ...]
    runs_per_month: int

    @property
    def idle_usd(self) -> float:
        """Per month, with no run at all."""
        return sum(line.idle_usd for line in self.items)

    @property
    def run_usd(self) -> float:
        """Per run."""
        return sum(line.run_usd for line in self.items)

    @property
    def month_usd(self) -> float:
        """Per month, with `runs_per_month` runs."""
        return self.idle_usd + self.runs_per_month * self.run_usd

    @property
    def total(self) -> str:
        """All of it in one sentence."""
        return (
            f"about ${self.idle_usd:.2f} a month idle and ${self.run_usd:.4f} per run;"
            f" ${self.month_usd:.2f} a month with {self.runs_per_month} runs"
            f" (list prices of {prices.REGION}, an estimate: nothing was measured on AWS)"
        )

    def lines(self) -> list[str]:
        """For a person: the total, then one text per thing; `?` marks what is not certain."""
        width = max((len(line.what) for line in self.items), default=0)
        rows = [
            f"  {line.what.ljust(width)}  {line.idle_usd:>7.2f} idle  {line.run_usd:>9.6f} per run"
            f"{'' if line.certain else ' ?'}{f'  {line.note}' if line.note else ''}"
            for line in self.items
        ]
        return [self.total, *rows]


def estimate(settings: Settings, specs_count: int, runs_per_month: int = 300) -> Estimate:
    """What a stack with `settings` and `specs_count` APIs costs. Pure arithmetic: no network, no account."""
    return Estimate(
        (*_kept(settings, specs_count), *_network(settings), _sweep(settings), *_runs(settings, specs_count)), runs_per_month
    )


def _kept(settings: Settings, apis: int) -> Iterator[Line]:
    yield _line(
        "secrets",
        prices.SECRET_MONTH,
        idle=apis * prices.SECRET_MONTH.usd,
        run=usage.SECRET_READS * prices.SECRET_CALL.usd,
        note=f"{apis} of them",
    )
    if settings.kms_key:
        yield _line(
            "KMS key",
            prices.KMS_KEY,
            idle=prices.KMS_KEY.usd,
            run=usage.KMS_CALLS * prices.KMS_CALL.usd,
            note="idle cost only if nothing else uses the key",
        )


def _network(settings: Settings) -> Iterator[Line]:
    if not settings.isolated:
        return
    zones = usage.ZONES_PROTECTED if settings.protect else usage.ZONES
    yield _line(
        "network endpoints",
        prices.ENDPOINT_HOUR,
        idle=usage.ENDPOINTS * zones * usage.HOURS_PER_MONTH * prices.ENDPOINT_HOUR.usd,
        run=usage.ENDPOINT_GB * prices.ENDPOINT_GB.usd,
        note=f"{usage.ENDPOINTS} endpoint, zones: {zones} (2 with agentic:protect); none without agentic:isolated",
    )
    yield _line(
        "DNS firewall",
        prices.DNS_DOMAIN,
        idle=usage.DNS_DOMAINS * prices.DNS_DOMAIN.usd,
        run=usage.DNS_QUERIES * prices.DNS_QUERY.usd,
    )


def _sweep(settings: Settings) -> Line:
    """What the queue of runs costs while nothing is submitted, beside SQS's polls, of which a million a month are free."""
    price, work = prices.LAMBDA_GB_SECOND[settings.architecture], usage.QUEUE["sweep"]
    idle = work.seconds * usage.FUNCTION_MB["sweep"] / 1024 * price.usd + work.calls * prices.LAMBDA_REQUEST.usd
    return _line("sweep of the queue", price, idle=idle, note="once a minute")


def _runs(settings: Settings, apis: int) -> Iterator[Line]:
    yield _functions(settings)
    if settings.backend == "harness":
        yield from _harness()
    if settings.backend == "workflow":
        # With a generator for each API the state machine has to choose one.
        transitions = usage.WORKFLOW_TRANSITIONS + (settings.variants == PER_API)
        note = f"{transitions} state transitions; a script that has to be written anew adds some"
        yield _line("state machine", prices.STEP, run=transitions * prices.STEP.usd, note=note)
    yield from _models(settings, apis)
    yield _line(
        "run records",
        prices.DYNAMODB_WRITE,
        run=usage.WRITE_UNITS * prices.DYNAMODB_WRITE.usd + usage.READ_UNITS * prices.DYNAMODB_READ.usd,
        note="DynamoDB on demand, idle costs only storage",
    )
    stored = usage.OBJECT_GB * prices.S3_GB_MONTH.usd
    yield _line(
        "scripts and results",
        prices.S3_GB_MONTH,
        run=usage.OBJECTS_PUT * prices.S3_PUT.usd + usage.OBJECTS_GOT * prices.S3_GET.usd + stored,
        note="S3, one month of storage included",
    )
    yield _line(
        "logs",
        prices.LOGS_GB,
        run=usage.LOG_GB * (prices.LOGS_GB.usd + prices.LOGS_GB_MONTH.usd * settings.log_retention_days / 30),
    )


def _functions(settings: Settings) -> Line:
    work = dict(usage.TOOLS)
    if settings.backend == "workflow":
        work["generate_code"] = usage.WORKFLOW_GENERATION
    else:
        work |= usage.DELEGATION
    gb_seconds = sum(usage.FUNCTION_MB[name] / 1024 * done.seconds for name, done in work.items())
    calls = sum(done.calls for done in work.values())
    price = prices.LAMBDA_GB_SECOND[settings.architecture]
    run = gb_seconds * price.usd + calls * prices.LAMBDA_REQUEST.usd
    return _line("functions", price, run=run, note=f"{gb_seconds:.0f} GB-seconds, {calls} calls")


def _harness() -> Iterator[Line]:
    sessions = usage.AGENTS.values()
    idle = sum(agent.idle for agent in sessions)
    active = sum(agent.active for agent in sessions)
    yield _line(
        "harness sessions",
        prices.RUNTIME_GB_HOUR,
        run=usage.RUNTIME_GB * (idle + active) / 3600 * prices.RUNTIME_GB_HOUR.usd
        + usage.RUNTIME_CPU_SHARE * active / 3600 * prices.RUNTIME_CPU_HOUR.usd,
        certain=False,
        note=f"memory of {idle + active:.0f} s, {idle:.0f} of them idle; {usage.RUNTIME_GB:g} GB is a guess",
    )
    yield _line("gateway calls", prices.GATEWAY_CALL, run=usage.GATEWAY_CALLS * prices.GATEWAY_CALL.usd)


def _models(settings: Settings, apis: int) -> Iterator[Line]:
    asked = {
        "generator": settings.model__generator,
        # The workflow asks a model to write the script, and for nothing else.
        **({} if settings.backend == "workflow" else {"orchestrator": settings.model__orchestrator}),
        **({} if settings.backend == "workflow" else {"executor": settings.model__executor}),
    }
    told = min(apis, 1) if settings.variants == PER_API else apis
    for agent, model in sorted(asked.items()):
        work = usage.AGENTS[agent]
        if settings.backend == "workflow":
            work = usage.AgentWork(work.characters, 1, work.message, work.answer, 0, 0, 0)
        found = prices.model_price(model)
        if found is None:
            note = f"no price known for {model}: not counted"
            yield Line(f"model of the {agent}", 0.0, 0.0, "", "", certain=False, note=note)
            continue
        price, surcharge = found
        more = told * usage.PROMPT_CHARACTERS_PER_API if agent == "generator" else 0
        given = work.input_tokens(more) * price.tokens
        thinking = usage.THINKING_TOKENS_PER_TURN * work.turns if price.thinks else 0
        written = work.output_tokens * price.tokens + thinking
        yield _line(
            f"model of the {agent}",
            price.input,
            run=surcharge * (given * price.input.usd + written * price.output.usd),
            certain=settings.backend != "classic",
            note=f"{given:.0f} tokens in, {written:.0f} out, from characters / 4",
        )


def _line(what: str, price: Price, *, idle: float = 0.0, run: float = 0.0, certain: bool = True, note: str = "") -> Line:
    return Line(what, idle, run, price.source, price.seen, certain and price.verified, note)
