"""GitHub as one function from requests to answers.

`GitHubSandbox.handle` needs no network: tests call it directly, ``server`` mounts it on a port. On the way to a handler
a request passes the fault switches, the API version, authentication, the rate limit, the repository's visibility and
the permissions of its route, in this order.
"""

import asyncio
import hashlib
import inspect
import json
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Literal
from urllib.parse import unquote, urlencode, urlsplit

from bot.sandbox import rest
from bot.sandbox.authentication import identify
from bot.sandbox.faults import Before, ConnectionLostError, CutDocument, Effect, Faults, Lost, Refused, StaleReads
from bot.sandbox.graph.endpoint import answer_graphql, count_mutations, is_mutation
from bot.sandbox.http import (
    Call,
    Caller,
    ForbiddenError,
    HttpError,
    NotFoundError,
    Request,
    Response,
    Route,
    Router,
    Routes,
    UnauthorizedError,
    ok,
    reply,
)
from bot.sandbox.limits import Bucket, RateLimits
from bot.sandbox.links import Links
from bot.sandbox.permissions import accepted_header, alternatives, permits
from bot.sandbox.state.deliveries import RequestRecord
from bot.sandbox.state.repository import Repository
from bot.sandbox.versions import DEFAULT, select_version, without_removed
from bot.sandbox.world import World

Style = Literal["dotcom", "enterprise"]
Watcher = Callable[[Request, Response], None]

_PREFIXES: dict[Style, tuple[str, str, str]] = {
    "dotcom": ("", "/graphql", "/_uploads"),
    "enterprise": ("/api/v3", "/api/graphql", "/api/uploads"),
}
_STORAGE = "/_storage"


