"""A request on its way through a handler: who asks, for what, with which parameters."""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from urllib.parse import urlencode

from bot.sandbox.clock import parse_iso
from bot.sandbox.http.body import Body
from bot.sandbox.http.errors import BadRequestError, NotFoundError, UnauthorizedError, UnprocessableError, invalid
from bot.sandbox.http.messages import Request, Response, reply
from bot.sandbox.state.accounts import App, Installation, Token, User
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Caller:
    """Who sent a request: nobody known, an App with its JWT, or an installation with a token."""

    app: App | None = None
    token: Token | None = None

    @property
    def installation(self) -> Installation | None:
        """The installation behind a token."""
        return self.token.installation if self.token else None

    @property
    def identity(self) -> str:
        """A name for the request log that betrays no secret."""
        if self.token is not None:
            return f"installation:{self.token.installation.id}:{self.token.value[-6:]}"
        return f"app:{self.app.slug}" if self.app is not None else "anonymous"


@dataclass(slots=True)
class Call:
    """One request on its way through a handler."""

    world: World
    request: Request
    caller: Caller
    params: Mapping[str, str]
    """The variable parts of the path, decoded."""
    api_version: str
    found_repository: Repository | None = None
    listed: int = 0
    """How many entries of folders a GraphQL document has made GitHub look at."""

    @property
    def repository(self) -> Repository:
        """The repository the path names; it exists, and the token reaches it."""
        if self.found_repository is None:
            raise NotFoundError
        return self.found_repository

    @property
    def app(self) -> App:
        """The App that asks. Raises UnauthorizedError for anybody else."""
        app = self.caller.app or (self.caller.installation.app if self.caller.installation else None)
        if app is None:
            raise UnauthorizedError
        return app

    @property
    def token(self) -> Token:
        """The installation token that was sent. Raises UnauthorizedError without one."""
        if self.caller.token is None:
            raise UnauthorizedError
        return self.caller.token

    @property
    def actor(self) -> User:
        """Who acts in the eyes of everybody else: ``<slug>[bot]``."""
        return self.app.bot

    def number(self, name: str) -> int:
        """A numeric part of the path. Raises NotFoundError when it is not a number."""
        text = self.params[name]
        if not re.fullmatch(r"[0-9]{1,18}", text, re.ASCII):
            raise NotFoundError
        return int(text)

    def query(self, name: str, default: str = "") -> str:
        """A parameter of the query string."""
        return self.request.query.get(name, default)

    def query_moment(self, name: str) -> datetime | None:
        """An instant in the query string. Raises 422 when it is not one."""
        text = self.query(name)
        try:
            return parse_iso(text) if text else None
        except ValueError:
            raise UnprocessableError(f"Invalid {name}") from None

    def query_choice(self, name: str, default: str, choices: Iterable[str], resource: str) -> str:
        """A parameter of the query string that must be one of ``choices``. Raises 422 when it is not."""
        value = self.query(name, default)
        if value not in choices:
            raise invalid(resource, name)
        return value

    @property
    def per_page(self) -> int:
        """How many items a page holds: 30, or what the query says, at most 100."""
        return min(max(self._count("per_page", 30), 1), 100)

    @property
    def page_number(self) -> int:
        """The page that is asked for; the first is 1."""
        return max(self._count("page", 1), 1)

    def accepts(self, media: str) -> bool:
        """Whether the Accept header asks for ``media``, such as ``raw``, in either of GitHub's spellings."""
        accept = self.request.headers.get("accept", "")
        return bool(re.search(rf"application/vnd\.github\.(v3\.)?{media}\b", accept))

    def json(self) -> Body:
        """The body, which must be a JSON object (an empty one counts as ``{}``). Raises 400 when it is not JSON."""
        if not self.request.body.strip():
            return Body({})
        try:
            content = json.loads(self.request.body)
            json.dumps(content, ensure_ascii=False).encode()  # Half of a surrogate pair is no text.
        except (ValueError, RecursionError):
            raise BadRequestError from None
        if not isinstance(content, dict):
            raise BadRequestError("Body should be a JSON object")
        return Body(content)

    def page(self, items: Sequence[T], shape: Callable[[T], Any], *, wrap: str | None = None) -> Response:
        """One page of a list with its Link header; with ``wrap`` inside ``{"total_count": .., wrap: [..]}``."""
        per_page, page = self.per_page, self.page_number
        shown = [shape(item) for item in items[(page - 1) * per_page : page * per_page]]
        content: Any = shown if wrap is None else {"total_count": len(items), wrap: shown}
        return reply(200, content, self.link_header(page, -(-len(items) // per_page)))

    def link_header(self, page: int, last: int) -> dict[str, str]:
        """The Link header of a page, as GitHub writes it: prev, next, last, first, each only where it leads on."""
        targets = []
        if page > 1:
            targets.append(("prev", min(page - 1, max(last, 1))))
        if page < last:
            targets += [("next", page + 1), ("last", last)]
        if page > 1:
            targets.append(("first", 1))
        base = self.world.links.api + self.request.path
        links = (f'<{base}?{urlencode({**self.request.query, "page": n})}>; rel="{rel}"' for rel, n in targets)
        text = ", ".join(links)
        return {"link": text} if text else {}

    def _count(self, name: str, default: int) -> int:
        text = self.query(name)
        return int(text) if re.fullmatch(r"[0-9]{1,9}", text, re.ASCII) else default
