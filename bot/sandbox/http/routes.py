"""Routes: which function answers which method on which path."""

import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

from bot.sandbox.http.calls import Call
from bot.sandbox.http.messages import Response

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
        self._of_method: dict[str, list[Route]] = {}
        for route in self.routes:
            self._of_method.setdefault(route.method, []).append(route)

    def find(self, method: str, path: str) -> tuple[Route, dict[str, str]] | None:
        """The route for a method and a percent-encoded path, with the decoded variable parts."""
        for route in self._of_method.get(method, ()):
            match = route.pattern.fullmatch(path)
            if match:
                return route, {name: unquote(value) for name, value in match.groupdict().items()}
        return None


def _pattern(template: str) -> re.Pattern[str]:
    def variable(match: re.Match[str]) -> str:
        name = match[1]
        return f"(?P<{name}>.+)" if name in _LONG else f"(?P<{name}>[^/]+)"

    return re.compile(re.sub(r"\{(\w+)\}", variable, re.sub(r"[.+]", r"\\\g<0>", template)) + "/?")
