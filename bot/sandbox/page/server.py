"""The pages on a loopback port. The port stays while worlds come and go behind it."""

import hashlib
import mimetypes
from collections.abc import Awaitable, Callable
from importlib.resources import files
from typing import Any

import aiohttp
from aiohttp import web

from bot.sandbox.http import HttpError
from bot.sandbox.page import guard
from bot.sandbox.page.doings import DOINGS, UNTOUCHING, Doing
from bot.sandbox.page.house import House
from bot.sandbox.page.rendering import render_alone, render_comment, render_sheet
from bot.sandbox.page.routes import VIEWS, View
from bot.sandbox.page.views.package import show_package
from bot.sandbox.page.views.releases import find_asset
from bot.sandbox.page.visit import SPEAKER, MissingError, Sheet, Visit
from bot.sandbox.people import NotAllowedError

_LARGEST_FORM = 640 * 1024
"""Bytes: a comment of 65,536 characters as a form sends it, whatever language it is written in."""
_ASSETS = files("bot.sandbox.page") / "assets"
_ASSET_NAMES = ("page.css", "page.js", "anchor.svg")
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class PageServer:
    """Serves a `House` on ``127.0.0.1``; an asynchronous context manager."""

    def __init__(self, house: House, *, port: int = 0) -> None:
        self.house = house
        self.port = port
        self._runner: web.AppRunner | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def base(self) -> str:
        """The pages' address, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    async def __aenter__(self) -> "PageServer":
        self._session = aiohttp.ClientSession(auto_decompress=False)
        middlewares = [guard.keep_out_foreign_hosts(lambda: self.port), self._tell_problems]
        app = web.Application(client_max_size=_LARGEST_FORM, middlewares=middlewares)
        self._add_routes(app)
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False, shutdown_timeout=1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_exc: object) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
        if self._session is not None:
            await self._session.close()

    def mount_index(self, app: web.Application) -> None:
        """Put the page of a package onto the index's own server, in place of its plain one."""
        app.router.add_get("/_/{name}", _send_asset)
        app.router.add_get("/project/{name}/", self._package)
        app.router.add_get("/project/{name}/{version}/", self._package)

    def _add_routes(self, app: web.Application) -> None:
        router = app.router
        router.add_get("/_/assets/{name}", _send_asset)
        router.add_get("/favicon.ico", _send_icon)
        for path in ("/{owner}/{repo}.git/{rest:.*}", "/_services/token/{rest:.*}"):
            router.add_route("*", path, self._forward)
        router.add_get("/{owner}/{repo}/releases/download/{tag}/{name}", self._in_world(_send_download))
        for path, view in VIEWS.items():
            router.add_get(path, self._in_world(_viewing(view)))
        router.add_post(r"/{owner}/{repo}/pull/{number:\d{1,9}}/preview", self._in_world(_preview))
        for path, doing in DOINGS.items():
            router.add_post(path, self._in_world(_doing(doing)))
        router.add_get("/{rest:.*}", self._in_world(_viewing(_miss)))

    def _in_world(self, handler: Callable[[Visit], Awaitable[web.StreamResponse]]) -> _Handler:
        async def handle(request: web.Request) -> web.StreamResponse:
            if not guard.is_safe(request):
                await guard.check_form(request, self.house.token)
            if _is_for_eyes(request):
                self.house.audience.set()
            if self.house.showing is None:
                return _wait(request, self.house)
            return await handler(Visit(request, self.house, self.house.showing))

        return handle

    @web.middleware
    async def _tell_problems(self, request: web.Request, handler: guard.Handler) -> web.StreamResponse:
        """Say what went wrong on a page like all others."""
        try:
            return await handler(request)
        except NotAllowedError as error:
            return self._problem(request, 403, str(error))
        except MissingError as error:
            return self._problem(request, 404, str(error))
        except HttpError as error:
            return self._problem(request, error.status, error.message)
        except web.HTTPException as error:
            if error.status < 400:
                raise
            return self._problem(request, error.status, error.text or error.reason)

    def _problem(self, request: web.Request, status: int, words: str) -> web.Response:
        showing = self.house.showing
        if showing is None:
            return _wait(request, self.house)
        sheet = Sheet("problem.html", "That did not work", {"words": words, "status": status})
        return _send(request, render_sheet(sheet, Visit(request, self.house, showing)), status)

    async def _package(self, request: web.Request) -> web.StreamResponse:
        if self.house.showing is None:
            return _wait(request, self.house)
        try:
            sheet = show_package(
                self.house.showing, request.match_info["name"], request.match_info.get("version")
            )  # fmt: skip
        except MissingError as error:
            return web.Response(status=404, text=str(error), headers=guard.HEADERS)
        return _send(request, render_alone(sheet, self.house, self.house.showing), sheet.status)

    async def _forward(self, request: web.Request) -> web.StreamResponse:
        """git, and whoever asks for the issuer's keys, speak with the world's own server."""
        if self.house.showing is None or self._session is None:
            raise web.HTTPServiceUnavailable(text="A new world is being made.")
        target = f"{self.house.showing.base}{request.raw_path}"
        kept = {name: request.headers[name] for name in ("Content-Type", "Git-Protocol") if name in request.headers}
        async with self._session.request(
            request.method, target, data=await request.read() or None, headers=kept
        ) as answer:
            headers = {
                name: answer.headers[name] for name in ("Content-Type", "Cache-Control") if name in answer.headers
            }
            return web.Response(status=answer.status, headers=headers, body=await answer.read())


