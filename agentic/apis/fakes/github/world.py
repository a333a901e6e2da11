"""The world that a fresh fake holds: a few people, one organisation and their repositories, the same each time.

Dates are told from the day of the first request, so that "the last 90 days" has something in it.
"""

from dataclasses import dataclass

from agentic.apis.fakes.github import git
from agentic.apis.fakes.github.call import moment, new_id
from agentic.apis.fakes.github.comments import new_comment
from agentic.apis.fakes.github.gists import new_gist
from agentic.apis.fakes.github.issues import new_issue
from agentic.apis.fakes.github.labels import new_label, new_milestone
from agentic.apis.fakes.github.pulls import new_pull
from agentic.apis.fakes.github.releases import new_release
from agentic.apis.fakes.github.repositories import new_repository
from agentic.apis.fakes.store import Object, ObjectStore

# The account whose token the fake takes, as it is kept.
ME = "octocat"
_DAY = 86_400
_PEOPLE = (
    ("octocat", "The Octocat", "@acme", "San Francisco", "Keeps things tidy", 2000),
    ("ada", "Ada Lovelace", None, "London", "Notes on engines", 1500),
    ("grace", "Grace Hopper", "@acme", "Arlington", None, 1200),
    ("hubot", "Hubot", None, None, "At your service", 900),
)
_MEMBERS = ["ada", "grace", "octocat"]
_README = """\
# Widgets

Small, well-made widgets for every page.

## Install

    pip install widgets

## Use

    from widgets import Widget
    print(Widget("round"))

## Contributing

Open an issue first, please.
"""
_CODE = '''\
"""Widgets."""


class Widget:
    def __init__(self, shape):
        self.shape = shape

    def __str__(self):
        return f"a {self.shape} widget"
'''
_SEARCH = "\n\ndef search(widgets, shape):\n    return [widget for widget in widgets if widget.shape == shape]\n"
_EXPORT = '\n\ndef export(widgets):\n    return "\\n".join(map(str, widgets))\n'


@dataclass(frozen=True, slots=True)
class _Change:
    """A commit: how many days ago, by whom, what it says, and the files that it writes."""

    days: int
    by: str
    message: str
    files: tuple[tuple[str, str], ...]


_HISTORY = (
    _Change(84, "octocat", "Initial commit", (("README.md", "# Widgets\n"), ("LICENSE", "MIT License\n"))),
    _Change(80, "ada", "Add the first widget", (("widgets/__init__.py", _CODE),)),
    _Change(71, "ada", "Describe how to install", (("README.md", _README),)),
    _Change(63, "grace", "Add a page that shows them", (("docs/index.html", "<!doctype html>\n<h1>Widgets</h1>\n"),)),
    _Change(52, "grace", "Test on every push", (("Makefile", "test:\n\tpython -m pytest -q\n"),)),
    _Change(40, "octocat", "Fix the shape of round widgets", (("widgets/shapes.py", 'SHAPES = ("round", "square")\n'),)),
    _Change(33, "ada", "Add a guide", (("docs/guide.md", "# Guide\n\nStart with a round one.\n"),)),
    _Change(21, "grace", "Style the page", (("docs/style.css", "h1 { color: teal; }\n"),)),
    _Change(12, "ada", "Add oval widgets", (("widgets/shapes.py", 'SHAPES = ("round", "square", "oval")\n'),)),
    _Change(5, "octocat", "Release 1.2.0\n\nSee the notes.", (("VERSION", "1.2.0\n"),)),
)
# Title, author, days ago, labels, assignees, and how many days ago it was closed.
_ISSUES: tuple[tuple[str, str, int, tuple[str, ...], tuple[str, ...], int | None], ...] = (
    ("Round widgets are not quite round", "ada", 60, ("bug",), ("octocat",), None),
    ("Add a square widget", "grace", 58, ("enhancement",), (), 40),
    ("Login page is slow", "hubot", 45, ("priority:high",), (), None),
    ("Say which Python is needed", "ada", 41, ("documentation",), ("ada",), 33),
    ("Oval widgets", "hubot", 30, ("enhancement",), ("ada",), 12),
    ("Widgets flicker on Mondays", "grace", 26, ("bug",), (), None),
    ("Dark mode", "hubot", 18, ("enhancement", "help wanted"), (), None),
    ("Typo in the guide", "ada", 14, ("documentation", "good first issue"), (), None),
    ("Can a widget be a triangle?", "hubot", 9, ("question",), (), None),
    ("Speed up the tests", "octocat", 6, (), ("grace",), None),
    ("Remove the old page", "grace", 4, (), (), 2),
)


