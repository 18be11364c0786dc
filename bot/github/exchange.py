"""One request, once: the place where gidgethub's requests meet the transport.

gidgethub 6.0 makes the headers, the JSON and the ``Link`` of the next page. What it lacks is added at its seam,
``_request``: the address is checked, the API version pinned, ETags kept apart by credential, refusals and broken answers
turned into our own errors before gidgethub sees them (it takes 429 and secondary limits for bad requests, and stumbles
over 422 without a message, unknown statuses and HTML).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, TypedDict

import structlog
from cachetools import LRUCache
from gidgethub import sansio
from gidgethub.abc import GitHubAPI

from bot.clock import Clock
from bot.github import answers
from bot.github.addresses import is_within, path_of
from bot.github.errors import A_MINUTE, GitHubError, RateLimited, Refused, Unavailable
from bot.github.limits import Limits
from bot.github.pace import Ask
from bot.github.tokens import Credential, Scope
from bot.github.transport import Answer, AnswerTooLargeError, Transport, TransportError

API_VERSION = "2022-11-28"
"""Pinned: the next one, 2026-03-10, takes members away that we read, such as a pull request's merge_commit_sha."""

JSON = "application/json"
DEFAULT_ACCEPT = "application/vnd.github+json"

_PINNED = {"x-github-api-version": API_VERSION}
_MOST_STORED_BYTES = 8 * 1024 * 1024
_LARGEST_STORED_ANSWER = 512 * 1024

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it, for figures: ``status`` is 0 when no answer came, ``path`` is a template."""

    method: str
    path: str
    status: int
    seconds: float
    installation_id: int | None
    resource: str
    remaining: int | None


@dataclass(frozen=True, slots=True)
class Request:
    """What is to be asked. ``url`` is complete and must lie within ``base``; ``template`` is its path for logs."""

    method: str
    url: str
    template: str
    base: str
    body: Any = b""
    content_type: str = JSON
    accept: str = DEFAULT_ACCEPT
    changes: bool = False
    """Something may have changed at GitHub even if no answer comes."""
    repeatable: bool = True
    """Asking twice does no more than asking once."""
    resource: str = "core"
    effects: int = 1
    """How many things it changes, if it changes any."""

    @property
    def path(self) -> str:
        """The real path, for errors."""
        return path_of(self.url)


@dataclass(frozen=True, slots=True)
class Reply:
    """A successful answer, read: ``next_page`` is the address of the next page, if there is one."""

    data: Any
    next_page: str | None
    headers: Mapping[str, str]
    status: int


class Wire:
    """What all requests share: the transport, what is remembered of limits and answers, and who is told."""

    def __init__(
        self,
        transport: Transport,
        *,
        user_agent: str,
        clock: Clock,
        on_exchange: Callable[[Exchange], None] | None = None,
        replicas: Callable[[], int] = lambda: 1,
    ) -> None:
        """``replicas`` tells how many processes ask GitHub as this App."""
        self.user_agent = user_agent
        self._transport = transport
        self._clock = clock
        self._on_exchange = on_exchange
        self._limits = Limits(clock, replicas)
        # By scope first: what one token may read is nobody else's, and gidgethub's own cache knows addresses only.
        self._stored: LRUCache[tuple[Scope | None, str, str], Answer] = LRUCache(
            _MOST_STORED_BYTES, getsizeof=lambda answer: len(answer.body)
        )

    async def ask(self, request: Request, credential: Credential, scope: Scope | None) -> Reply:
        """The JSON answer to one request, asked once.

        Raises:
            GitHubError: any of its kinds.
        """
        # Before gidgethub takes the address for a template and tidies it up, as well as after.
        _require_within(request)
        call = _Call(self, request, scope)
        reply = await call.get_reply(credential)
        self._store(request, call.answer, scope)
        return reply

    async def ask_text(self, request: Request, credential: Credential, scope: Scope | None) -> Answer:
        """The answer to one request for something that is not JSON, asked once; a redirect raises ``Moved``."""
        headers = sansio.create_headers(self.user_agent, accept=request.accept, **_reveal(credential))
        answer = await self.exchange(request, headers | _PINNED, b"", scope)
        self._store(request, answer, scope)
        return answer

    async def ask_stranger(self, request: Request, scope: Scope | None) -> Answer:
        """The answer of a host that is not GitHub's API, and that is told nothing about us."""
        headers = {"user-agent": self.user_agent, "accept": "*/*"}
        answer = await self._send(request, headers, b"", scope)
        if answer.status != 200:
            raise Unavailable(f"the storage answered {answer.status}", answer.status, request.method, request.path)
        return answer

    async def exchange(self, request: Request, headers: Mapping[str, str], body: bytes, scope: Scope | None) -> Answer:
        """One request with its credential, checked before and judged after; a 304 gives the stored answer again."""
        _require_within(request)
        self._respect_limits(request, scope)
        stored = self._stored.get((scope, request.accept, request.url)) if request.method == "GET" else None
        if stored is not None:
            headers = {**headers, "if-none-match": stored.headers["etag"]}
        answer = await self._send(request, headers, body, scope)
        error = answers.find_error(answer, request.method, request.path, now=self._clock.now(), changes=request.changes)
        if isinstance(error, RateLimited):
            error = self.note_limit(error, scope)
        else:
            self._note_left(answer, request, scope)
        if answer.status == 304 and stored is not None:
            return stored
        if error is not None:
            raise error
        return answer

    def _store(self, request: Request, answer: Answer, scope: Scope | None) -> None:
        # Only what could be read: a 304 would bring half an answer back for ever.
        if request.method == "GET" and "etag" in answer.headers and len(answer.body) <= _LARGEST_STORED_ANSWER:
            self._stored[scope, request.accept, request.url] = answer

    async def _send(self, request: Request, headers: Mapping[str, str], body: bytes, scope: Scope | None) -> Answer:
        started = time.perf_counter()
        answer: Answer | None = None
        try:
            answer = await self._transport(request.method, request.url, headers, body)
        except TransportError as failure:
            raise _get_failure(failure, request) from failure
        finally:
            self._tell(request, answer, time.perf_counter() - started, scope)
        return answer

    def _tell(self, request: Request, answer: Answer | None, seconds: float, scope: Scope | None) -> None:
        headers = answer.headers if answer else {}
        exchange = Exchange(
            request.method,
            request.template,
            answer.status if answer else 0,
            seconds,
            _installation(scope),
            headers.get("x-ratelimit-resource", request.resource),
            answers.read_number(headers.get("x-ratelimit-remaining")),
        )
        log.debug(
            "github.exchange",
            method=exchange.method,
            path=exchange.path,
            status=exchange.status,
            ms=round(seconds * 1000, 1),
            request_id=headers.get("x-github-request-id"),
        )
        if self._on_exchange is not None:
            self._on_exchange(exchange)

    def _respect_limits(self, request: Request, scope: Scope | None) -> None:
        # A token is no content: what the App asks for as itself costs points alone.
        effects = request.effects if request.changes else 0
        ask = Ask(request.resource, changes=effects, content=effects if scope is not None else 0)
        pause = self._limits.admit(_installation(scope), ask)
        if pause is not None:
            asked = "waiting for a rate limit", 0, request.method, request.path
            raise RateLimited(*asked, retry_after=pause, resource=request.resource)

    def _note_left(self, answer: Answer, request: Request, scope: Scope | None) -> None:
        left = answers.read_number(answer.headers.get("x-ratelimit-remaining"))
        if left is None:
            return
        reset = answers.find_reset(answer.headers, self._clock.now()) or A_MINUTE
        limit = answers.read_number(answer.headers.get("x-ratelimit-limit"))
        resource = answer.headers.get("x-ratelimit-resource", request.resource)
        self._limits.note_left(_installation(scope), resource, left=left, limit=limit, reset=reset)

    def note_limit(self, error: RateLimited, scope: Scope | None) -> RateLimited:
        """Keep quiet for as long as GitHub asked; the error with the wait that came of it."""
        installation = _installation(scope)
        if error.stated:
            self._limits.note(installation, error.resource, error.retry_after)
            return error
        wait = self._limits.note_unstated(installation, error.resource)
        asked = error.message, error.status, error.method, error.path
        return RateLimited(*asked, retry_after=wait, resource=error.resource)


