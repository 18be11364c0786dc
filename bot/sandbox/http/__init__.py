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

from bot.sandbox.http.body import (
    Body,
)
from bot.sandbox.http.calls import (
    Call,
    Caller,
)
from bot.sandbox.http.errors import (
    DOCUMENTATION,
    BadRequestError,
    ConflictError,
    ForbiddenError,
    GoneError,
    HttpError,
    MethodNotAllowedError,
    NotFoundError,
    UnauthorizedError,
    UnprocessableError,
    invalid,
    refused,
)
from bot.sandbox.http.messages import (
    JSON_TYPE,
    Request,
    Response,
    created,
    no_content,
    ok,
    redirect,
    reply,
)
from bot.sandbox.http.routes import (
    Auth,
    Handler,
    Route,
    Router,
    Routes,
)

__all__ = [
    "DOCUMENTATION",
    "JSON_TYPE",
    "Auth",
    "BadRequestError",
    "Body",
    "Call",
    "Caller",
    "ConflictError",
    "ForbiddenError",
    "GoneError",
    "Handler",
    "HttpError",
    "MethodNotAllowedError",
    "NotFoundError",
    "Request",
    "Response",
    "Route",
    "Router",
    "Routes",
    "UnauthorizedError",
    "UnprocessableError",
    "created",
    "invalid",
    "no_content",
    "ok",
    "redirect",
    "refused",
    "reply",
]
