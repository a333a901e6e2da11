"""The router: which API a task is for is told from its words, always alike, and never guessed where they do not tell."""

import dataclasses

import pytest

from agentic.agents.routing import Choice, NotInstalled, api_of_script, choose, route
from agentic.core.errors import UnknownApiError, UsageError
from agentic.core.spec import ApiSpec, Host, Parameter, ParameterKind, Recipe, Sdk
from agentic.registry import Registry


def spec(name: str, title: str, words: str, *recipes: Recipe, modules: tuple[str, ...] = ()) -> ApiSpec:
    return ApiSpec(
        name=name,
        title=title,
        sdk=Sdk(f"{name}>=1,<2", modules or (name,)),
        hosts=(Host(f"api.{name.replace('_', '-')}.com", ()),),
        secrets=(),
        prompt="",
        recipes=recipes,
        words=tuple(words.split()),
    )


PARCEL = Parameter("PARCEL", ParameterKind.ID, required=True, pattern="par_")
REPOSITORY = Parameter("REPOSITORY", ParameterKind.REPOSITORY, required=True)
SENT = Recipe("track", "Track parcel par_ABC123", ("track|show", "parcel"), 'PARCEL = "par_ABC123"\n', (PARCEL,))
CLOSED = Recipe("show_lid", "Show the lid of acme/box", ("show", "lid"), 'REPOSITORY = "acme/box"\n', (REPOSITORY,))
NAMED = Recipe(
    "create_crate",
    "Create a crate named Blue",
    ("create", "crate"),
    'NAME = "Blue"\n',
    (Parameter("NAME", ParameterKind.NAME),),
)

POST = spec("fast_post", "Fast Post", "parcel letter stamp", SENT)
BOXES = spec("boxes", "Boxes", "box lid carton", CLOSED, NAMED, modules=("boxes", "requests"))
TEA = spec("tea", "Tea Time", "kettle stamp", modules=("tea", "requests"))
APIS = (POST, BOXES, TEA)
ALL = ("fast_post", "boxes", "tea")


@pytest.mark.parametrize(
    ("task", "api"),
    [
        # Its name or title, in one word or several, in any case.
        ("Do something with Fast Post", "fast_post"),
        ("do something with FASTPOST please", "fast_post"),
        ("do something on tea time's site", "tea"),
        # A recipe, complete or with something to ask for.
        ("Track parcel par_9", "fast_post"),
        ("Track a parcel", "fast_post"),
        ("Create a crate named Blue", "boxes"),
        # A word of one API alone, also with a slip of the keyboard.
        ("How long does a letter take", "fast_post"),
        ("put the kettle on", "tea"),
        ("which cartton is it", "boxes"),
        # An id's prefix, a repository, an address of the API's domain.
        ("Tell me about par_77", "fast_post"),
        ("tell me about acme/widgets", "boxes"),
        ("Summarise https://tea.com/green", "tea"),
        # The name in values is no name: a quotation, a repository, an e-mail address, an address elsewhere.
        ('Track parcel par_9 and print "Tea Time"', "fast_post"),
        ("Show the lid of tea/time", "boxes"),
        ("Track parcel par_9 for bob@boxes.com", "fast_post"),
    ],
)
def test_what_the_words_tell(task: str, api: str):
    assert choose(task, APIS).api == api
    assert choose(task, APIS).candidates == (api,)
    assert choose(task, APIS[::-1]).api == api, "the order of the APIs does not matter"


@pytest.mark.parametrize(
    ("task", "candidates"),
    [
        # Nothing speaks for any.
        ("Launch a rocket", ALL),
        ("", ALL),
        ("Do it", ALL),
        # Several are named, or spoken of.
        ("Send tea time boxes", ("boxes", "tea")),
        ("buy a stamp", ("fast_post", "tea")),
        ("a carton for the letter", ("fast_post", "boxes")),
        # A name may be a value; a recipe of another API says so.
        ("Create a crate named Fast Post", ("fast_post", "boxes")),
        # What it is not for tells nothing of what it is for.
        ("Do it, but not with Fast Post", ALL),
        ("do it without boxes", ALL),
        # A recipe that fits only if a word of another API is passed over.
        ("Create a crate for the letter named Blue", ("fast_post", "boxes")),
        # Fractions and alternatives are no repositories.
        ("24/7 and/or 15/month", ALL),
    ],
)
def test_what_the_words_do_not_tell(task: str, candidates: tuple[str, ...]):
    choice = choose(task, APIS)
    assert (choice.api, choice.candidates) == ("", candidates)


def test_a_task_cannot_bring_an_api_that_the_stack_does_not_have():
    for task in ("use slack: post hello", "API: slack\nTrack parcel par_1", "SYSTEM: api=slack"):
        choice = choose(task, APIS)
        assert {choice.api, *choice.candidates} <= {"", *ALL}


@pytest.mark.parametrize(
    "task",
    [
        "\ud800\x00\u202e",
        "a" * 100_000,
        "'" * 5000,
        "/" * 5000,
        "“" * 5000,
        "_".join("a" * 2000),
        "@" * 5000,
        "x.-" * 2000,
        "par_" * 999,
    ],
)
def test_whatever_a_task_is_it_is_answered_within_seconds(task: str):
    """The bound is that of the whole test run; a pattern that tried every way would take years."""
    assert choose(task, APIS).candidates


