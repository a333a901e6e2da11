"""Sandbox, relay, broker and an echoing upstream in one process: what a script's calls pass through, whole."""

import sysconfig

from broker_stage import GRANT, HOST, KEY, PLACEHOLDER, SPEC, ledger_for
from echo_upstream import EchoUpstream

from agentic.broker.broker import Broker
from agentic.broker.ca import Authority
from agentic.broker.ledger import MemoryLedger
from agentic.broker.relay import Relay
from agentic.broker.transport import FakeTransport
from agentic.core.spec import ApiSpec
from agentic.core.values import Outcome, Target
from agentic.sandbox import Sandbox, SandboxPolicy

POLICY = SandboxPolicy(SPEC.environment, seconds=20)
SDK_FOLDERS = (sysconfig.get_path("purelib"),)
HEADER = f"URL = 'https://{HOST}/v1/customers'\nAUTH = {{'Authorization': 'Bearer {PLACEHOLDER}'}}\n"


class Stage:
    """One API's stage. `spec` and `key` are those of `broker_stage` unless others are given."""

    def __init__(
        self, sandbox: Sandbox, upstream: EchoUpstream, authority: Authority, spec: ApiSpec = SPEC, key: str = KEY
    ) -> None:
        self.sandbox = sandbox
        self.upstream = upstream
        self.authority = authority
        self.spec = spec
        self.key = key

    def run(
        self,
        code: str,
        *,
        ledger: MemoryLedger | None = None,
        spec: ApiSpec | None = None,
        policy: SandboxPolicy | None = None,
    ) -> Outcome:
        spec = spec or self.spec
        ledger = ledger or (ledger_for() if spec.name == SPEC.name else MemoryLedger(GRANT, spec.name))
        secret = {spec.secrets[0].name: self.key}
        broker = Broker(spec, ledger, lambda _: secret, {Target.FAKE: FakeTransport(self.upstream.url)})
        hosts = [host.name for host in spec.hosts]
        relay = Relay(hosts, lambda request, _origin: broker.call(GRANT, request), self.authority, refusal=spec.refusal)
        return self.sandbox.run(HEADER + code, policy or SandboxPolicy(spec.environment, seconds=20), relay)
