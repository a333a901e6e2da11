"""The offline matcher in a session: what "it" or "her" means is told by the newest fitting id, else it asks."""

from collections.abc import Sequence

import pytest

from agentic.agents.offline import Ask, Match, NoMatch, match_in_session
from agentic.apis.recipes.github import RECIPES as GITHUB
from agentic.apis.recipes.stripe import RECIPES as STRIPE
from agentic.core.spec import Recipe

ALICE, BOB = "cus_NffrFeUfNV2Hib", "cus_QqqrFeUfNV2Hic"
PAYMENT, CHARGE = "pi_3MtwBwLkdIwHu7ixA1b2", "ch_3MtwBwLkdIwHu7ixA1b2"
SUBSCRIPTION, INVOICE = "sub_1MowQVLkdIwHu7ixeRlqHVzs", "in_1MowQVLkdIwHu7ixeRlqHVzs"
PRICE = "price_1MoBy5LkdIwHu7ixZhnattbh"
ISSUE = "acme/widgets#3"


@pytest.mark.parametrize(
    ("task", "before", "recipe", "value"),
    [
        ("now give her a 10 EUR credit", [[ALICE]], "credit_customer", ALICE),
        ("charge her 25 EUR", [[ALICE], [PAYMENT]], "charge_customer", ALICE),
        ("refund it", [[ALICE], [PAYMENT, CHARGE]], "refund_payment", PAYMENT),
        ("refund 5 EUR of that", [[PAYMENT]], "refund_payment", PAYMENT),
        ("delete that customer", [[ALICE], [PAYMENT]], "delete_customer", ALICE),
        ("delete her", [[BOB], [ALICE]], "delete_customer", ALICE),
        ("show me that customer", [[ALICE]], "show_customer", ALICE),
        ("rename him to Bob", [[BOB]], "rename_customer", BOB),
        ("cancel it", [[SUBSCRIPTION], [PAYMENT]], "cancel_payment", PAYMENT),
        ("cancel that subscription", [[SUBSCRIPTION], [PAYMENT]], "cancel_subscription", SUBSCRIPTION),
        ("void it", [[INVOICE], [ALICE]], "void_invoice", INVOICE),
        (f"subscribe her to {PRICE}", [[ALICE]], "create_subscription", ALICE),
        ("now create an invoice over 20 EUR for her", [[ALICE]], "create_invoice", ALICE),
        ("change her email to x@example.com", [[ALICE]], "change_customer_email", ALICE),
    ],
)
def test_a_reference_is_the_newest_id_of_the_kind_that_the_task_needs(
    task: str, before: list[list[str]], recipe: str, value: str
):
    found = match_in_session(task, STRIPE, before)
    assert isinstance(found, Match), found
    assert (found.recipe.name, value in dict(found.values).values()) == (recipe, True)


@pytest.mark.parametrize(
    ("task", "recipe", "values"),
    [
        ("close it", "close_issue", {"REPOSITORY": "acme/widgets", "NUMBER": 3}),
        ("now reopen that issue", "reopen_issue", {"REPOSITORY": "acme/widgets", "NUMBER": 3}),
        ('comment "close it" on it', "comment_on_issue", {"REPOSITORY": "acme/widgets", "NUMBER": 3, "COMMENT": "close it"}),
        ("assign it to octocat", "assign_issue", {"REPOSITORY": "acme/widgets", "NUMBER": 3, "LOGIN": "octocat"}),
        ('create an issue titled "B" in that repo', "create_issue", {"REPOSITORY": "acme/widgets", "TITLE": "B"}),
        ("star it", "star_repository", {"REPOSITORY": "acme/widgets"}),
    ],
)
def test_an_issue_is_referred_to_with_its_repository(task: str, recipe: str, values: dict[str, object]):
    found = match_in_session(task, GITHUB, [[ISSUE, "acme/widgets"]])
    assert isinstance(found, Match), found
    assert (found.recipe.name, dict(found.values)) == (recipe, values)


@pytest.mark.parametrize(
    ("task", "before"),
    [
        ("delete that customer", [[ALICE, BOB]]),
        ("delete them", [[ALICE, BOB]]),
        ("cancel it", [[SUBSCRIPTION, PAYMENT]]),
    ],
)
def test_where_several_things_of_one_run_fit_it_asks(task: str, before: list[list[str]]):
    found = match_in_session(task, STRIPE, before)
    assert isinstance(found, Ask), found
    assert all(name in found.question for name in before[0])


@pytest.mark.parametrize("task", ["refund it", "delete that customer", "give her a 10 EUR credit", "void it", "cancel it"])
@pytest.mark.parametrize("before", [[], [[]], [[PRICE]]], ids=["nothing", "no ids", "another kind"])
def test_where_nothing_fits_it_asks(task: str, before: list[list[str]]):
    assert isinstance(match_in_session(task, STRIPE, before), Ask)


def test_a_person_is_no_payment_and_a_payment_no_person():
    assert isinstance(match_in_session("refund her", STRIPE, [[PAYMENT]]), Ask)
    assert not isinstance(match_in_session("refund that customer", STRIPE, [[PAYMENT]]), Match)
    assert isinstance(match_in_session("refund that payment", STRIPE, [[PAYMENT]]), Match)


@pytest.mark.parametrize("title", ['"fix it"', "fix it", '"close that issue"'])
def test_words_of_a_text_refer_to_nothing(title: str):
    found = match_in_session(f"Create an issue in acme/widgets titled {title}", GITHUB, [["acme/other#9"]])
    assert isinstance(found, Match), found
    assert dict(found.values) == {"REPOSITORY": "acme/widgets", "TITLE": title.strip('"')}


def test_a_task_that_is_complete_does_not_look_at_the_session():
    for task in (f"Delete customer {BOB}", "Create a Stripe customer named Alice", "List the last 3 customers"):
        alone, later = (match_in_session(task, STRIPE, before) for before in ([], [[ALICE]]))
        assert isinstance(later, Match)
        assert later == alone


def test_what_is_asked_for_one_person_is_not_done_for_everybody():
    assert isinstance(match_in_session("list her invoices", STRIPE, [[ALICE]]), NoMatch)
    assert isinstance(match_in_session("list the invoices", STRIPE, [[ALICE]]), Match)


@pytest.mark.parametrize(
    ("recipes", "task"),
    [
        (STRIPE, f"Customer {BOB} has married, her name is now Sofia Lind. Please update."),
        (STRIPE, "please put her subscription sub_2Lw8Sx on hold"),
        (STRIPE, "Make them a customer: Brandl GmbH, mail@brandl.example"),
        (STRIPE, "could you list the last seven refunds for me? need them for the accountant"),
        (STRIPE, "I have promised them. List the last 3 customers"),
        (GITHUB, "issue 131 in acme/widgets, assign it to @tom - he asked, it is for him"),
    ],
)
def test_somebody_whom_the_task_itself_tells_is_not_looked_for(recipes: Sequence[Recipe], task: str):
    assert isinstance(match_in_session(task, recipes, []), Match)


@pytest.mark.parametrize(
    ("recipes", "task"),
    [
        (STRIPE, "list his last 5 invoices"),
        (STRIPE, "list the last 5 invoices for them"),
        (STRIPE, "list the last 5 payments from her"),
        (STRIPE, "take a payment of 20 EUR from the test card for her"),
        (GITHUB, "list the open issues of acme/widgets for her"),
    ],
)
def test_somebody_of_whom_nothing_is_known_is_not_left_out(recipes: Sequence[Recipe], task: str):
    assert not isinstance(match_in_session(task, recipes, []), Match)