def prepare(store: ObjectStore, now: int) -> None:
    """Make the world in a store that has none yet."""
    if store.get("world", "made") is not None:
        return
    store.put("world", "made", {"at": now})
    start = now // 3600 * 3600 - 3600
    for login, name, company, place, bio, days in _PEOPLE:
        _account(store, login, start - days * _DAY, name=name, company=company, location=place, bio=bio, type="User")
    _account(store, "acme", start - 1800 * _DAY, name="Acme Inc.", type="Organization", members=_MEMBERS, description="Widgets")
    for login in ("ada", "grace", "hubot"):
        store.put(f"follow:{login}", ME, {"login": ME})
    store.put(f"follow:{ME}", "ada", {"login": "ada"})
    _widgets(store, start)
    _others(store, start)
    files = {"hello.py": 'print("Hello, world")\n'}
    new_gist(store, "aa5a315d61ae9438b18d1234567890ab", ME, files, moment(start - 30 * _DAY), public=True, description="Hello")


def _account(store: ObjectStore, login: str, made: float, **fields: object) -> None:
    value: Object = {"login": login, "id": new_id(store), "email": f"{login}@example.com", "blog": "", "hireable": None}
    value |= {
        "members": [],
        "organizations": ["acme"] if login in _MEMBERS else [],
        "created_at": moment(made),
    }
    store.put("account", login, value | fields)


def _commit(store: ObjectStore, repository: Object, branch: str, change: _Change, start: int) -> Object:
    tip = store.get(f"branch:{repository['id']}", branch)
    before: dict[str, str] = git.resolve(store, repository, tip["sha"])["files"] if tip else {}
    files = before | {path: git.keep_blob(store, text.encode()) for path, text in change.files}
    account = store.get("account", change.by) or {}
    date = moment(start - change.days * _DAY)
    value = git.commit(store, repository, files, change.message, account, date, tip["sha"] if tip else git.NO_PARENT)
    store.put(f"branch:{repository['id']}", branch, {"name": branch, "sha": value["sha"]})
    return value


