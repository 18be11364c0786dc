"""Who may ask, and what a browser may do with the answer.

The pages listen on loopback, where every web site a visitor has open could reach them too. So the Host header must name
this very server (else a foreign name that was pointed at 127.0.0.1 would read along), what changes anything must come
from one of our own pages, and nothing but our own style sheet and script runs in them.
"""

import hmac
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web
from aiohttp.typedefs import Middleware

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

_NAMES = ("127.0.0.1", "localhost")
_SAFE_METHODS = ("GET", "HEAD")
TOKEN_FIELD = "token"  # noqa: S105 - the name of a form's field

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def is_own_host(host: str, port: int) -> bool:
    """Whether a Host header names this server on loopback."""
    return host in {f"{name}:{port}" for name in _NAMES}


def is_own_origin(request: web.Request) -> bool:
    """Whether the browser says that a request comes from one of our pages. Clients that say nothing are no browsers."""
    origin, site = request.headers.get("Origin"), request.headers.get("Sec-Fetch-Site")
    if origin is not None and urlsplit(origin).netloc != request.host:
        return False
    return site in (None, "same-origin", "none")


async def check_form(request: web.Request, token: str) -> None:
    """Refuse what was not sent by a form of ours. Raises HTTPForbidden."""
    if request.content_type != "application/x-www-form-urlencoded" or not is_own_origin(request):
        raise web.HTTPForbidden(text="This form does not come from a page of the sandbox.")
    sent = (await request.post()).get(TOKEN_FIELD, "")
    if not isinstance(sent, str) or not hmac.compare_digest(sent.encode(), token.encode()):
        raise web.HTTPForbidden(text="This form is an old one. Reload the page and try again.")


def keep_out_foreign_hosts(port: Callable[[], int]) -> Middleware:
    """A middleware that answers 421 to whoever thinks that this is another server."""

    @web.middleware
    async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_own_host(request.host, port()):
            return web.Response(status=421, text="The sandbox answers on 127.0.0.1 only.", headers=HEADERS)
        return await handler(request)

    return check


def is_safe(request: web.Request) -> bool:
    """Whether a request can change nothing."""
    return request.method in _SAFE_METHODS
