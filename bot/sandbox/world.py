"""The world: everything the sandbox's GitHub remembers, and the one place where it tells anybody about a change.

Everything here is plain data that `World.copy` can duplicate; a stale read is answered from such a copy. Behaviour
lives elsewhere: ``acts/`` changes the world and calls `World.emit`, ``rest/`` and ``graph/`` read it.
"""

import copy
import hashlib
import json
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.clock import Clock, SystemClock
from bot.sandbox.git.store import GitStore
from bot.sandbox.ids import Counter
from bot.sandbox.links import Links
from bot.sandbox.shapes.accounts import installation as installation_shape
from bot.sandbox.shapes.accounts import organization, simple_user
from bot.sandbox.shapes.repositories import repository as repository_shape
from bot.sandbox.state.accounts import App, Installation, Token, User
from bot.sandbox.state.deliveries import Delivery, Event, RequestRecord
from bot.sandbox.state.repository import Grant, MergeSettings, Repository
from bot.sandbox.subscriptions import is_subscribed


@dataclass(frozen=True, slots=True)
class LentFile:
    """A file behind a short-lived address."""

    content: bytes
    content_type: str
    expires_at: datetime


LARGEST_PAYLOAD = 25 * 1024 * 1024
"""Bytes of a webhook's body."""

Observer = Callable[["World", Repository, Event, User], None]