def _widgets(store: ObjectStore, start: int) -> None:
    described: Object = {"description": "Small, well-made widgets", "homepage": "https://widgets.example.com"}
    described |= {"language": "Python", "license": "mit", "topics": ["python", "widgets"], "stars": 128, "forks": 17}
    described |= {"watchers": 9, "size": 412, "updated_at": moment(start - 5 * _DAY), "pushed_at": moment(start - 2 * _DAY)}
    repository = new_repository(store, "acme", "widgets", start - 84 * _DAY, **described)
    new_label(store, repository, "priority:high", "b60205", "Must be fixed soon")
    for change in _HISTORY:
        tip = _commit(store, repository, "main", change, start)
        if change.message.startswith("Add a guide"):
            store.put(f"tag:{repository['id']}", "v1.1.0", {"name": "v1.1.0", "sha": tip["sha"]})
    tip = git.resolve(store, repository, None)
    store.put(f"tag:{repository['id']}", "v1.2.0", {"name": "v1.2.0", "sha": tip["sha"]})
    branches = {
        "develop": None,
        "feature/search": _Change(3, "ada", "Search by shape", (("widgets/search.py", _SEARCH),)),
        "feature/export": _Change(8, "grace", "Export widgets as text", (("widgets/export.py", _EXPORT),)),
        "fix/typo": _Change(7, "hubot", "Fix a typo", (("docs/guide.md", "# Guide\n\nStart with a round widget.\n"),)),
        "docs/faq": _Change(2, "ada", "Answer what is asked most", (("docs/faq.md", "# Questions\n"),)),
    }
    for name, change in branches.items():
        store.put(f"branch:{repository['id']}", name, {"name": name, "sha": tip["sha"]})
        if change:
            _commit(store, repository, name, change, start)
    new_milestone(
        store,
        repository,
        "octocat",
        "Version 1.3",
        moment(start - 20 * _DAY),
        due_on=moment(start + 30 * _DAY)[:10] + "T00:00:00Z",
    )
    for title, user, days, labels, assignees, closed in _ISSUES:
        _issue(store, repository, title, user, days, closed, start, labels=list(labels), assignees=list(assignees))
    new_comment(store, repository, 1, "octocat", "Which browser is it?", moment(start - 59 * _DAY))
    new_comment(store, repository, 1, "ada", "All of them.", moment(start - 58 * _DAY))
    new_comment(store, repository, 3, "grace", "I see it too.", moment(start - 44 * _DAY))
    for title, user, days, head, body in (
        ("Export widgets as text", "grace", 8, "feature/export", "Closes nothing yet, but people ask for it."),
        ("Fix a typo", "hubot", 7, "fix/typo", None),
        ("Answer what is asked most", "ada", 2, "docs/faq", ""),
    ):
        new_pull(store, repository, user, title, moment(start - days * _DAY), head, "main", body=body)
    for tag, days, notes in (("v1.1.0", 33, "A guide."), ("v1.2.0", 5, "Oval widgets.")):
        new_release(store, repository, "octocat", tag, moment(start - days * _DAY), name=tag, body=notes)


def _issue(
    store: ObjectStore, repository: Object, title: str, user: str, days: int, closed: int | None, start: int, **more: object
) -> None:
    fields: Object = {"body": f"{title}, as far as I can tell.", **more}
    if closed is not None:
        date = moment(start - closed * _DAY)
        fields |= {
            "state": "closed",
            "state_reason": "completed",
            "closed_at": date,
            "closed_by": "octocat",
            "updated_at": date,
        }
    new_issue(store, repository, user, title, moment(start - days * _DAY), **fields)


def _others(store: ObjectStore, start: int) -> None:
    """Repositories with little in them: of this account, of its organisation and of strangers."""
    for owner, name, description, language, topics, stars, own in (
        ("octocat", "hello-world", "My first repository", "Python", ["hello"], 42, True),
        ("octocat", "dotfiles", "How I like it", "Shell", [], 0, True),
        ("acme", "website", "acme.example.com", "HTML", ["website"], 3, True),
        (
            "ada",
            "analytical-engine",
            "Notes on machine learning",
            "Python",
            ["machine-learning", "python"],
            1843,
            False,
        ),
        ("hubot", "learning-machines", "Machine learning in a hundred lines", "Python", ["machine-learning"], 512, False),
        ("hubot", "coffee", "Brews on command", "JavaScript", ["robot"], 77, False),
    ):
        fields: Object = {"description": description, "language": language, "topics": topics, "stars": stars}
        fields |= {"private": name == "dotfiles", "writable": own, "admin": own, "forks": stars // 9, "watchers": stars // 20}
        repository = new_repository(store, owner, name, start - 400 * _DAY, **fields)
        readme = f"# {name}\n\n{description}.\n"
        author = owner if owner != "acme" else "grace"
        _commit(store, repository, "main", _Change(300, author, "Initial commit", (("README.md", readme),)), start)
    greeting = store.get("repository_name", "octocat/hello-world") or {}
    repository = store.get("repository", str(greeting["id"])) or {}
    _issue(store, repository, "Say hello in French", "ada", 20, None, start, labels=["enhancement"])
    _issue(store, repository, "Misspelt world", "hubot", 15, 10, start, labels=["bug"])
