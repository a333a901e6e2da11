"""The conformance suite. Each test is one thing that every API plugin keeps; a failure says what its author has to do."""

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn, cast

import pytest

from agentic.agents.offline import Match, match
from agentic.core.cache import cache_folder
from agentic.core.errors import AgenticError
from agentic.core.frozen import FILE_NAME, freeze, thaw
from agentic.core.sdk_locks import is_pinned, lock_file, own_lock
from agentic.core.spec import Recipe
from agentic.validator import ValidationPolicy, validate
from agentic.validator.describe import installed_index

from . import budgets, fields, honest, sanity, secrecy
from .plugin import Plugin, missing_modules
from .stage import Stage

_REASON = "planted by the conformance suite"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """One test for each recipe. Of a plugin that cannot be loaded there are none; the other tests say why."""
    if "recipe" not in metafunc.fixturenames:
        return
    try:
        recipes = Plugin.named(_name(metafunc)).spec.recipes
    except AgenticError:
        recipes = ()
    metafunc.parametrize("recipe", recipes, ids=[recipe.name for recipe in recipes])


@pytest.fixture(scope="module")
def loaded(request: pytest.FixtureRequest) -> Plugin | AgenticError:
    try:
        return Plugin.named(_name(request))
    except AgenticError as error:
        return error


@pytest.fixture(scope="module")
def plugin(loaded: Plugin | AgenticError) -> Plugin:
    if isinstance(loaded, AgenticError):
        pytest.skip("the plugin cannot be loaded")
    return loaded


@pytest.fixture(scope="module")
def opened(plugin: Plugin, request: pytest.FixtureRequest) -> Iterator[Stage | AgenticError]:
    given = str(request.config.getoption("--prepare", "") or "")
    with contextlib.ExitStack() as stack:
        try:
            made: Stage | AgenticError = stack.enter_context(Stage(plugin, Path(given).read_text("utf-8") if given else ""))
        except AgenticError as error:
            made = error
        yield made


@pytest.fixture(scope="module")
def stage(opened: Stage | AgenticError) -> Stage:
    if isinstance(opened, AgenticError):
        pytest.skip("scripts cannot be run")
    return opened


def test_the_plugin_can_be_loaded(loaded: Plugin | AgenticError) -> None:
    """It is installed, its module imports, and it brings the API."""
    if isinstance(loaded, AgenticError):
        _fail(loaded)


def test_its_sdk_and_its_fake_start(plugin: Plugin, opened: Stage | AgenticError) -> None:
    """The SDK is installed and loads behind the walls of the sandbox, the hooks run there, and the fake can be made."""
    if missing := missing_modules(plugin.spec):
        need = f"pip install '{plugin.spec.sdk.requirement}'"
        _fail(f"the SDK is not installed here: there is no module {', '.join(missing)}; {need}, or correct `sdk`")
    if isinstance(opened, AgenticError):
        _fail(opened)


def test_the_spec_makes_sense(plugin: Plugin) -> None:
    """Its parts fit together, its references lead somewhere, and what is declared is not refused."""
    _expect_none(sanity.faults(plugin.spec))


def test_its_sdk_is_pinned(plugin: Plugin) -> None:
    """A function's zip takes the SDK at an exact version with hashes: by this project's lock, or by the plugin's own."""
    spec = plugin.spec
    path = lock_file(spec)
    if path is None and not is_pinned(spec.sdk.requirement, own_lock()):
        way = f'write Sdk(…, lock="PACKAGE:requirements.lock"), then `agentic plugins lock {spec.name}`'
        _fail(f"no lock pins {spec.sdk.requirement}, so that no function can carry it; {way}")
    if path is not None and not is_pinned(spec.sdk.requirement, path):
        _fail(f"{path} does not pin {spec.sdk.requirement}; `agentic plugins lock {spec.name}` writes it")


def test_the_frozen_spec_is_the_spec(plugin: Plugin, tmp_path: Path) -> None:
    """A function's zip has the spec as data; what comes out of it there must be what went in."""
    (tmp_path / FILE_NAME).write_bytes(freeze([plugin.spec]))
    thawed = thaw(tmp_path)[plugin.spec.name]
    if thawed != plugin.spec:
        names = [name for name in plugin.spec.__slots__ if getattr(thawed, name) != getattr(plugin.spec, name)]
        what = f"`{'`, `'.join(names)}` differ" if names else f"it is a {type(plugin.spec).__name__}, not ApiSpec itself"
        _fail(f"frozen and read again it is another: {what}; a spec is plain data")


def test_importing_it_is_cheap(plugin: Plugin, capsys: pytest.CaptureFixture[str]) -> None:
    """Everybody who has the plugin pays for its import. The figures are printed; only gross faults fail."""
    try:
        own = budgets.of_plugin(plugin)
        sdk = None if missing_modules(plugin.spec) else budgets.of_sdk(plugin)
    except AgenticError as error:
        _fail(error)
    with capsys.disabled():
        print(f"\n{plugin.spec.name}: importing the plugin takes {own}, its SDK {sdk or '(missing)'}")
    if own.mebibytes > budgets.PLUGIN_MIB:
        _fail(f"importing {plugin.module} takes {own}, the most is {budgets.PLUGIN_MIB} MiB; import the SDK in `warm_up` only")
    if sdk and sdk.mebibytes > budgets.SDK_MIB:
        _fail(f"importing the SDK takes {sdk}, the most is {budgets.SDK_MIB} MiB: it would not fit beside a script")