class World:
    """GitHub's memory: one clock, one sequence of ids, accounts, repositories, deliveries and the log of requests."""

    def __init__(self, *, clock: Clock | None = None, links: Links | None = None) -> None:
        self.clock: Clock = clock or SystemClock()
        self.links = links or Links()
        self.ids = Counter()
        self.users: dict[int, User] = {}
        self.apps: dict[int, App] = {}
        self.installations: dict[int, Installation] = {}
        self.repositories: dict[int, Repository] = {}
        self.tokens: dict[str, Token] = {}
        self.deliveries: list[Delivery] = []
        """Every delivery ever made, oldest first: the record behind ``/app/hook/deliveries``."""
        self.outbox: deque[Delivery] = deque()
        """The deliveries nobody has posted yet. Tests take them out with `take_deliveries`, else the deliverer does."""
        self.requests: list[RequestRecord] = []
        self.request_count = 0
        """Requests that have begun; those that are still being served do not stand in `requests` yet."""
        self.lent: dict[str, LentFile] = {}
        """Files behind short-lived addresses, by the secret part of the address."""
        self.observers: list[Observer] = []
        """Called once for each event, after its deliveries were queued: this is how workflows start."""
        self.wakers: list[Callable[[], None]] = []
        """Called whenever something was put into the outbox."""
        self.unknown_reads = 0
        """How many reads of a new or moved pull request find ``mergeable`` null; see `PullRequest.unknown_reads`."""
        self.closed_gate_is_invalid = False
        """Whether an App's decision about a gate that does not wait for it is answered with 422 instead of 404."""
        self.ghost = self.add_user("ghost", user_id=10137)
        self.web_flow = self.add_user("web-flow", user_id=19864447, name="GitHub", email="noreply@sandbox.invalid")
        """Commits what people do in the browser, and what GitHub signs for an App."""
        self.merge_queue = self.add_user("github-merge-queue[bot]", user_id=118344674, type="Bot")
        """Does what a merge queue does."""
        self.actions_app = self._add_actions_app()

    # Reading

    def now(self) -> datetime:
        """The present instant of this world, in UTC."""
        return self.clock.now()

    def find_user(self, login: str) -> User | None:
        """The account with this login, whatever its case."""
        wanted = login.lower()
        return next((user for user in self.users.values() if user.login.lower() == wanted), None)

    def get_user(self, login: str) -> User:
        """Like `find_user`, for an account that must exist. Raises KeyError."""
        user = self.find_user(login)
        if user is None:
            raise KeyError(login)
        return user

    def find_user_by_email(self, email: str) -> User | None:
        """The account whose commits carry this address."""
        return next((user for user in self.users.values() if user.git_email == email), None)

    def find_repository(self, owner: str, name: str) -> Repository | None:
        """The repository that has, or once had, this name, whatever its case."""
        wanted = f"{owner}/{name}".lower()
        now_named = (r for r in self.repositories.values() if r.full_name.lower() == wanted)
        once_named = (r for r in self.repositories.values() if wanted in r.former_names)
        return next(now_named, None) or next(once_named, None)

    def get_repository(self, full_name: str) -> Repository:
        """The repository ``owner/name``. Raises KeyError."""
        owner, _, name = full_name.partition("/")
        found = self.find_repository(owner, name)
        if found is None:
            raise KeyError(full_name)
        return found

    def find_installation(self, app: App, repository: Repository) -> Installation | None:
        """The installation through which ``app`` may act in ``repository``, suspended or not."""
        return next((i for i in self._installations_on(repository) if i.app is app), None)

    def bot_app(self, user: User) -> App | None:
        """The App whose bot this account is, or None for everybody else."""
        return next((app for app in self.apps.values() if app.bot is user), None)

    # Making

    def add_user(self, login: str, *, user_id: int | None = None, **facts: Any) -> User:
        """Create an account; ``facts`` are the further fields of `User`."""
        if self.find_user(login) is not None:
            raise ValueError(f"there is already an account {login}")
        user = User(user_id or self.ids.next(), login, **facts)
        self.users[user.id] = user
        return user

    def add_repository(
        self,
        owner: User,
        name: str,
        *,
        private: bool = False,
        default_branch: str = "main",
        description: str | None = None,
        fork_of: Repository | None = None,
    ) -> Repository:
        """Create an empty repository; no webhooks, the world simply starts with it."""
        now = self.now()
        repository = Repository(
            self.ids.next(),
            name,
            owner,
            GitStore(),
            created_at=now,
            pushed_at=now,
            private=private,
            default_branch=default_branch,
            description=description,
            fork_of=fork_of,
            merge_settings=MergeSettings(),
        )
        repository.store.set_head(default_branch)
        self.repositories[repository.id] = repository
        return repository

    def add_collaborator(self, repository: Repository, user: User, grant: Grant) -> None:
        """Give an account a role in a repository, in place of the one it had."""
        repository.collaborators[user.id] = grant

    def add_app(
        self,
        slug: str,
        *,
        name: str,
        owner: User,
        public_key: str,
        permissions: Mapping[str, str],
        events: Iterable[str],
        webhook_secret: str,
        webhook_url: str | None = None,
        app_id: int | None = None,
        bot_id: int | None = None,
    ) -> App:
        """Register a GitHub App with the public half of its key (PEM); makes its ``<slug>[bot]`` account."""
        app = App(
            app_id or self.ids.next(),
            slug,
            name,
            f"Iv23li{hashlib.sha256(slug.encode()).hexdigest()[:14]}",
            owner,
            self.add_user(f"{slug}[bot]", user_id=bot_id, type="Bot"),
            [public_key] if public_key else [],
            dict(permissions),
            list(events),
            webhook_secret,
            self.ids.next(),
            self.now(),
            webhook_url,
        )
        self.apps[app.id] = app
        return app

    def install(self, app: App, account: User, *, repositories: Iterable[Repository] | None = None) -> Installation:
        """Install an App on an account with all it asks for; ``repositories`` None means all of the account's."""
        selected = None if repositories is None else {repository.id for repository in repositories}
        now = self.now()
        installation = Installation(
            self.ids.next(), app, account, dict(app.permissions), list(app.events), now, now, selected
        )
        self.installations[installation.id] = installation
        return installation

    def lend_file(self, content: bytes, content_type: str, *, seconds: float = 60) -> str:
        """Put a file (a log, an asset) behind an address that works without a token, for ``seconds``."""
        name = secrets.token_hex(32)
        self.lent[name] = LentFile(content, content_type, self.now() + timedelta(seconds=seconds))
        return f"{self.links.storage}/{name}"

    # Telling

    def emit(
        self,
        repository: Repository,
        event: str,
        payload: Mapping[str, Any],
        sender: User,
        *,
        only: App | None = None,
        starts_workflows: bool = True,
    ) -> None:
        """Tell every installed App that is subscribed and permitted, then the observers, that something happened.

        Args:
            repository: Where it happened.
            event: The webhook's name, such as ``issue_comment``.
            payload: What the event itself says. repository, organization, installation and sender are added here.
            sender: Who did it: a person, or ``<slug>[bot]`` for an App's own doing.
            only: The one App that is told, for what concerns a single App (its gate, its check's button).
            starts_workflows: False for what a workflow did with its own token; GitHub starts nothing from that.
        """
        for installation in self._installations_on(repository):
            app = installation.app
            if installation.suspended_at is None and (app is only if only else is_subscribed(installation, event)):
                self._queue(repository, installation, event, payload, sender)
        told = Event(event, payload, starts_workflows)
        for observer in list(self.observers):
            observer(self, repository, told, sender)

    def emit_installation(self, installation: Installation, action: str, sender: User) -> None:
        """Tell an App that it was installed, removed, suspended or given new permissions."""
        covered = [r for r in self.repositories.values() if installation.covers(r.id, r.owner.id)]
        self._emit_installation(installation, "installation", action, sender, {"repositories": self._stubs(covered)})

    def emit_selection(
        self, installation: Installation, action: str, repositories: Iterable[Repository], sender: User
    ) -> None:
        """Tell an App that repositories were ``added`` to its installation, or ``removed`` from it."""
        changed: dict[str, Any] = {f"repositories_{name}": [] for name in ("added", "removed")}
        changed[f"repositories_{action}"] = self._stubs(repositories)
        selection = "all" if installation.repository_ids is None else "selected"
        extra = {**changed, "repository_selection": selection}
        self._emit_installation(installation, "installation_repositories", action, sender, extra)

    def _stubs(self, repositories: Iterable[Repository]) -> list[dict[str, Any]]:
        keys = ("id", "node_id", "name", "full_name", "private")
        shapes = [repository_shape(self.links, one) for one in repositories]
        return [{key: shape[key] for key in keys} for shape in shapes]

    def _emit_installation(
        self, installation: Installation, event: str, action: str, sender: User, extra: Mapping[str, Any]
    ) -> None:
        payload = {
            "action": action,
            "installation": installation_shape(self.links, installation),
            "requester": None,
            "sender": simple_user(self.links, sender),
            **extra,
        }
        self._put(
            Delivery(
                self.ids.next(),
                self.ids.next_guid(),
                installation.app,
                installation,
                None,
                event,
                action,
                json.dumps(payload, ensure_ascii=False, separators=(",", ":")).encode(),
                self.now(),
            )
        )

    def requeue(self, delivery: Delivery) -> Delivery:
        """Queue a delivery once more, with the same GUID and bytes, as a redelivery asked for by hand does."""
        again = Delivery(
            self.ids.next(),
            delivery.guid,
            delivery.app,
            delivery.installation,
            delivery.repository_id,
            delivery.event,
            delivery.action,
            delivery.body,
            self.now(),
            redelivery=True,
        )
        self._put(again)
        return again

    def take_deliveries(self) -> list[Delivery]:
        """Empty the outbox, for tests that post or read the deliveries themselves."""
        taken = list(self.outbox)
        self.outbox.clear()
        return taken

    def copy(self) -> "World":
        """The same world at this instant, which from now on stands still: nobody listens to it.

        Git objects are shared, because they never change; refs and everything else are copied.
        """
        shared = {id(kept): kept for kept in (self.clock, self.links, self.lent)}
        unheard: list[object] = [self.observers, self.wakers, self.deliveries, self.requests, self.outbox]
        return copy.deepcopy(self, memo=shared | {id(thing): type(thing)() for thing in unheard})

    # Inside

    def _installations_on(self, repository: Repository) -> Iterator[Installation]:
        for installation in list(self.installations.values()):
            if installation.covers(repository.id, repository.owner.id):
                yield installation

    def _queue(
        self,
        repository: Repository,
        installation: Installation,
        event: str,
        payload: Mapping[str, Any],
        sender: User,
    ) -> None:
        common: dict[str, Any] = {"repository": repository_shape(self.links, repository)}
        if repository.owner.type == "Organization":
            common["organization"] = organization(self.links, repository.owner)
        common["installation"] = {"id": installation.id, "node_id": installation.node_id}
        common["sender"] = simple_user(self.links, sender)
        body = json.dumps({**payload, **common}, ensure_ascii=False, separators=(",", ":")).encode()
        if len(body) > LARGEST_PAYLOAD:
            return  # GitHub says nothing about a payload it does not deliver.
        action = payload.get("action")
        self._put(
            Delivery(
                self.ids.next(),
                self.ids.next_guid(),
                installation.app,
                installation,
                repository.id,
                event,
                action if isinstance(action, str) else None,
                body,
                self.now(),
            )
        )

    def _put(self, delivery: Delivery) -> None:
        self.deliveries.append(delivery)
        self.outbox.append(delivery)
        for wake in list(self.wakers):
            wake()

    def _add_actions_app(self) -> App:
        company = self.add_user("github", user_id=9919, type="Organization")
        return self.add_app(
            "github-actions",
            name="GitHub Actions",
            owner=company,
            public_key="",
            permissions={},
            events=[],
            webhook_secret="",
            app_id=15368,
            bot_id=41898282,
        )
