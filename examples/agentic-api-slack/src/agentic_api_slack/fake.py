"""A local stand-in for Slack's Web API: one workspace with some channels, people and messages.

Answers as Slack does: status 200 whatever happens, and `ok` says how it went. Only the methods that the plugin allows.
"""

import json
import re
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import parse_qsl

from agentic.apis.fakes.store import Object, ObjectStore, visible
from agentic.core.fake import FakeRequest, FakeResponse

TEAM, BOT, BOT_USER = "T0000001", "B0000001", "U0000003"
URL = "https://example-workspace.slack.com/"
_START = 1_767_225_600  # 2026-01-01; a message's second, counted up
_CHANNEL_NAME = re.compile(r"[a-z0-9_-]{1,80}")
_EMOJI = re.compile(r"[a-z0-9_+'-]{1,100}")
_MOST = 1000


class SlackError(Exception):
    """What Slack says in `error`."""


class SlackFake:
    """Answers requests as Slack does. `secrets` holds the only token that it takes."""

    def __init__(self, store: MutableMapping[str, str], secrets: Mapping[str, str]) -> None:
        self._store = ObjectStore(store)
        self._secrets = secrets
        if not self._store.all("channel"):
            self._seed()

    def respond(self, request: FakeRequest) -> FakeResponse:
        method = request.path.removeprefix("/api/")
        answer: Object
        try:
            self._authorise(request)
            if method not in METHODS:
                raise SlackError("unknown_method")
            answer = {"ok": True, **METHODS[method](self, _arguments(request))}
            self._store.commit()
        except SlackError as error:
            self._store.discard()
            answer = {"ok": False, "error": str(error)}
        return FakeResponse(200, json.dumps(answer).encode(), {"Content-Type": "application/json; charset=utf-8"})

    def _authorise(self, request: FakeRequest) -> None:
        sent = request.headers.get("authorization", "")
        if not sent:
            raise SlackError("not_authed")
        if sent != f"Bearer {self._secrets['bot_token']}":
            raise SlackError("invalid_auth")

    # --- methods --------------------------------------------------------------------------------------------------

    def auth_test(self, _: Mapping[str, Any]) -> Object:
        return {"url": URL, "team": "Example", "team_id": TEAM, "user": "helper", "user_id": BOT_USER, "bot_id": BOT}

    def channels(self, given: Mapping[str, Any]) -> Object:
        hide = _is_true(given.get("exclude_archived"))
        found = [item for item in self._oldest_first("channel") if not (hide and item["is_archived"])]
        return _page("channels", found, given)

    def channel_info(self, given: Mapping[str, Any]) -> Object:
        return {"channel": visible(self._channel(given))}

    def members(self, given: Mapping[str, Any]) -> Object:
        return _page("members", self._channel(given)["_members"], given)

    def create_channel(self, given: Mapping[str, Any]) -> Object:
        name = str(given.get("name", ""))
        if not _CHANNEL_NAME.fullmatch(name):
            raise SlackError("invalid_name_specials" if name else "invalid_name_required")
        if any(item["name"] == name for item in self._store.all("channel")):
            raise SlackError("name_taken")
        return {"channel": visible(self._new_channel(name, [BOT_USER]))}

    def join(self, given: Mapping[str, Any]) -> Object:
        channel = self._channel(given)
        if BOT_USER not in channel["_members"]:
            channel["_members"].append(BOT_USER)
            channel["num_members"] += 1
            self._store.put("channel", channel["id"], channel)
        return {"channel": visible(channel)}

    def set_topic(self, given: Mapping[str, Any]) -> Object:
        channel = self._channel(given)
        channel["topic"] = {"value": str(given.get("topic", ""))[:250], "creator": BOT_USER, "last_set": _START}
        self._store.put("channel", channel["id"], channel)
        return {"channel": visible(channel)}

    def history(self, given: Mapping[str, Any]) -> Object:
        channel = self._channel(given)
        found = [item for item in self._messages(channel["id"]) if item.get("thread_ts") in (None, item["ts"])]
        return {**_page("messages", found, given), "has_more": len(found) > _limit(given)}

    def replies(self, given: Mapping[str, Any]) -> Object:
        first = self._message(given, "ts")
        thread = [item for item in self._messages(first["_channel"]) if item.get("thread_ts") == first["ts"]]
        return _page("messages", [first, *(item for item in reversed(thread) if item["ts"] != first["ts"])], given)

    def post(self, given: Mapping[str, Any]) -> Object:
        channel = self._channel(given)
        text = str(given.get("text") or "")
        if not text and not given.get("blocks") and not given.get("attachments"):
            raise SlackError("no_text")
        if channel["is_archived"]:
            raise SlackError("is_archived")
        message = self._new_message(channel["id"], BOT_USER, text, str(given.get("thread_ts") or ""))
        return {"channel": channel["id"], "ts": message["ts"], "message": visible(message)}

    def update(self, given: Mapping[str, Any]) -> Object:
        message = self._message(given, "ts")
        if message["user"] != BOT_USER:
            raise SlackError("cant_update_message")
        message["text"] = str(given.get("text") or "")
        message["edited"] = {"user": BOT_USER, "ts": message["ts"]}
        self._store.put("message", _key(message), message)
        return {"channel": message["_channel"], "ts": message["ts"], "text": message["text"], "message": visible(message)}

    def permalink(self, given: Mapping[str, Any]) -> Object:
        message = self._message(given, "message_ts")
        return {
            "channel": message["_channel"],
            "permalink": f"{URL}archives/{message['_channel']}/p{message['ts'].replace('.', '')}",
        }

    def add_reaction(self, given: Mapping[str, Any]) -> Object:
        name, message = _emoji(given), self._message(given, "timestamp")
        reactions: list[Object] = message.setdefault("reactions", [])
        mine = next((item for item in reactions if item["name"] == name), None)
        if mine and BOT_USER in mine["users"]:
            raise SlackError("already_reacted")
        if mine:
            mine["users"].append(BOT_USER)
            mine["count"] += 1
        else:
            reactions.append({"name": name, "users": [BOT_USER], "count": 1})
        self._store.put("message", _key(message), message)
        return {}

    def remove_reaction(self, given: Mapping[str, Any]) -> Object:
        name, message = _emoji(given), self._message(given, "timestamp")
        reactions: list[Object] = message.get("reactions", [])
        mine = next((item for item in reactions if item["name"] == name and BOT_USER in item["users"]), None)
        if mine is None:
            raise SlackError("no_reaction")
        mine["users"].remove(BOT_USER)
        mine["count"] -= 1
        message["reactions"] = [item for item in reactions if item["count"]]
        self._store.put("message", _key(message), message)
        return {}

    def reactions(self, given: Mapping[str, Any]) -> Object:
        message = self._message(given, "timestamp")
        return {"type": "message", "channel": message["_channel"], "message": visible(message)}

    def users(self, given: Mapping[str, Any]) -> Object:
        return _page("members", self._oldest_first("user"), given)

    def user_info(self, given: Mapping[str, Any]) -> Object:
        user = self._store.get("user", str(given.get("user", "")))
        if user is None:
            raise SlackError("user_not_found")
        return {"user": visible(user)}

    def user_by_email(self, given: Mapping[str, Any]) -> Object:
        wanted = str(given.get("email", "")).casefold()
        for user in self._store.all("user"):
            if wanted and str(user["profile"].get("email", "")).casefold() == wanted:
                return {"user": visible(user)}
        raise SlackError("users_not_found")

    # --- the workspace --------------------------------------------------------------------------------------------

    def _seed(self) -> None:
        for number, (name, real, email, is_bot) in enumerate(
            (
                ("ada", "Ada Lovelace", "ada@example.com", False),
                ("grace", "Grace Hopper", "grace@example.com", False),
                ("helper", "Helper", "", True),
            ),
            1,
        ):
            profile = {"real_name": real, "display_name": name} | ({"email": email} if email else {})
            identifier = f"U{number:07}"
            user = {"id": identifier, "team_id": TEAM, "name": name, "real_name": real, "deleted": False, "is_bot": is_bot}
            self._store.put("user", identifier, user | {"profile": profile})
        for name in ("general", "random", "announcements", "support"):
            channel = self._new_channel(name, ["U0000001", "U0000002", BOT_USER])
            self._new_message(channel["id"], "U0000001", f"Welcome to #{name}", "")
        self._store.commit()

    def _new_channel(self, name: str, members: list[str]) -> Object:
        identifier = f"C{self._store.count('channels'):07}"
        kind = {"is_channel": True, "is_private": False, "is_archived": False}
        people = {"creator": members[0], "num_members": len(members), "_members": members}
        said = {name: {"value": "", "creator": "", "last_set": 0} for name in ("topic", "purpose")}
        channel = {"id": identifier, "name": name, "created": _START} | kind | people | said
        return self._store.put("channel", identifier, channel)

    def _new_message(self, channel: str, user: str, text: str, thread: str) -> Object:
        number = self._store.count("messages")
        message = {"type": "message", "user": user, "text": text, "ts": f"{_START + number}.{number:06}", "_channel": channel}
        if thread:
            message["thread_ts"] = thread
        return self._store.put("message", _key(message), message)

    def _oldest_first(self, kind: str) -> list[Object]:
        return list(reversed(self._store.all(kind)))

    def _messages(self, channel: str) -> list[Object]:
        return [item for item in self._store.all("message") if item["_channel"] == channel]

    def _channel(self, given: Mapping[str, Any]) -> Object:
        """By id; by name too, as chat.postMessage takes it."""
        wanted = str(given.get("channel", ""))
        for item in self._store.all("channel"):
            if wanted in (item["id"], f"#{item['name']}", item["name"]):
                return item
        raise SlackError("channel_not_found")

    def _message(self, given: Mapping[str, Any], field: str) -> Object:
        channel = self._channel(given)
        message = self._store.get("message", f"{channel['id']}-{given.get(field, '')}")
        if message is None:
            raise SlackError("message_not_found")
        return message


