"""Requests, answers, routes and errors, without any I/O.

A module that serves a part of the API makes its own `Routes` and decorates functions with it::

    routes = Routes()

    @routes.get("/repos/{owner}/{repo}/actions/runs/{run_id}")
    def get_run(call: Call) -> Response:
        run = call.repository.runs.get(call.number("run_id"))
        if run is None:
            raise NotFoundError
        return ok(...)

The path template is spelled exactly as in GitHub's own table of permissions: the permissions a route needs are looked
up there. Before a handler runs, the caller is known, the repository of the path exists, the token reaches it and
holds the permissions. Handlers read and write ``call.world``, which is an older copy of the world when a fault switch
serves a stale read, and raise the errors below. A handler may be a coroutine function.
"""

import json
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar
from urllib.parse import parse_qsl, unquote, urlencode, urlsplit

from bot.sandbox.clock import parse_iso
from bot.sandbox.state.accounts import App, Installation, Token, User
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World

JSON_TYPE = "application/json; charset=utf-8"
DOCUMENTATION = "https://docs.sandbox.invalid/rest"

T = TypeVar("T")
_MISSING: Any = object()


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. ``path`` is still percent-encoded; the names of headers are lower-case."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    @classmethod
    def of(cls, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> "Request":
        """A request to an address with or without host, with its query string taken apart."""
        if not url.startswith("/"):
            parts = urlsplit(url)
            url = f"{parts.path or '/'}?{parts.query}"
        path, _, query = url.partition("?")
        lowered = {name.lower(): value for name, value in (headers or {}).items()}
        return cls(method.upper(), path, dict(parse_qsl(query, keep_blank_values=True)), lowered, body)


@dataclass(frozen=True, slots=True)
class Response:
    """One HTTP answer."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)


def reply(status: int, content: Any, headers: Mapping[str, str] | None = None) -> Response:
    """An answer with a JSON body."""
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(status, {"content-type": JSON_TYPE, **(headers or {})}, body)


def ok(content: Any) -> Response:
    """200 with a JSON body."""
    return reply(200, content)


def created(content: Any, location: str | None = None) -> Response:
    """201 with a JSON body and, where GitHub gives it, the address of what was made."""
    return reply(201, content, {"location": location} if location else None)


def no_content() -> Response:
    """204."""
    return Response(204)


def redirect(location: str) -> Response:
    """302 to another address, as logs and assets are served."""
    return Response(302, {"location": location})


# Errors


class HttpError(Exception):
    """An answer that is an error; its body has GitHub's form."""

    status = 500
    message = "Server Error"

    def __init__(
        self,
        message: str | None = None,
        *,
        errors: Sequence[Mapping[str, Any] | str] | None = None,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.status = status or type(self).status
        self.errors = errors
        self.headers = dict(headers or {})
        super().__init__(f"{self.status} {self.message}")

    def response(self) -> Response:
        """The answer to send."""
        content: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            content["errors"] = list(self.errors)
        content |= {"documentation_url": DOCUMENTATION, "status": str(self.status)}
        return reply(self.status, content, self.headers)


class BadRequestError(HttpError):
    """400."""

    status, message = 400, "Problems parsing JSON"


class UnauthorizedError(HttpError):
    """401."""

    status, message = 401, "Bad credentials"


class ForbiddenError(HttpError):
    """403."""

    status, message = 403, "Resource not accessible by integration"


class NotFoundError(HttpError):
    """404; also for what the caller must not know of."""

    status, message = 404, "Not Found"


class MethodNotAllowedError(HttpError):
    """405; GitHub's word for a pull request that cannot be merged."""

    status, message = 405, "Pull Request is not mergeable"


class ConflictError(HttpError):
    """409."""

    status, message = 409, "Conflict"


class GoneError(HttpError):
    """410."""

    status, message = 410, "Gone"


class UnprocessableError(HttpError):
    """422 with a sentence and no list of fields."""

    status, message = 422, "Validation Failed"


def invalid(resource: str, field_name: str, code: str = "invalid", message: str | None = None) -> UnprocessableError:
    """422 ``Validation Failed`` about one field: code is missing, missing_field, invalid, already_exists or custom."""
    error = {"resource": resource, "code": code, "field": field_name}
    if message is not None:
        error["message"] = message
    return UnprocessableError(errors=[error])


def refused(resource: str, message: str) -> UnprocessableError:
    """422 ``Validation Failed`` with a sentence of the resource's own (code ``custom``)."""
    return UnprocessableError(errors=[{"resource": resource, "code": "custom", "message": message}])


# Who asks, and with what


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

    def json(self) -> "Body":
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


class Body:
    """A JSON object sent by a client, read field by field with GitHub's errors."""

    def __init__(self, content: Mapping[str, Any]) -> None:
        self.content = content

    def __contains__(self, name: str) -> bool:
        return name in self.content

    def get(self, name: str, kind: type[T] | tuple[type, ...], default: Any = _MISSING) -> Any:
        """A field of the right type.

        Args:
            name: The field.
            kind: The type it must have; give a tuple with NoneType to allow null. bool is never taken for int.
            default: What to answer when the field is absent; without one the field is required.

        Raises:
            UnprocessableError: 422 in GitHub's words for a missing field or a wrong type.
        """
        if name not in self.content:
            if default is _MISSING:
                raise UnprocessableError(f'Invalid request.\n\n"{name}" wasn\'t supplied.')
            return default
        value = self.content[name]
        kinds = kind if isinstance(kind, tuple) else (kind,)
        if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
            wanted = " or ".join(_JSON_TYPES.get(one, one.__name__) for one in kinds)
            raise UnprocessableError(f"Invalid request.\n\nFor '/{name}', {json.dumps(value)[:80]} is not {wanted}.")
        return value

    def text(self, name: str, default: Any = _MISSING) -> Any:
        """A string."""
        return self.get(name, str, default)

    def texts(self, name: str, default: Any = _MISSING) -> Any:
        """A list of strings. Raises 422 when something else is among them."""
        values = self.get(name, list, default)
        if values is not default and not all(isinstance(value, str) for value in values):
            raise UnprocessableError(f"Invalid request.\n\nFor '/{name}', an item is not a string.")
        return values

    def choice(self, name: str, choices: Sequence[str], default: Any = _MISSING) -> Any:
        """One of a few strings. Raises 422 otherwise."""
        value = self.get(name, str, default)
        if value != default and value not in choices:
            listed = ", ".join(choices)
            raise UnprocessableError(f"Invalid request.\n\n{value[:80]} is not a member of [{listed}].")
        return value


_JSON_TYPES = {
    str: "a string",
    int: "an integer",
    bool: "a boolean",
    list: "an array",
    dict: "an object",
    type(None): "null",
}


# Routes

Handler = Callable[[Call], Response | Awaitable[Response]]
Auth = Literal["installation", "app", "none"]

#: Variable parts that may contain slashes; all others end at the next one.
_LONG = frozenset({"path", "ref", "basehead", "branch", "tag"})


@dataclass(frozen=True, slots=True)
class Route:
    """One method on one path template."""

    method: str
    template: str
    handler: Handler
    auth: Auth
    pattern: re.Pattern[str]

    @property
    def weight(self) -> tuple[int, int]:
        """How specific the template is: with several that fit, the one with the most fixed parts wins."""
        parts = self.template.split("/")
        fixed = sum(1 for part in parts if not part.startswith("{"))
        return fixed, len(parts)


class Routes:
    """The routes of one part of the API."""

    def __init__(self) -> None:
        self.all: list[Route] = []

    def add(self, method: str, template: str, auth: Auth = "installation") -> Callable[[Handler], Handler]:
        """Register the decorated function for a method and a path template.

        ``auth`` says who may ask: an ``installation`` by its token (the default), an ``app`` by its JWT, or anybody
        (``none``).
        """

        def register(handler: Handler) -> Handler:
            self.all.append(Route(method, template, handler, auth, _pattern(template)))
            return handler

        return register

    def get(self, template: str, auth: Auth = "installation") -> Callable[[Handler], Handler]:
        """Register for GET."""
        return self.add("GET", template, auth)

    def post(self, template: str, auth: Auth = "installation") -> Callable[[Handler], Handler]:
        """Register for POST."""
        return self.add("POST", template, auth)

    def put(self, template: str, auth: Auth = "installation") -> Callable[[Handler], Handler]:
        """Register for PUT."""
        return self.add("PUT", template, auth)

    def patch(self, template: str, auth: Auth = "installation") -> Callable[[Handler], Handler]:
        """Register for PATCH."""
        return self.add("PATCH", template, auth)

    def delete(self, template: str, auth: Auth = "installation") -> Callable[[Handler], Handler]:
        """Register for DELETE."""
        return self.add("DELETE", template, auth)


class Router:
    """Finds the route of a request among those of all parts."""

    def __init__(self, parts: Iterable[Routes]) -> None:
        self.routes = sorted((route for part in parts for route in part.all), key=lambda r: r.weight, reverse=True)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route for a method and a percent-encoded path, with the decoded variable parts."""
        for route in self.routes:
            match = route.pattern.fullmatch(path) if route.method == method else None
            if match:
                return route, {name: unquote(value) for name, value in match.groupdict().items()}
        return None


def _pattern(template: str) -> re.Pattern[str]:
    def variable(match: re.Match[str]) -> str:
        name = match[1]
        return f"(?P<{name}>.+)" if name in _LONG else f"(?P<{name}>[^/]+)"

    return re.compile(re.sub(r"\{(\w+)\}", variable, re.sub(r"[.+]", r"\\\g<0>", template)) + "/?")
