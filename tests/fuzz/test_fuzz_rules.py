"""Whatever request is generated: what the rules accept, a second reader of URLs, operations and bodies accepts too."""

import dataclasses
import posixpath
from urllib.parse import unquote, urlsplit

from fuzz_form import kinds_found, try_many
from fuzzing.rules.specs import SPECS
from fuzzing.rules.target import TARGET, check_with, judge

from agentic.broker.rules import Allowed, Refused, Rules
from agentic.core.spec import ApiSpec
from agentic.core.wire import HttpRequest

INPUTS = 4000
FIELD = "a field that is refused can be read from the request"
HOST = "the URL does not lead to one of the API's hosts by https"
PATHS = {"the path has a dot segment", "a segment of the path holds what divides or hides paths"}


def test_what_the_rules_accept_a_second_reader_accepts() -> None:
    try_many(TARGET, INPUTS)


def test_control_rules_that_judge_the_normalised_path_and_send_the_raw_one_are_caught() -> None:
    def naive(spec: ApiSpec, request: HttpRequest) -> Allowed | Refused:
        path = urlsplit(request.url).path
        judged = judge(spec, dataclasses.replace(request, url=request.url.replace(path, posixpath.normpath(unquote(path)), 1)))
        return dataclasses.replace(judged, path=path) if isinstance(judged, Allowed) and path.isascii() else judged

    assert kinds_found(TARGET, check_with(naive), INPUTS, PATHS) >= PATHS


def test_control_rules_that_look_into_plain_forms_only_are_caught() -> None:
    fieldless = {name: Rules(_without_fields(spec)) for name, spec in SPECS.items()}

    def naive(spec: ApiSpec, request: HttpRequest) -> Allowed | Refused:
        if any(value == "application/x-www-form-urlencoded" for _, value in request.headers):
            return judge(spec, request)
        judged = fieldless[spec.name].judge(request)
        if isinstance(judged, Refused):
            return judged
        declared = (item for host in spec.hosts for item in host.operations)
        same = next(item for item in declared if (item.method, item.path) == (judged.method, judged.operation.path))
        return dataclasses.replace(judged, operation=same)

    assert FIELD in kinds_found(TARGET, check_with(naive), INPUTS, {FIELD})


def test_control_rules_that_take_any_host_are_caught() -> None:
    def naive(spec: ApiSpec, request: HttpRequest) -> Allowed | Refused:
        parts = urlsplit(request.url)
        judged = judge(spec, dataclasses.replace(request, url=request.url.replace(parts.netloc, spec.hosts[0].name, 1)))
        if isinstance(judged, Refused):
            return judged
        return dataclasses.replace(judged, host=dataclasses.replace(judged.host, name=parts.netloc))

    assert HOST in kinds_found(TARGET, check_with(naive), INPUTS, {HOST})


def test_generated_requests_are_accepted_often_enough_to_say_something() -> None:
    accepted = set[str]()

    def check(case: tuple[str, HttpRequest]) -> str:
        judged = judge(SPECS[case[0]], case[1])
        if isinstance(judged, Allowed):
            accepted.add(f"{judged.method} {judged.operation.path}")
        return ""

    kinds_found(TARGET, check, INPUTS)
    assert len(accepted) > sum(len(host.operations) for spec in SPECS.values() for host in spec.hosts) // 2


def _without_fields(spec: ApiSpec) -> ApiSpec:
    hosts = tuple(
        dataclasses.replace(host, operations=tuple(dataclasses.replace(item, refused_fields=()) for item in host.operations))
        for host in spec.hosts
    )
    return dataclasses.replace(spec, hosts=hosts, refused=tuple(item for item in spec.refused if not item.refused_fields))
