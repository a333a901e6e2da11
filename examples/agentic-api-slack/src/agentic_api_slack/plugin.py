"""What the Agentic API Developer has to know of Slack: the whole plugin is this one value and what it names.

The Web API is a method per path (`/api/chat.postMessage`). The SDK posts all of them, reading ones too. Slack's own errors come
with status 200 and `"ok": false`; refusals are of the same shape, with an error's status, and raise the same exception.
"""

from collections.abc import Iterable, Iterator

from agentic import ApiSpec, hookimpl
from agentic.core.spec import Credential, CredentialKind, Host, KeyCheck, Operation, Refusal, Sdk, SecretField

from .recipes import RECIPES

READS = (
    "auth.test",
    "chat.getPermalink",
    "conversations.history",
    "conversations.info",
    "conversations.list",
    "conversations.members",
    "conversations.replies",
    "reactions.get",
    "users.info",
    "users.list",
    "users.lookupByEmail",
)
WRITES = (
    "chat.postMessage",
    "chat.update",
    "conversations.create",
    "conversations.join",
    "conversations.setTopic",
    "reactions.add",
    "reactions.remove",
)
# Never, whatever a stack adds: the whole workspace, other people's access, files, what cannot be taken back. A path here also
# stands for what follows it after a dot: /api/admin for admin.users.list.
NEVER = (
    *("admin", "api", "apps", "assistant", "auth.revoke", "bots", "chat.delete", "conversations.archive", "conversations.kick"),
    *(
        "conversations.invite",
        "dialog",
        "entity",
        "files",
        "functions",
        "migration",
        "oauth",
        "openid",
        "rtm",
        "team.accessLogs",
    ),
    *("tooling", "usergroups", "users.deletePhoto", "users.profile", "users.setPhoto", "views", "workflows"),
)
# The token has one place, the header. In a field Slack would take the script's placeholder for it.
_TOKEN_FIELD = ("token",)

PROMPT = """\
Write for the Slack Web API with slack_sdk 3.
- client = slack_sdk.WebClient(token=os.environ["SLACK_BOT_TOKEN"]). Never write a token into the script.
- Catch slack_sdk.errors.SlackApiError: print error.response["error"] to stderr, and sys.exit(1). Errors come with status 200.
- chat_postMessage takes a channel's name ("#general"); conversations_history, reactions_add and the like take its id only: find
  it with conversations_list(limit=200), following response_metadata.next_cursor.
- A message is named by its channel's id and its ts. Emoji names have no colons: reactions_add(name="thumbsup", …).
- Print the id or ts of everything that is posted or changed, and its key facts.
- Available: auth_test, chat_postMessage, chat_update, chat_getPermalink, conversations_list, _info, _history, _replies,
  _members, _create, _join, _setTopic, reactions_add, _remove, _get, users_list, _info, _lookupByEmail.
- Not available: admin_*, files, deleting messages, inviting or removing people, apps and their tokens."""


def _operations() -> Iterator[Operation]:
    for method in READS:
        family = method.partition(".")[0]
        yield Operation("GET", f"/api/{method}", family, refused_fields=_TOKEN_FIELD)
        yield Operation("POST", f"/api/{method}", family, write=False, refused_fields=_TOKEN_FIELD)
    for method in WRITES:
        yield Operation("POST", f"/api/{method}", method.partition(".")[0], refused_fields=_TOKEN_FIELD)


SPEC = ApiSpec(
    name="slack",
    title="Slack",
    surface_version=1,
    sdk=Sdk("slack_sdk>=3.35,<4", modules=("slack_sdk",), lock="agentic_api_slack:requirements.lock"),
    hosts=(Host("slack.com", tuple(_operations()), Credential(CredentialKind.HEADER, "Bearer {bot_token}", "Authorization")),),
    secrets=(
        SecretField(
            name="bot_token",
            title="Slack bot token (xoxb-…)",
            environment=("SLACK_BOT_TOKEN", "SLACK_TOKEN", "SLACK_API_TOKEN"),
            placeholder="xoxb-placeholder",
            # Slack has no test tokens: what a token is worth depends on its workspace.
            fake_value="xoxb-fake-{random}",
        ),
    ),
    prompt=PROMPT,
    recipes=RECIPES,
    fake="agentic_api_slack.fake:fake_slack",
    words=("slack", "channel", "channels", "workspace", "emoji", "direct message"),
    refused=tuple(Operation("*", f"/api/{name}", name) for name in NEVER),
    scrubbed_fields=("access_token", "refresh_token", "bot_access_token"),
    refusal=Refusal(403, "application/json", '{{"ok": false, "error": "{message}"}}'),
    key_check=KeyCheck("slack.com", "/api/auth.test", valid_field="ok"),
)


@hookimpl
def agentic_apis() -> Iterable[ApiSpec]:
    return [SPEC]
