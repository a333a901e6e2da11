"""The recipes: for each script in this folder, the tasks it is for and where its constants come from."""

from importlib import resources

from agentic.core.spec import Parameter, ParameterKind, Recipe

_LIST = "list|show|print|display|give|get|see|what|which|who"

# The channels of the fake workspace, which is where the offline model works; other models take any.
_CHANNEL = Parameter("CHANNEL", ParameterKind.WORD, required=True, pattern="general|random|announcements|support")


def _recipe(name: str, task: str, words: tuple[str, ...], *parameters: Parameter, unless: tuple[str, ...] = ()) -> Recipe:
    script = resources.files(__package__).joinpath(f"{name}.py").read_text("utf-8")
    return Recipe(name, task, words, script, parameters, unless)


RECIPES: tuple[Recipe, ...] = (
    _recipe(
        "post_message",
        'Post "Hello everyone" to #general',
        ("post|send|write|say|tell|announce",),
        Parameter("TEXT", ParameterKind.TEXT, required=True, pattern="post|send|write|say|saying|announce|message|tell"),
        _CHANNEL,
        unless=("react", "reaction", "create", "list"),
    ),
    _recipe("list_channels", "List the Slack channels", (_LIST, "channels|channel"), unless=("message", "messages", "history")),
    _recipe("list_users", "List the people in Slack", (_LIST, "people|users|members|user|member")),
    _recipe(
        "show_messages",
        "Show the last 5 messages in #general",
        (f"{_LIST}|read", "messages|message|history|posts"),
        Parameter("LIMIT", ParameterKind.INTEGER, pattern="last|latest|newest|recent|messages"),
        _CHANNEL,
        unless=("react", "reaction"),
    ),
    _recipe(
        "add_reaction",
        "React with :thumbsup: to the last message in #general",
        ("react|reaction|emoji",),
        Parameter("EMOJI", ParameterKind.TEXT, required=True, pattern="with|emoji|reaction"),
        _CHANNEL,
    ),
    _recipe(
        "create_channel",
        "Create a Slack channel named launch-2027",
        ("create|add|make|new|open|set up", "channel"),
        Parameter("NAME", ParameterKind.NAME, required=True),
    ),
    _recipe("who_am_i", "Which Slack workspace is this token for?", ("which|what|who|show", "token|workspace|bot|team")),
)
