"""Switches for what goes wrong between the bot and GitHub.

A fault waits for a request that fits its condition, does its harm to as many of them as it was told, and is done::

    sandbox.faults.add(When(index=7), bad_gateway())
    sandbox.faults.add(When(method="POST", path=r"/pulls$"), Lost(applied=True))
    sandbox.faults.add(When(method="GET", path=r"/git/ref/"), secondary_limit(retry_after=1), times=3)
    sandbox.faults.add(When(method="POST", path=r"/comments$"), StaleReads(3, of=r"/comments"))
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.sandbox.http import DOCUMENTATION, Request, Response, reply
from bot.sandbox.limits import TOO_FAST
from bot.sandbox.world import World


class ConnectionLostError(Exception):
    """The connection broke before an answer came; over HTTP the server closes it."""


@dataclass(frozen=True, slots=True)
class When:
    """Which requests a fault waits for; everything that is given must fit."""

    index: int | None = None
    """The number of the request, the first one being 1."""
    method: str | None = None
    path: str | None = None
    """A regular expression that is searched in the decoded path; GraphQL is ``/graphql``."""
    body: str | None = None
    """A regular expression that is searched in the body; it tells GraphQL documents apart."""
    fits: Callable[[Request], bool] | None = None

    def matches(self, index: int, request: Request) -> bool:
        """Whether this is such a request."""
        return (
            self.index in (None, index)
            and self.method in (None, request.method)
            and (self.path is None or re.search(self.path, request.path) is not None)
            and (self.body is None or re.search(self.body, request.body.decode(errors="replace")) is not None)
            and (self.fits is None or self.fits(request))
        )


@dataclass(frozen=True, slots=True)
class Refused:
    """Nothing happens, and this is the answer."""

    response: Response


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer comes. With ``applied`` the request took effect all the same."""

    applied: bool
    after: float = 0.0
    """Seconds until the connection breaks; large values are how timeouts look."""


@dataclass(frozen=True, slots=True)
class StaleReads:
    """The request takes effect, but the next ``reads`` fitting reads see the world as it was before."""

    reads: int
    of: str | None = None
    """A regular expression on the path of those reads; None for all of them."""
    lasting: timedelta = timedelta(seconds=25)
    """Later reads see the world as it is, however few there were: replicas lag by seconds."""


@dataclass(frozen=True, slots=True)
class CutDocument:
    """Of a GraphQL document, only the first ``after`` mutations take effect, and no answer comes."""

    after: int


@dataclass(frozen=True, slots=True)
class Before:
    """Something else happens in the world just before the request is served: a race, made to order."""

    act: Callable[[World], None]


Effect = Refused | Lost | StaleReads | CutDocument | Before


@dataclass(slots=True)
class Fault:
    """A condition, an effect, and how often it still strikes (None: for ever)."""

    when: When
    effect: Effect
    times: int | None = 1
    struck: int = 0


@dataclass(slots=True)
class _StaleView:
    world: World
    effect: StaleReads
    left: int
    until: datetime


@dataclass(slots=True)
class Faults:
    """The faults that wait, and the older worlds that are still served."""

    waiting: list[Fault] = field(default_factory=list)
    _views: list[_StaleView] = field(default_factory=list)

    def add(self, when: When, effect: Effect, *, times: int | None = 1) -> Fault:
        """Let ``effect`` strike the next ``times`` requests that fit."""
        fault = Fault(when, effect, times)
        self.waiting.append(fault)
        return fault

    def clear(self) -> None:
        """Let nothing go wrong any more."""
        self.waiting.clear()
        self._views.clear()

    def strike(self, index: int, request: Request) -> Effect | None:
        """The effect that this request suffers, if any."""
        for fault in self.waiting:
            if fault.when.matches(index, request):
                fault.struck += 1
                if fault.times is not None and fault.struck >= fault.times:
                    self.waiting.remove(fault)
                return fault.effect
        return None

    def remember(self, world: World, effect: StaleReads, now: datetime) -> None:
        """Keep a copy of the world for the reads to come; call it before the request takes effect."""
        self._views.append(_StaleView(world.copy(), effect, effect.reads, now + effect.lasting))

    def find_stale_world(self, request: Request, now: datetime) -> World | None:
        """The older world this read sees, if any."""
        self._views = [view for view in self._views if now < view.until]
        for view in self._views:
            if view.effect.of is None or re.search(view.effect.of, request.path):
                view.left -= 1
                if view.left <= 0:
                    self._views.remove(view)
                return view.world
        return None


def server_error(status: int = 500) -> Refused:
    """A JSON answer with a 5xx."""
    return Refused(
        reply(status, {"message": "Server Error", "documentation_url": DOCUMENTATION, "status": str(status)})
    )


def bad_gateway() -> Refused:
    """502 with the page a proxy gives."""
    return Refused(Response(502, {"content-type": "text/html"}, b"<html><body><h1>502 Bad Gateway</h1></body></html>"))


def unicorn() -> Refused:
    """503 with the HTML page GitHub shows when it is overloaded."""
    page = b"<!DOCTYPE html><html><head><title>Unicorn! &middot; GitHub</title></head><body>No server is currently available to service your request.</body></html>"
    return Refused(Response(503, {"content-type": "text/html; charset=utf-8"}, page))


def secondary_limit(*, status: int = 403, retry_after: int | None = 60) -> Refused:
    """A secondary rate limit, with 403 or 429, with or without ``retry-after``."""
    headers: Mapping[str, str] = {} if retry_after is None else {"retry-after": str(retry_after)}
    return Refused(
        reply(status, {"message": TOO_FAST, "documentation_url": DOCUMENTATION, "status": str(status)}, headers)
    )


def base_modified() -> Refused:
    """405 to a merge while GitHub still works on the one before it; unlike the other 405 it passes by itself."""
    message = "Base branch was modified. Review and try the merge again."
    return Refused(reply(405, {"message": message, "documentation_url": DOCUMENTATION, "status": "405"}))


def primary_limit(*, reset: int, status: int = 403) -> Refused:
    """The primary rate limit; ``reset`` is the second since 1970 at which it ends."""
    headers = {"x-ratelimit-limit": "5000", "x-ratelimit-remaining": "0", "x-ratelimit-used": "5000",
               "x-ratelimit-reset": str(reset), "x-ratelimit-resource": "core"}  # fmt: skip
    message = "API rate limit exceeded for installation."
    return Refused(
        reply(status, {"message": message, "documentation_url": DOCUMENTATION, "status": str(status)}, headers)
    )


def graphql_limit() -> Refused:
    """GraphQL's primary limit: HTTP 200 with an error in it."""
    error = {"type": "RATE_LIMITED", "message": "API rate limit exceeded for installation."}
    return Refused(reply(200, {"data": None, "errors": [error]}, {"x-ratelimit-remaining": "0"}))