METHODS: dict[str, Callable[[SlackFake, Mapping[str, Any]], Object]] = {
    "auth.test": SlackFake.auth_test,
    "chat.getPermalink": SlackFake.permalink,
    "chat.postMessage": SlackFake.post,
    "chat.update": SlackFake.update,
    "conversations.create": SlackFake.create_channel,
    "conversations.history": SlackFake.history,
    "conversations.info": SlackFake.channel_info,
    "conversations.join": SlackFake.join,
    "conversations.list": SlackFake.channels,
    "conversations.members": SlackFake.members,
    "conversations.replies": SlackFake.replies,
    "conversations.setTopic": SlackFake.set_topic,
    "reactions.add": SlackFake.add_reaction,
    "reactions.get": SlackFake.reactions,
    "reactions.remove": SlackFake.remove_reaction,
    "users.info": SlackFake.user_info,
    "users.list": SlackFake.users,
    "users.lookupByEmail": SlackFake.user_by_email,
}


def _arguments(request: FakeRequest) -> Mapping[str, Any]:
    """From the query, and from a form or a JSON body."""
    given: dict[str, Any] = dict(parse_qsl(request.query))
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind == "application/json" and request.body:
        try:
            data = json.loads(request.body)
        except ValueError:
            raise SlackError("invalid_json") from None
        if not isinstance(data, dict):
            raise SlackError("json_not_object")
        return given | data
    return given | dict(parse_qsl(request.body.decode("utf-8", "replace")))


def _page(name: str, found: list[Any], given: Mapping[str, Any]) -> Object:
    """A part of a list, and where the next one begins."""
    cursor = str(given.get("cursor") or "0")
    if not cursor.isdigit():
        raise SlackError("invalid_cursor")
    start, limit = int(cursor), _limit(given)
    following = str(start + limit) if start + limit < len(found) else ""
    return {name: [visible(item) for item in found[start : start + limit]], "response_metadata": {"next_cursor": following}}


def _limit(given: Mapping[str, Any]) -> int:
    text = str(given.get("limit") or "100")
    if not text.isdigit() or not 1 <= int(text) <= _MOST:
        raise SlackError("invalid_limit")
    return int(text)


def _emoji(given: Mapping[str, Any]) -> str:
    name = str(given.get("name", ""))
    if not _EMOJI.fullmatch(name):
        raise SlackError("invalid_name")
    return name


def _is_true(value: object) -> bool:
    return str(value).lower() in ("1", "true")


def _key(message: Object) -> str:
    return f"{message['_channel']}-{message['ts']}"


def fake_slack(store: MutableMapping[str, str], secrets: Mapping[str, str]) -> SlackFake:
    return SlackFake(store, secrets)
