"""Every right is needed by a run that is named here, or stands in the list of those that no local run can use.

What is missing shows in the runs as they are; what is too much shows here.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from grants import POLICY, Grant, granted, grants_of, used, without
from named_runs import Ended, Run, runs_of
from record_stacks import record_stacks
from recorded import order

from agentic import LocalCloud
from agentic.core.errors import AgenticError
from agentic.local.permissions import Decision, Permissions
from agentic.topology.least_privilege import Plan, Planned
from agentic.topology.least_privilege.unverified import UNVERIFIED, is_unverified

KEY = "arn:aws-eusc:kms:eu-central-1:111122223333:key/0a1b2c3d-0000-0000-0000-000000000000"
# The APIs of a stack with a generator for each.
VARIANTS = ("stripe", "other")
PROFILE = "arn:aws-eusc:bedrock:eu-central-1:111122223333:application-inference-profile/abc"


@dataclass
class Stage:
    """One local cloud, what it grants, and which of the named runs have used which grant."""

    cloud: LocalCloud
    grants: list[Grant]
    used_by: dict[Grant, list[Run]] = field(default_factory=dict)

    @property
    def permissions(self) -> Permissions:
        return self.cloud._account.permissions

    def watch(self, run: Run) -> tuple[Ended, list[Decision]]:
        """The run, and every decision on its requests."""
        decisions: list[Decision] = []
        with self.permissions.watched(decisions.append):
            try:
                return run(self.cloud), decisions
            except AgenticError as error:
                return Ended(False, error.message), decisions

    def watch_without(self, grant: Grant, run: Run) -> tuple[Ended, list[Decision]]:
        document = self.permissions.policies(grant.role)[POLICY]
        self.permissions.set_policy(grant.role, POLICY, without(document, grant))
        try:
            return self.watch(run)
        finally:
            self.permissions.set_policy(grant.role, POLICY, document)

    def unexplained(self) -> list[Grant]:
        """What is granted, and neither used by a run nor in the list."""
        return [
            grant
            for grant in granted(self.permissions)
            if grant not in self.used_by and not is_unverified(grant.part, grant.sid, grant.action)
        ]


@pytest.fixture(scope="class")
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("rights") / ".agentic"
    # One API: what exists once per API has the same rights for each of them (tests/topology/test_topology.py).
    with LocalCloud(folder, config={"agentic:backend": request.cls.backend, "agentic:apis": '["stripe"]'}) as cloud:
        stage = Stage(cloud, granted(cloud._account.permissions))
        for run in runs_of(request.cls.backend):
            ended, decisions = stage.watch(run)
            assert ended.good, f"{run.__name__}: {ended.told}"
            assert [decision for decision in decisions if not decision.allowed] == []
            for grant in used(stage.grants, stage.permissions, decisions):
                stage.used_by.setdefault(grant, []).append(run)
        yield stage


@pytest.fixture(scope="class")
def recorded(request: pytest.FixtureRequest) -> list[list[Planned]]:
    """Stacks that grant what the development stack does not: a key of one's own, a model behind an unknown profile."""
    own_key = order("prod", ("stripe",), backend=request.cls.backend, protect="true", kms_key=KEY)
    profile = {f"model__{agent}": PROFILE for agent in ("orchestrator", "generator", "executor")}
    open_stack = order("dev", ("stripe",), backend=request.cls.backend, isolated="false", **profile)
    return record_stacks([own_key, open_stack, order("dev", VARIANTS, backend=request.cls.backend, variants="api")])