class _Call(GitHubAPI):
    """gidgethub for one request: a new object each, so that nothing of it is left for the next."""

    def __init__(self, wire: Wire, request: Request, scope: Scope | None) -> None:
        super().__init__(wire.user_agent, base_url=request.base)
        self._wire = wire
        self._ask = request
        self._scope = scope
        self.answer = Answer(0, {}, b"")

    async def get_reply(self, credential: Credential) -> Reply:
        request = self._ask
        try:
            data, next_page, _ = await self._make_request(
                request.method,
                request.url,
                None,
                request.body,
                request.accept,
                content_type=request.content_type,
                extra_headers=_PINNED,
                **_reveal(credential),
            )
        except (ValueError, LookupError, RecursionError) as broken:
            # JSON that ends early or is none, an unknown charset, a rate limit that is not a number.
            raise self._get_unreadable() from broken
        if data is None and request.method == "GET":
            raise self._get_unreadable()
        return Reply(data, next_page, self.answer.headers, self.answer.status)

    async def _request(
        self, method: str, url: str, headers: Mapping[str, str], body: bytes = b""
    ) -> tuple[int, Mapping[str, str], bytes]:
        # What gidgethub made of the address is what is checked and sent.
        answer = await self._wire.exchange(replace(self._ask, url=url), headers, body, self._scope)
        if answer.body and not answers.is_json(answer):
            raise self._get_unreadable()
        self.answer = answer
        return answer.status, answer.headers, answer.body

    async def sleep(self, seconds: float) -> None:
        """Required by gidgethub, which never calls it: waiting is the caller's business."""
        raise NotImplementedError

    def _get_unreadable(self) -> Unavailable:
        request = self._ask
        return Unavailable("its answer is not JSON", 0, request.method, request.path, ambiguous=request.changes)


class _Revealed(TypedDict, total=False):
    jwt: str
    oauth_token: str


def _reveal(credential: Credential) -> _Revealed:
    value = credential.secret.reveal()
    return {"jwt": value} if credential.scheme == "bearer" else {"oauth_token": value}


def _require_within(request: Request) -> None:
    if not is_within(request.url, request.base):
        raise Refused("its address is not one of GitHub's API", 0, request.method, request.path)


def _installation(scope: Scope | None) -> int | None:
    return scope.installation_id if scope else None


def _get_failure(failure: TransportError, request: Request) -> GitHubError:
    if isinstance(failure, AnswerTooLargeError) and not request.changes:
        # Not a kind that is asked for again.
        return GitHubError(failure.message, 0, request.method, request.path)
    ambiguous = request.changes and failure.sent
    return Unavailable(failure.message, 0, request.method, request.path, ambiguous=ambiguous)
