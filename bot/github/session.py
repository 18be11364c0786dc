"""What adapters speak to: GitHub with one credential, asked as often as it takes.

Paths are templates, ``session.get("/repos/{repository}/pulls/{number}", number=5)``: ``{repository}`` is the session's
own, every other variable is quoted as one segment. An address that GitHub gave us is taken in place of a path, if it is
one of GitHub's. Every method raises the errors of ``bot.github.errors``, and ``ValueError`` for a template whose
variables are not those given.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar
from urllib.parse import urljoin, urlsplit

from bot.clock import Clock
from bot.github.addresses import Addresses, add_query, fill, is_within, split_name, template_of
from bot.github.answers import find_wait
from bot.github.errors import (
    BadCredentials,
    GitHubError,
    GraphQLError,
    Moved,
    NotFound,
    PermissionMissing,
    RateLimited,
    Refused,
    Unavailable,
)
from bot.github.exchange import DEFAULT_ACCEPT, JSON, Reply, Request, Wire
from bot.github.graphql import get_data, is_query
from bot.github.patience import Patience
from bot.github.tokens import Credential, Credentials
from bot.github.transport import Answer

_PAGE = 100
_MOST_PAGES = 100
_MOST_TEXT_BYTES = 4 * 1024 * 1024

Variable = str | int
Query = Mapping[str, object]
_T = TypeVar("_T")


class Session:
    """GitHub with one credential; ``GitHub.session`` makes it."""

    def __init__(
        self,
        wire: Wire,
        addresses: Addresses,
        credentials: Credentials,
        *,
        clock: Clock,
        sleep: Callable[[float], Awaitable[None]],
        patience: Patience,
        repository: str | None,
    ) -> None:
        self.repository = "/".join(split_name(repository)) if repository is not None else None
        self._wire = wire
        self._addresses = addresses
        self._credentials = credentials
        self._clock = clock
        self._sleep = sleep
        self._patience = patience

    @property
    def owner(self) -> str:
        """The login that the session's repository belongs to; empty without a repository."""
        return (self.repository or "").partition("/")[0]

    @property
    def name(self) -> str:
        """The name of the session's repository; empty without one."""
        return (self.repository or "").partition("/")[2]

    async def get(self, path: str, /, *, params: Query | None = None, **variables: Variable) -> Any:
        """The JSON at ``path``."""
        return (await self._ask(self._get_request("GET", path, variables, params))).data

    async def find(self, path: str, /, *, params: Query | None = None, **variables: Variable) -> Any | None:
        """The JSON at ``path``, or ``None`` if GitHub says that there is nothing."""
        try:
            return await self.get(path, params=params, **variables)
        except NotFound:
            return None

    async def list(
        self,
        path: str,
        /,
        *,
        items: str | None = None,
        limit: int | None = None,
        params: Query | None = None,
        **variables: Variable,
    ) -> AsyncIterator[Any]:
        """The entries of a list, at most ``limit``, each page asked for when it is needed.

        ``items`` names the member that holds them where a page is an object, such as ``workflow_runs``.

        Raises:
            Refused: there are more than 100 pages; a part of a list is not passed off as all of it.
        """
        if limit == 0:
            return
        size = _PAGE if limit is None else min(limit, _PAGE)
        request = self._get_request("GET", path, variables, {"per_page": size, **(params or {})})
        given = 0
        for _ in range(_MOST_PAGES):
            reply = await self._ask(request)
            for entry in _get_entries(reply, items, request):
                yield entry
                given += 1
                if given == limit:
                    return
            if reply.next_page is None:
                return
            request = replace(request, url=reply.next_page)
        raise Refused(f"the list has more than {_MOST_PAGES} pages", 0, request.method, request.path)

    async def post(
        self,
        path: str,
        body: Any = None,
        /,
        *,
        params: Query | None = None,
        repeatable: bool = False,
        **variables: Variable,
    ) -> Any:
        """The JSON that comes back, ``None`` if nothing does; ``body`` ``None`` sends none.

        ``repeatable`` promises that asking twice does no more than asking once; otherwise a request whose outcome is
        unknown raises ``Unavailable`` with ``ambiguous`` set. The same holds for the other three verbs.
        """
        request = self._get_request("POST", path, variables, params)
        return await self._change(request, body, repeatable=repeatable)

    async def ensure(self, path: str, body: Any, /, **variables: Variable) -> bool:
        """Make something of which GitHub keeps one, by ``POST``; True if it certainly was not there before.

        201 says that it is new, 200 that it was there: from an earlier time, or by a first attempt without an answer.
        """
        request = replace(self._get_request("POST", path, variables, None), body=body, changes=True, repeatable=True)
        return (await self._ask(request)).status == 201

    async def patch(
        self,
        path: str,
        body: Any = None,
        /,
        *,
        params: Query | None = None,
        repeatable: bool = False,
        **variables: Variable,
    ) -> Any:
        """See ``post``."""
        request = self._get_request("PATCH", path, variables, params)
        return await self._change(request, body, repeatable=repeatable)

    async def put(
        self,
        path: str,
        body: Any = None,
        /,
        *,
        params: Query | None = None,
        repeatable: bool = False,
        **variables: Variable,
    ) -> Any:
        """See ``post``."""
        request = self._get_request("PUT", path, variables, params)
        return await self._change(request, body, repeatable=repeatable)

    async def delete(
        self,
        path: str,
        body: Any = None,
        /,
        *,
        params: Query | None = None,
        repeatable: bool = False,
        **variables: Variable,
    ) -> Any:
        """See ``post``."""
        request = self._get_request("DELETE", path, variables, params)
        return await self._change(request, body, repeatable=repeatable)

    async def upload(self, url: str, content: bytes, content_type: str, *, params: Query | None = None) -> Any:
        """The JSON that comes back for a file, sent to the ``upload_url`` of a release (its ``{?name,label}`` is dropped)."""
        request = Request(
            "POST",
            add_query(url.partition("{")[0], params),
            template_of(url.partition("{")[0]),
            self._addresses.upload,
            body=content,
            # With exactly "application/json" gidgethub would serialise the bytes once more.
            content_type=f"{JSON}; charset=utf-8" if content_type == JSON else content_type,
            changes=True,
            repeatable=False,
        )
        return (await self._ask(request)).data

    async def get_text(
        self, path: str, /, *, accept: str = DEFAULT_ACCEPT, params: Query | None = None, **variables: Variable
    ) -> str:
        """The text at ``path``, at most its last 4 MiB; cut at the start of a line.

        GitHub keeps logs elsewhere and answers with a redirect: it is followed once, and without our token.
        """
        request = replace(self._get_request("GET", path, variables, params), accept=accept)
        scope = self._credentials.scope

        async def ask(credential: Credential) -> Answer:
            try:
                return await self._wire.ask_text(request, credential, scope)
            except Moved as moved:
                # Repeated from here on as a whole: such an address is good for a minute only.
                return await self._wire.ask_stranger(self._get_storage_request(request, moved), scope)

        return _get_tail((await self._repeat(request, ask)).body)

    async def graphql(
        self,
        query: str,
        variables: Mapping[str, Any] | None = None,
        *,
        may_lack: Sequence[tuple[str, ...]] = (),
        effects: int = 1,
    ) -> dict[str, Any]:
        """The ``data`` of a GraphQL document; errors beside it raise, as do rate limits at HTTP 200.

        ``may_lack`` are the paths of parts that are null where GitHub does not give all of them, and no error then;
        ``effects`` is how many mutations the document holds, if it holds any.
        """
        changes = not is_query(query)
        request = Request(
            "POST",
            self._addresses.graphql,
            "/graphql",
            self._addresses.graphql,
            body={"query": query, "variables": dict(variables or {})},
            changes=changes,
            repeatable=not changes,
            resource="graphql",
            effects=effects if changes else 0,
        )
        scope = self._credentials.scope

        async def ask(credential: Credential) -> dict[str, Any]:
            reply = await self._wire.ask(request, credential, scope)
            wait = find_wait(reply.headers, self._clock.now())
            try:
                return get_data(reply.data, path=request.path, changes=changes, wait=wait, may_lack=may_lack)
            except RateLimited as limit:
                raise self._wire.note_limit(limit, scope) from limit

        return await self._repeat(request, ask)

    async def graphql_in_part(self, query: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """The ``data`` of a query about many things, with ``None`` for those that are gone or hidden from us."""
        try:
            return await self.graphql(query, variables)
        except GraphQLError as error:
            if error.data is None or not error.types <= {"NOT_FOUND", "FORBIDDEN"}:
                raise
            return dict(error.data)

    async def _change(self, request: Request, body: Any, *, repeatable: bool) -> Any:
        sent = b"" if body is None else body
        return (await self._ask(replace(request, body=sent, changes=True, repeatable=repeatable))).data

    def _get_request(self, method: str, path: str, variables: Mapping[str, Variable], params: Query | None) -> Request:
        api = self._addresses.api
        if not path.startswith("/"):
            if variables:
                raise ValueError("an address takes no variables")
            return Request(method, add_query(path, params), template_of(path), api)
        filled = path
        if "{repository}" in path:
            if self.repository is None:
                raise ValueError(f"{path} asks for a repository and this session has none")
            filled = path.replace("{repository}", self.repository)
        return Request(method, api + add_query(fill(filled, variables), params), path, api)

    async def _ask(self, request: Request) -> Reply:
        scope = self._credentials.scope
        try:
            return await self._repeat(request, lambda credential: self._wire.ask(request, credential, scope))
        except Moved as moved:
            # A renamed repository answers under its number; nothing was carried out yet (docs: "Follow redirects").
            target = replace(request, url=urljoin(request.url, moved.location))
            follow = moved.status in (307, 308) or (request.method == "GET" and moved.status in (301, 302))
            if not (follow and moved.location and is_within(target.url, target.base)):
                raise
        return await self._repeat(target, lambda credential: self._wire.ask(target, credential, scope))

    async def _repeat(self, request: Request, ask: Callable[[Credential], Awaitable[_T]]) -> _T:
        attempt, renewed = 1, False
        while True:
            credential = await self._credentials.get()
            try:
                return await ask(credential)
            except BadCredentials:
                if renewed or not self._credentials.drop(credential):
                    raise
                renewed = True
                continue
            except PermissionMissing as error:
                if error.wanted or not credential.lacking:
                    raise
                # GraphQL never says which permission it misses: it is one of those that the token was not given.
                lacking = (dict(credential.lacking),)
                raise PermissionMissing(
                    error.message, error.status, error.method, error.path, wanted=lacking
                ) from error
            except GitHubError as error:
                pause = self._patience.find_pause(error, attempt, repeatable=request.repeatable)
                if pause is None:
                    raise
            await self._sleep(pause)
            attempt += 1

    def _get_storage_request(self, request: Request, moved: Moved) -> Request:
        parts = urlsplit(moved.location)
        schemes = {"https", urlsplit(self._addresses.api).scheme}
        if parts.scheme not in schemes or not is_within(moved.location, f"{parts.scheme}://{parts.netloc}"):
            raise Refused("the log lies at an address that cannot be asked", 0, request.method, request.path)
        if is_within(moved.location, self._addresses.api):
            raise moved
        return replace(request, url=moved.location, template=f"{request.template} (storage)", resource="storage")


def _get_entries(reply: Reply, items: str | None, request: Request) -> Iterable[Any]:
    page = reply.data
    if items is not None:
        page = page.get(items) if isinstance(page, dict) else None
    if not isinstance(page, list):
        raise Unavailable("its answer is not a list", 0, request.method, request.path)
    return page


def _get_tail(content: bytes) -> str:
    tail = content[-_MOST_TEXT_BYTES:]
    if len(tail) < len(content):
        tail = tail.partition(b"\n")[2] or tail
    return tail.decode("utf-8", "replace")