class EveryRight:
    """The same for each backend; a class each, so that they can be spread over processes."""

    backend = ""

    def test_without_each_right_a_named_run_fails_for_want_of_it(self, stage: Stage) -> None:
        assert len(stage.used_by) > 15
        assert [
            str(grant) for grant, runs in sorted(stage.used_by.items()) if not any(_fails(stage, grant, run) for run in runs)
        ] == []
        # Everything is as it was: with all rights nothing is refused.
        ended, decisions = stage.watch(runs_of(self.backend)[0])
        assert ended.good
        assert all(decision.allowed for decision in decisions)

    def test_control_without_a_right_that_no_run_uses_no_run_fails(self, stage: Stage) -> None:
        unused = next(grant for grant in stage.grants if grant not in stage.used_by)
        assert not any(_fails(stage, unused, run) for run in runs_of(self.backend))

    def test_every_other_right_is_in_the_list_of_the_unverified(self, stage: Stage) -> None:
        assert [str(grant) for grant in stage.unexplained()] == []

    def test_control_a_right_too_many_is_found_by_its_name(self, stage: Stage) -> None:
        role = next(grant.role for grant in stage.used_by if grant.part == "generate-code")
        document = stage.permissions.policies(role)[POLICY]
        more = {"Sid": "StoreScripts", "Effect": "Allow", "Action": ["s3:DeleteObject"], "Resource": ["arn:aws:s3:::b/x"]}
        stage.permissions.set_policy(role, POLICY, {**document, "Statement": [*document["Statement"], more]})
        try:
            found = [str(grant) for grant in stage.unexplained()]
        finally:
            stage.permissions.set_policy(role, POLICY, document)
        assert found == ["generate-code: StoreScripts: s3:DeleteObject on arn:aws:s3:::b/x"]

    def test_nothing_in_the_list_is_used_by_a_run(self, stage: Stage) -> None:
        assert [str(grant) for grant in stage.used_by if is_unverified(grant.part, grant.sid, grant.action)] == []

    def test_other_configurations_grant_nothing_that_is_neither_used_nor_listed(
        self, stage: Stage, recorded: list[list[Planned]]
    ) -> None:
        known = {(grant.part, grant.sid, grant.action) for grant in stage.used_by}
        found = {
            (grant.part, grant.sid, grant.action)
            for resources in recorded
            for grant in _planned_grants(resources)
            if (grant.part, grant.sid, grant.action) not in known and not is_unverified(grant.part, grant.sid, grant.action)
        }
        assert found == set()
        assert any(grant.sid == "KeyForS3" for grant in _planned_grants(recorded[0])), "the key makes no difference"

    def test_every_entry_that_could_be_this_backends_is_granted(self, stage: Stage, recorded: list[list[Planned]]) -> None:
        """An entry that outlives its grant would let the next one in unseen."""
        everything = [*stage.grants, *(grant for resources in recorded for grant in _planned_grants(resources))]
        parts = {grant.part for grant in everything}
        here = [entry for entry in UNVERIFIED if entry.backend in {"", self.backend}]
        mine = [entry for entry in here if any(entry.names(part, entry.sid, entry.actions[0]) for part in parts)]
        stale = [
            f"{entry.role}: {entry.sid}: {action}"
            for entry in mine
            for action in entry.actions
            if not any(entry.names(grant.part, grant.sid, grant.action) and grant.action == action for grant in everything)
        ]
        # Dead letters are of those backends that invoke functions by event.
        assert stale == []


class TestHarness(EveryRight):
    backend = "harness"


class TestClassic(EveryRight):
    backend = "classic"


class TestWorkflow(EveryRight):
    backend = "workflow"


def test_every_entry_of_the_list_has_a_reason_and_a_page_of_aws() -> None:
    assert [entry.sid for entry in UNVERIFIED if not entry.source.startswith("https://docs.aws.amazon.com/")] == []
    assert [entry.sid for entry in UNVERIFIED if len(entry.reason) < 10] == []


def _fails(stage: Stage, grant: Grant, run: Run) -> bool:
    """Whether the run fails without the grant, and because that was refused and nothing else was."""
    ended, decisions = stage.watch_without(grant, run)
    refused = {(decision.principal, decision.action) for decision in decisions if not decision.allowed}
    return not ended.good and refused == {(grant.role, grant.action)}


def _planned_grants(resources: list[Planned]) -> list[Grant]:
    policies = Plan(resources).of("aws:iam/rolePolicy:RolePolicy")
    return [
        grant
        for policy in policies
        for grant in grants_of(f"role/{_as_shared(policy.inputs['role'])}", json.loads(policy.inputs["policy"]))
    ]


def _as_shared(role: str) -> str:
    """A variant's or another API's role under the name of the shared generator's or of Stripe's: its rights are the same."""
    own = re.sub(rf"-generator-({'|'.join(VARIANTS)})(?![a-z])", "-generator", role)
    return re.sub(r"-other$", "-stripe", own)
