"""The names of DESIGN section 8, and that a task's words cannot leave their place in a key."""

from datetime import UTC, datetime

import pytest

from agentic.core.names import StackNames, execution_key, new_grant, new_handle, new_run_id, run_of, script_key

AT = datetime(2026, 1, 12, 7, 7, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("task", "words"),
    [
        ("Create a Stripe customer", "Create_a_Stripe_customer"),
        ("Create a Stripe customer named Zoë Quist with email z@q.example", "Create_a_Stripe_customer_named_Zoe"),
        ("../../etc/passwd", "etc_passwd"),
        ("日本語", "task"),
        ("", "task"),
        ("A" * 200, "A" * 48),
    ],
)
def test_a_script_key_holds_the_first_six_words_in_ascii(task: str, words: str):
    assert script_key("stripe", task, AT) == f"generated/stripe/{words}_20260112_070704.py"


def test_a_clash_gets_a_suffix():
    assert script_key("stripe", "Do it", AT, "ab12") == "generated/stripe/Do_it_20260112_070704_ab12.py"


def test_an_execution_key_names_status_time_and_run():
    assert execution_key("stripe", "success", AT, "run_1") == "executions/stripe/success_20260112_070704_run_1.json"


def test_only_stack_dev_has_secrets_without_the_stack_in_their_name():
    assert StackNames("dev").secret("stripe") == "agentic-api-developer/stripe/test-key"
    assert StackNames("prod").secret("stripe") == "agentic-api-developer/prod/stripe/test-key"


def test_functions_that_exist_once_per_api_carry_its_name():
    names = StackNames("dev")
    assert names.function("execute_code") == "agentic-api-developer-dev-execute-code"
    assert names.function_log_group("run_code", "stripe") == "/aws/lambda/agentic-api-developer-dev-run-code-stripe"


def test_harness_names_fit_their_forty_characters():
    assert len(StackNames("staging").harness("orchestrator", "abcd1234")) <= 40


def test_handles_and_grants_name_their_run_and_nothing_else_does():
    run_id = new_run_id()
    assert run_of(new_handle(run_id)) == run_of(new_grant(run_id)) == run_id
    assert run_of(run_id) == run_of("run_x.secret") == run_of("") == ""