class GitHubSandbox:
    """One world, served.

    Args:
        world: What is served.
        parts: Further routes, those of Actions above all.
        style: ``dotcom`` serves the REST API at the root of the address and GraphQL at ``/graphql``, ``enterprise``
            serves them at ``/api/v3`` and ``/api/graphql``.
    """

    def __init__(self, world: World, parts: Iterable[Routes] = (), *, style: Style = "dotcom") -> None:
        self.world = world
        self.style: Style = style
        self.faults = Faults()
        self.limits = RateLimits()
        self.latency = 0.0
        """Seconds that every answer takes, in real time: requests are under way together then."""
        self.watchers: list[Watcher] = []
        """Called with every request and its answer; the contract tests hold both against the official description."""
        self._api = Router([*rest.PARTS, *parts])
        self._uploads = Router([rest.UPLOADS])

    def place(self, base: str, *, web: str | None = None, storage: str | None = None) -> None:
        """Tell the world at which address it is served.

        ``web`` is where people look at it and ``storage`` where logs lie: the same address if None.
        """
        api, graphql, uploads = _PREFIXES[self.style]
        self.world.links.api, self.world.links.graphql = base + api, base + graphql
        self.world.links.uploads, self.world.links.storage = base + uploads, (storage or base) + _STORAGE
        self.world.links.web = web or base
        self.world.links.enterprise_host = urlsplit(base).netloc if self.style == "enterprise" else ""

    async def handle(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            ConnectionLostError: A fault switch broke the connection; there is no answer.
        """
        self.world.request_count += 1
        index = self.world.request_count
        effect = self.faults.strike(index, request)
        if isinstance(effect, Refused):
            self._record(index, request, effect.response, effect=effect)
            return effect.response
        if isinstance(effect, Before):
            effect.act(self.world)
        if isinstance(effect, StaleReads):
            self.faults.remember(self.world, effect, self.world.now())
        if isinstance(effect, Lost) and not effect.applied:
            self._record(index, request, Response(0), effect=effect)
            await asyncio.sleep(effect.after)
            raise ConnectionLostError
        response = await self._serve(index, request, effect)
        if isinstance(effect, Lost | CutDocument):
            await asyncio.sleep(effect.after if isinstance(effect, Lost) else 0)
            raise ConnectionLostError
        return response

    async def _serve(self, index: int, request: Request, effect: Effect | None) -> Response:
        if request.path.startswith(_STORAGE + "/"):
            return self._serve_lent(request)
        call = Call(self.world, request, Caller(), {}, DEFAULT)
        headers: dict[str, str] = {}
        route, points = None, 1
        try:
            route, response, points = await self._answer(call, headers, effect)
        except HttpError as error:
            response = error.response()
        response = self._finish(call, response, headers)
        if response.status == 304:
            points = 0
        self._record(index, request, response, caller=call.caller, route=route, points=points, effect=effect)
        # A document that was cut short has no answer.
        for watch in () if isinstance(effect, CutDocument) else self.watchers:
            watch(request, response)
        return response

    async def _answer(
        self, call: Call, headers: dict[str, str], effect: Effect | None
    ) -> tuple[Route | None, Response, int]:
        request = call.request
        if not request.headers.get("user-agent"):
            raise ForbiddenError("Request forbidden by administrative rules. Please send a User-Agent header.")
        call.api_version = select_version(request)
        headers["x-github-api-version-selected"] = call.api_version
        call.caller = identify(self.world, request)
        with self.limits.under_way(call.caller):
            await self._take_time()
            return await self._answer_known(call, headers, effect)

    async def _answer_known(
        self, call: Call, headers: dict[str, str], effect: Effect | None
    ) -> tuple[Route | None, Response, int]:
        """Answer a caller whose name is known."""
        request, now = call.request, self.world.now()
        api, graphql, uploads = _PREFIXES[self.style]
        if request.path == graphql and request.method == "POST":
            cut = effect.after if isinstance(effect, CutDocument) else None
            if not is_mutation(request):
                call.world = self.faults.find_stale_world(request, now) or self.world
            self.limits.pace(call.caller, "graphql", now, changes=count_mutations(request))
            bucket = self.limits.bucket(call.caller, "graphql", now)
            if bucket.used >= bucket.limit:
                return None, _graphql_exhausted(bucket), 0
            response, points = answer_graphql(call, bucket, cut_after=cut)
            bucket.used += points
            headers.update(bucket.headers("graphql"))
            return None, response, points
        if request.path == f"{api}/rate_limit":
            return None, self._show_limits(call), 0
        self.limits.pace(call.caller, "core", now, changes=int(request.method not in ("GET", "HEAD")))
        headers.update(self.limits.spend(call.caller, "core", 1, now).headers("core"))
        router, prefix = (self._uploads, uploads) if request.path.startswith(uploads + "/") else (self._api, api)
        if not request.path.startswith(prefix):
            raise NotFoundError
        found = router.find(request.method, _by_name(self.world, request.path[len(prefix) :] or "/"))
        if found is None:
            raise NotFoundError
        route, call.params = found
        moved = self._admit(call, route, headers)
        if moved is not None:
            return route, moved, 1
        answer = route.handler(call)
        return route, await answer if inspect.isawaitable(answer) else answer, 1

    async def _take_time(self) -> None:
        if self.latency:
            await asyncio.sleep(self.latency)

    def _show_limits(self, call: Call) -> Response:
        """What is left of each limit; asking costs nothing."""
        now = self.world.now()
        shown = {name: self.limits.bucket(call.caller, name, now).facts(name) for name in ("core", "graphql")}
        return ok({"resources": shown | {"search": shown["core"]}, "rate": shown["core"]})

    def _admit(self, call: Call, route: Route, headers: dict[str, str]) -> Response | None:
        """Let a call in, or raise; answers a redirect for a repository that was renamed."""
        if route.auth == "none":
            return None
        if route.auth == "app":
            if call.caller.app is None:
                raise UnauthorizedError("A JSON web token could not be decoded")
            return None
        if call.caller.token is None:
            raise UnauthorizedError("Requires authentication" if call.caller.app is None else None)
        if call.request.method == "GET":
            call.world = self.faults.find_stale_world(call.request, self.world.now()) or self.world
        needed = (
            None
            if route.template.startswith(("/installation", "/users"))
            else alternatives(route.method, route.template)
        )
        if needed is not None:
            headers["x-accepted-github-permissions"] = accepted_header(needed)
        if "repo" in call.params:
            moved = self._find_repository(call)
            if moved is not None:
                return moved
        if needed is not None and not permits(call.caller.token, needed):
            raise ForbiddenError
        return None

    def _find_repository(self, call: Call) -> Response | None:
        owner, name = call.params["owner"], call.params["repo"]
        found = call.world.find_repository(owner, name)
        if found is None or not call.token.reaches(found.id, found.owner.id):
            raise NotFoundError
        call.found_repository = found
        if found.full_name.lower() != f"{owner}/{name}".lower():
            return self._moved(call, found)
        if found.archived and call.request.method not in ("GET", "HEAD"):
            raise ForbiddenError("Repository was archived so is read-only.")
        return None

    def _moved(self, call: Call, found: Repository) -> Response:
        rest_of_path = re.sub(r".*?/repos/[^/]+/[^/]+", "", call.request.path, count=1)
        query = f"?{urlencode(call.request.query)}" if call.request.query else ""
        url = f"{self.world.links.api}/repositories/{found.id}{rest_of_path}{query}"
        status = 301 if call.request.method in ("GET", "HEAD") else 307
        return reply(status, {"message": "Moved Permanently", "url": url}, {"location": url})

    def _finish(self, call: Call, response: Response, headers: dict[str, str]) -> Response:
        """Add what every answer carries, and turn an unchanged one into 304."""
        body = response.body
        if call.api_version != DEFAULT and response.headers.get("content-type", "").startswith("application/json"):
            body = json.dumps(without_removed(json.loads(body), call.api_version), ensure_ascii=False).encode()
        request_id = hashlib.sha256(f"{self.world.request_count}".encode()).hexdigest()[:24].upper()
        merged = {
            **self.limits.bucket(call.caller, "core", self.world.now()).headers("core"),
            **headers,
            "x-github-media-type": "github.v3; format=json",
            "x-github-request-id": f"AWEI:{request_id}",
            **response.headers,
        }
        if call.request.method == "GET" and response.status == 200:
            merged["etag"] = f'W/"{hashlib.sha256(body).hexdigest()}"'
            merged["cache-control"] = "private, max-age=60, s-maxage=60"
            if merged["etag"] in _known_etags(call.request):
                bucket = self.limits.bucket(call.caller, "core", self.world.now())
                bucket.used -= 1  # A conditional request that changed nothing costs nothing.
                merged.update(bucket.headers("core"))
                merged.pop("content-type", None)
                return Response(304, merged)
        return replace(response, headers=merged, body=body)

    def _serve_lent(self, request: Request) -> Response:
        """Give out a file behind a short-lived address. Like a blob store, refuse a foreign Authorization header."""
        if "authorization" in request.headers:
            return Response(
                400, {"content-type": "application/xml"}, b"<Error><Code>InvalidAuthenticationInfo</Code></Error>"
            )
        lent = self.world.lent.get(request.path.removeprefix(_STORAGE + "/"))
        if lent is None or lent.expires_at <= self.world.now():
            return Response(404, {"content-type": "application/xml"}, b"<Error><Code>BlobNotFound</Code></Error>")
        return Response(200, {"content-type": lent.content_type}, lent.content)

    def _record(
        self,
        index: int,
        request: Request,
        response: Response,
        *,
        caller: Caller | None = None,
        route: Route | None = None,
        points: int = 0,
        effect: Effect | None = None,
    ) -> None:
        self.world.requests.append(
            RequestRecord(
                index,
                request.method,
                unquote(request.path),
                urlencode(request.query),
                route.template if route else None,
                response.status,
                (caller or Caller()).identity,
                self.world.now(),
                points,
                request.body,
                type(effect).__name__ if effect else None,
            )
        )


def _graphql_exhausted(bucket: Bucket) -> Response:
    """GraphQL says with HTTP 200 that nothing is left."""
    error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for installation."}
    return reply(200, {"errors": [error]}, {**bucket.headers("graphql"), "x-ratelimit-remaining": "0"})


def _known_etags(request: Request) -> Sequence[str]:
    return [tag.strip() for tag in request.headers.get("if-none-match", "").split(",")]


def _by_name(world: World, path: str) -> str:
    """Turn ``/repositories/{id}/...``, to which GitHub redirects after a rename, into the path with names."""
    match = re.match(r"/repositories/(\d+)(/.*|$)", path)
    repository = world.repositories.get(int(match[1])) if match else None
    return f"/repos/{repository.full_name}{match[2]}" if match and repository else path


__all__ = ["GitHubSandbox", "Links"]
