"""Files: uploaded from the sandbox through the broker's rules for multipart forms, read again, used as a dispute's evidence."""

import json
from collections.abc import Iterator

import pytest
import stripe
from stripe_stage import ACCOUNT, Stage, sandboxed, stage

from agentic.apis.stripe import STRIPE
from agentic.sandbox import Sandbox
from agentic.validator import ValidationPolicy, validate

_START = 'import io, os, sys, urllib.request\nimport stripe\nstripe.api_key = os.environ["STRIPE_API_KEY"]\n'
_PDF = 'pdf = io.BytesIO(b"%PDF-1.4\\r\\n--\\x00\\xff\\n made by the script")\n'


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with sandboxed() as made:
        yield made


@pytest.fixture
def on_stage(sandbox: Sandbox) -> Iterator[Stage]:
    with stage(sandbox) as made:
        yield made


def _printed(on_stage: Stage, code: str) -> str:
    verdict = validate(code, ValidationPolicy.for_spec(STRIPE))
    assert verdict.valid, verdict.findings
    outcome = on_stage.run(code)
    assert (outcome.exit, outcome.stderr) == (0, "")
    return outcome.stdout.strip()


def test_a_file_that_the_script_makes_is_uploaded_listed_and_read_again(on_stage: Stage):
    code = f"""{_START}{_PDF}
file = stripe.File.create(purpose="dispute_evidence", file=pdf)
print(file.id.startswith("file_"), file.type, file.size, file.purpose)
print([item.id for item in stripe.File.list(purpose="dispute_evidence").data] == [file.id])
address = f"https://files.stripe.com/v1/files/{{file.id}}/contents"
print(stripe.File.retrieve(file.id).url == address)
asked = urllib.request.Request(address, headers={{"Authorization": "Bearer " + stripe.api_key}})
print(urllib.request.urlopen(asked).read() == pdf.getvalue())
"""
    assert _printed(on_stage, code) == "True pdf 34 dispute_evidence\nTrue\nTrue\nTrue"
    (kept,) = (json.loads(text) for key, text in on_stage.store.items() if key.startswith("file/"))
    promised = {name for name, hint in stripe.File.__annotations__.items() if "Optional" not in str(hint) and name[0].islower()}
    assert {"id", "purpose", "size"} <= promised <= set(kept)
    hosts = [call.url.split("/")[2] for call in on_stage.calls]
    assert hosts == ["files.stripe.com", "api.stripe.com", "api.stripe.com", "files.stripe.com"]
    # The key went with each, and only the broker had it.
    assert all(dict(request.headers)["Authorization"] == f"Bearer {on_stage.key}" for request in on_stage.transport.requests)


def test_evidence_answers_a_dispute(on_stage: Stage):
    assert on_stage.run(ACCOUNT).success
    code = f"""{_START}{_PDF}
dispute = stripe.Dispute.list(limit=1).data[0]
receipt = stripe.File.create(purpose="dispute_evidence", file=pdf)
kept = stripe.Dispute.modify(dispute.id, evidence={{"receipt": receipt.id}}, submit=False)
print(dispute.status, kept.status, kept.evidence.receipt == receipt.id)
sent = stripe.Dispute.modify(dispute.id, evidence={{"product_description": "An e-book"}})
print(sent.status, sent.evidence_details.submission_count)
"""
    assert _printed(on_stage, code) == "needs_response needs_response True\nunder_review 1"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ('purpose="dispute_evidence", file=io.BytesIO(b"text")', "one of the following mimetypes: application/pdf, image/jpeg"),
        ('purpose="business_logo", file=pdf', "mimetypes: image/gif"),
        ('purpose="dispute_evidence", file="of no name"', "Invalid file"),
    ],
)
def test_the_fake_takes_only_files_that_fit_a_harmless_purpose(on_stage: Stage, call: str, said: str):
    code = f"{_START}{_PDF}try:\n    stripe.File.create({call})\nexcept stripe.InvalidRequestError as e:\n    print(e)\n"
    assert said in _printed(on_stage, code)


@pytest.mark.parametrize("purpose", ["identity_document", "terminal_android_apk", "pci_document", "", "Dispute_evidence"])
def test_the_broker_lets_no_file_through_for_another_purpose(on_stage: Stage, purpose: str):
    call = f"stripe.File.create(purpose={purpose!r}, file=pdf)"
    code = f"{_START}{_PDF}try:\n    {call}\nexcept stripe.PermissionError as e:\n    print(e)\n"
    assert "the field purpose must be there once" in _printed(on_stage, code)
    assert on_stage.transport.requests == []


def test_no_file_is_made_public_by_its_upload(on_stage: Stage):
    """Without the field (the control) the same upload is let through."""
    code = f"""{_START}{_PDF}
try:
    stripe.File.create(purpose="dispute_evidence", file=pdf, file_link_data={{"create": True}})
except stripe.PermissionError as e:
    print(e)
pdf.seek(0)
print(stripe.File.create(purpose="dispute_evidence", file=pdf).type)
"""
    refused, allowed = _printed(on_stage, code).splitlines()
    assert "file_link_data" in refused
    assert allowed == "pdf"
    assert len(on_stage.transport.requests) == 1


def test_a_script_has_no_files_but_its_own_to_upload(on_stage: Stage):
    """Asked of the wall: the validator, which would refuse this script, is left out."""
    code = f"""{_START}
try:
    stripe.File.create(purpose="dispute_evidence", file=open({__file__!r}, "rb"))
except OSError as e:
    print(type(e).__name__)
"""
    outcome = on_stage.run(code)
    assert outcome.stdout.strip() in {"PermissionError", "FileNotFoundError"}
    assert on_stage.calls == ()