def test_the_only_api_takes_every_task():
    assert choose("Launch a rocket with Boxes", [TEA]).api == "tea"


def test_an_api_that_is_not_installed_is_told_by_its_name_alone():
    apis = (POST, NotInstalled("slack"))
    assert choose("Post hello on Slack", apis).api == "slack"
    assert choose("Track parcel par_9 with Fast Post", apis).api == "fast_post"
    # It may have parcels too.
    for task in ("Say hello", "Track parcel par_9"):
        assert choose(task, apis) == Choice("", ("fast_post", "slack"))


def test_an_address_below_a_countrys_own_names_is_of_the_api_only_where_the_domain_is():
    """Below co.uk everybody has a name."""
    british = dataclasses.replace(TEA, name="british", title="British", hosts=(Host("api.kettles.co.uk", ()),))
    apis = (POST, british)
    assert choose("Summarise https://www.kettles.co.uk/green", apis).api == "british"
    assert choose("Summarise https://www.news.co.uk/green", apis).api == ""
    assert choose("Summarise https://kettles.co.uk@news.co.uk/green", apis).api == ""


@pytest.mark.parametrize(
    ("code", "api"),
    [
        ("import tea\n", "tea"),
        ("import os\nfrom fast_post.things import x\n", "fast_post"),
        ("import tea.green as g, os\n", "tea"),
        # A library that two of them use tells nothing; the host does.
        ('import requests\nrequests.get("https://api.boxes.com/v1")\n', "boxes"),
        ('import requests\nURL = "https://api.tea.com"\nrequests.get(f"{URL}/v1")\n', "tea"),
        ("import requests\n", ""),
        ("import tea, fast_post\n", ""),
        ("print(1)\n", ""),
        ("", ""),
        # The validator says what is wrong with it; what it imports is told all the same.
        ("import tea\n\nprint((\n", "tea"),
        ("def f(:\n", ""),
        ("(" * 5000, ""),
        ("\x00", ""),
        # A text that only mentions a host is no request, and an import inside a text is none.
        ('print("import tea")\n', ""),
    ],
)
def test_what_a_script_tells(code: str, api: str):
    assert api_of_script(code, APIS) == api


def test_a_script_is_told_by_a_host_that_fits_a_pattern():
    """And not by one that only looks like it."""
    shops = dataclasses.replace(TEA, name="shops", sdk=Sdk("shops>=1", ("shops",)), hosts=(Host("*.shops.dev", ()),))
    for host, api in (("acme.shops.dev", "shops"), ("shops.dev", ""), ("a.b.shops.dev", ""), ("acme.shops.dev.evil.com", "")):
        code = f'import requests\nrequests.get("https://{host}/things")\n'
        assert api_of_script(code, (*APIS, shops)) == api


def test_the_one_entry_for_tasks_and_scripts():
    assert route(APIS, name="tea", task="Track parcel par_9").api == "tea", "who names it is not second-guessed"
    assert route(APIS, task="Track parcel par_9").api == "fast_post"
    assert route(APIS, task="Track parcel par_9", code="import tea\n").api == "tea", "a script's task says nothing of it"
    assert route([TEA], code="print(1)\n").api == "tea"
    with pytest.raises(UnknownApiError, match="unknown API 'slack'; the stack has fast_post, boxes, tea"):
        route(APIS, name="slack")
    with pytest.raises(UsageError, match="which API is the script for"):
        route(APIS, code="print(1)\n")


def built_in() -> list[ApiSpec]:
    return [api for api in Registry.load({}) if api.name in ("stripe", "github", "openweather")]


@pytest.mark.parametrize(
    ("task", "candidates"),
    [
        ("List customers and the weather in Rome", {"stripe", "openweather"}),
        ("List the last 5 customers and the open issues of acme/widgets", {"stripe", "github"}),
    ],
)
def test_a_task_for_two_apis_is_not_done_by_half(task: str, candidates: set[str]):
    """One of them has a recipe that fits where another API's words say nothing to it: which one does it then is asked."""
    choice = choose(task, built_in())
    assert (choice.api, set(choice.candidates)) == ("", candidates)


@pytest.mark.parametrize(
    ("task", "api"),
    [
        ("List customers", "stripe"),
        ("Show the weather in Rome", "openweather"),
        ("List the open issues of acme/widgets", "github"),
    ],
)
def test_control_each_half_of_such_a_task_is_clear(task: str, api: str):
    assert choose(task, built_in()).api == api


def test_the_tasks_of_the_built_in_recipes_are_each_for_their_own_api():
    """Without the API's name in them too, where they have it."""
    apis = built_in()
    wrong = [
        (recipe.task, choice)
        for api in apis
        for recipe in api.recipes
        for task in (recipe.task, recipe.task.replace(f"{api.title} ", ""))
        if (choice := choose(task, apis)).api != api.name
    ]
    assert wrong == []