def test_honest_code_is_accepted(stage: Stage) -> None:
    """The validator finds nothing in the recipes and in plain scripts with the SDK, and these run in the sandbox."""
    spec = stage.spec
    policy = ValidationPolicy.for_spec(spec, installed_index(spec.sdk, cache_folder()))
    plain = list(honest.scripts(spec))
    texts = [*((f"recipe {recipe.name}", stage.script(recipe)) for recipe in spec.recipes), *plain]
    verdicts = ((name, validate(text, policy)) for name, text in texts)
    _expect_none(f"{name}: {verdict.summary}" for name, verdict in verdicts if not verdict.valid)
    for name, text in plain:
        ran = stage.run(text)
        if not ran.outcome.success:
            _fail(f"an honest script ({name}) that imports {', '.join(spec.sdk.modules)} did not run: {ran.told}")


def test_a_recipe_does_its_task(stage: Stage, recipe: Recipe) -> None:
    """Against the fake its script ends with 0, has said something, and every call it made was allowed."""
    ran = stage.recipe(recipe)
    if not ran.outcome.success:
        _fail(f"recipe {recipe.name!r} failed against the fake: {ran.told}")
    if ran.refused:
        _fail(f"recipe {recipe.name!r} was refused a call: {ran.refused[0]}")
    if not ran.calls:
        _fail(f"recipe {recipe.name!r} called nothing: {ran.told}")
    if not ran.outcome.stdout.strip():
        _fail(f"recipe {recipe.name!r} printed nothing: say what was done, with its id")


def test_a_task_finds_its_recipe(plugin: Plugin, recipe: Recipe) -> None:
    """The offline model takes a recipe for its own example."""
    found = match(recipe.task, plugin.spec.recipes)
    if not isinstance(found, Match):
        _fail(f"the task {recipe.task!r} finds no recipe: {found}")
    if found.recipe is not recipe:
        _fail(f"the task {recipe.task!r} finds the recipe {found.recipe.name!r}; tell them apart by `words` and `unless`")


def test_a_refusal_is_the_sdks_own_error(stage: Stage, recipe: Recipe) -> None:
    """A refused request reaches the script as an error that it knows: it tells the reason, no traceback, and exits with 1."""
    ran = stage.run_refused(stage.script(recipe), _REASON)
    if not ran.answers:
        return  # It asks for nothing, which another test finds.
    said = ran.outcome.stderr + ran.outcome.stdout
    if ran.outcome.reason or ran.outcome.success:
        _fail(f"recipe {recipe.name!r}: with every request refused it should end with exit 1: {ran.told}")
    if "Traceback" in said:
        shape = f"{stage.spec.refusal.status} {stage.spec.refusal.body[:100]}"
        _fail(f"recipe {recipe.name!r}: `refusal` ({shape}) must make the SDK raise its own error, to be caught: {ran.told}")
    if _REASON not in said:
        _fail(f"recipe {recipe.name!r}: refused, it does not tell why; print the SDK's error with its message: {ran.told}")


def test_the_key_is_never_visible(stage: Stage) -> None:
    """The fake's key is in nothing that a script or a log gets, even if the API gives back all that it was sent."""
    _expect_none(secrecy.visible(stage))


def test_other_hosts_are_refused(stage: Stage) -> None:
    """A script reaches no host that the plugin does not declare: not by the relay, not by the broker."""
    ran = stage.run(honest.to_a_foreign_host())
    if "reached" in ran.outcome.stdout or not ran.outcome.success:
        _fail(f"a script that asks for {honest.FOREIGN_HOST} was not refused: {ran.told}")
    _expect_none(secrecy.elsewhere(stage))


def test_fields_are_scrubbed(stage: Stage) -> None:
    """Each of `scrubbed_fields` is taken out of answers, wherever it stands in them."""
    _expect_none(fields.faults(stage.spec, stage.secret))


def _name(asked: pytest.Metafunc | pytest.FixtureRequest) -> str:
    """The API that the command names, or the module that has taken the suite's tests over."""
    module = cast("Any", asked).module
    return str(asked.config.getoption("--plugin", "") or getattr(module, "PLUGIN", ""))


def _expect_none(faults: Iterable[str]) -> None:
    found = list(faults)
    if found:
        _fail("\n".join(found))


def _fail(reason: str | AgenticError) -> NoReturn:
    """The reason alone: an author has no use for a traceback into the suite."""
    if isinstance(reason, AgenticError):
        reason = f"{reason.message} ({reason.hint})" if reason.hint else reason.message
    pytest.fail(reason, pytrace=False)