def _viewing(view: View) -> Callable[[Visit], Awaitable[web.StreamResponse]]:
    async def handle(visit: Visit) -> web.StreamResponse:
        sheet = view(visit)
        return _send(visit.request, render_sheet(sheet, visit), sheet.status)

    return handle


def _doing(doing: Doing) -> Callable[[Visit], Awaitable[web.StreamResponse]]:
    async def handle(visit: Visit) -> web.StreamResponse:
        posted = await visit.request.post()
        form = {name: value for name, value in posted.items() if isinstance(value, str)}
        answer = web.Response(status=303, headers={**guard.HEADERS, "Location": doing(visit, form)})
        if doing not in UNTOUCHING:
            visit.showing.touched = True
        wanted = form.get(SPEAKER)
        if wanted in visit.showing.people:
            answer.set_cookie(SPEAKER, wanted, httponly=True, samesite="Strict")
        return answer

    return handle


async def _preview(visit: Visit) -> web.StreamResponse:
    """What a comment would look like; nothing is changed, and nothing remembered."""
    visit.thread()
    body = (await visit.request.post()).get("body", "")
    return _send(visit.request, render_comment(body if isinstance(body, str) else "", visit.repository), 200)


def _miss(visit: Visit) -> Sheet:
    raise MissingError(f"There is no page at {visit.request.path} in this world.")


async def _send_download(visit: Visit) -> web.StreamResponse:
    asset = find_asset(visit)
    # Whatever somebody attached is saved, never shown as a page of ours.
    headers = {**guard.HEADERS, "Content-Disposition": "attachment"}
    return web.Response(body=asset.content, content_type="application/octet-stream", headers=headers)


async def _send_asset(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in _ASSET_NAMES:
        raise web.HTTPNotFound
    return _asset(name)


async def _send_icon(_request: web.Request) -> web.StreamResponse:
    return _asset("anchor.svg")


def _asset(name: str) -> web.Response:
    media = mimetypes.guess_type(name)[0] or "application/octet-stream"
    headers = {**guard.HEADERS, "Cache-Control": "no-cache"}
    return web.Response(body=(_ASSETS / name).read_bytes(), content_type=media, charset="utf-8", headers=headers)


def _is_for_eyes(request: web.Request) -> bool:
    """Whether somebody opens a page in a browser; programs, and our own script, do not ask for HTML."""
    return "text/html" in request.headers.get("Accept", "")


def _wait(request: web.Request, house: House) -> web.Response:
    """The page that is shown while a world is made, or when that failed."""
    return _send(request, render_alone(Sheet("waiting.html", "A new world"), house), 503, {"Retry-After": "2"})


def _send(request: web.Request, page: str, status: int, more: dict[str, Any] | None = None) -> web.Response:
    """An answer that is not sent again while nothing changes; the pages ask about once a second."""
    body = page.encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {**guard.HEADERS, "ETag": tag, "Cache-Control": "no-cache", "Vary": "Cookie", **(more or {})}
    if status == 200 and request.headers.get("If-None-Match") == tag:
        return web.Response(status=304, headers=headers)
    return web.Response(status=status, body=body, content_type="text/html", charset="utf-8", headers=headers)
