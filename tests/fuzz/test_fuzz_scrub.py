"""Whatever answer is generated: the secret cannot be read from what the script gets, and everything else is as it was."""

import base64
import dataclasses
from collections.abc import Mapping

from fuzz_form import kinds_found, try_many
from fuzzing.scrub.target import TARGET, check_with

from agentic.broker.scrub import scrub
from agentic.core.spec import ApiSpec
from agentic.core.wire import HttpResponse

INPUTS = 2000
READABLE = "the secret can be read from the answer"


def test_no_decoding_of_a_scrubbed_answer_holds_the_secret() -> None:
    try_many(TARGET, INPUTS)


def test_control_a_scrubber_that_knows_plain_text_and_base64_only_is_caught() -> None:
    def naive(spec: ApiSpec, response: HttpResponse, secret: Mapping[str, str]) -> HttpResponse:
        body, headers = response.body, [list(header) for header in response.headers]
        for value in filter(None, secret.values()):
            for form in (value, base64.b64encode(value.encode()).decode()):
                body = body.replace(form.encode(), b"[removed]")
                headers = [[name, text.replace(form, "[removed]")] for name, text in headers]
        return HttpResponse(response.status, tuple((name, text) for name, text in headers), body)

    wanted = {READABLE, "a field that is to be removed is left"}
    assert wanted <= kinds_found(TARGET, check_with(naive), INPUTS, wanted)


def test_control_a_scrubber_that_forgets_headers_is_caught() -> None:
    def naive(spec: ApiSpec, response: HttpResponse, secret: Mapping[str, str]) -> HttpResponse:
        return dataclasses.replace(scrub(spec, response, secret), headers=response.headers)

    assert READABLE in kinds_found(TARGET, check_with(naive), INPUTS, {READABLE})


def test_control_a_scrubber_that_removes_everything_is_caught() -> None:
    def naive(spec: ApiSpec, response: HttpResponse, secret: Mapping[str, str]) -> HttpResponse:
        return HttpResponse(response.status)

    wanted = {f"without the secret in it, an answer's {part} changed" for part in ("body", "headers")}
    assert wanted <= kinds_found(TARGET, check_with(naive), INPUTS, wanted)
