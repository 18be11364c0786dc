#!/usr/bin/env python3
"""Register your own Aweigh as a GitHub App, with GitHub's manifest flow, and keep what GitHub hands over once.

    python3 deploy/register.py https://aweigh.example.org --organization acme

It shows one page on this machine. Its button takes you to GitHub with ``app-manifest.json``, filled in for your host; you
read there what the App asks for and agree. GitHub sends you back with a code that is good for one hour and one exchange,
and the App's private key and webhook secret are written into ``private-key.pem`` and ``aweigh.env`` beside this file,
readable for you alone. Nothing but Python is needed, and nothing is written twice.
"""

import argparse
import hmac
import html
import json
import os
import re
import secrets
import sys
import urllib.error
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from urllib.parse import parse_qs, quote, urlsplit

HERE = Path(__file__).parent
MANIFEST = HERE / "app-manifest.json"
_TIMEOUT_SECONDS = 30
_CODE = re.compile(r"[A-Za-z0-9_-]{1,255}")
_PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><meta name="color-scheme" content="light dark">
<title>Register Aweigh</title><h1>Register Aweigh</h1>{}</html>"""


class RegistrationError(Exception):
    """GitHub did not hand over the App; the message says why."""


def build_manifest(host: str, back: str, name: str) -> dict[str, Any]:
    """The manifest for a bot that GitHub reaches at ``host``; GitHub sends the registrant to ``back``."""
    manifest: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8"))
    hook = {**manifest["hook_attributes"], "url": f"{host}/webhook"}
    return {**manifest, "name": name, "url": host, "redirect_url": back, "hook_attributes": hook}


def list_addresses(github: str) -> dict[str, str]:
    """Where the bot finds a GitHub, by the names of its settings: github.com, one of ghe.com, or an Enterprise Server."""
    scheme, _, host = github.partition("://")
    if host == "github.com" or host.endswith(".ghe.com"):
        api, issuer = (
            f"{scheme}://api.{host}",
            f"https://token.actions.{host.replace('github.com', 'githubusercontent.com')}",
        )
    else:
        api, issuer = f"{github}/api/v3", f"{github}/_services/token"
    return {"AWEIGH_GITHUB_API": api, "AWEIGH_GITHUB_WEB": github, "AWEIGH_OIDC_ISSUER": issuer}


def exchange(github: str, code: str) -> dict[str, Any]:
    """What GitHub hands over for ``code``, once. Raises RegistrationError."""
    api = list_addresses(github)["AWEIGH_GITHUB_API"]
    request = urllib.request.Request(  # noqa: S310 - the address was checked to be one of the web
        f"{api}/app-manifests/{code}/conversions",
        method="POST",
        headers={"Accept": "application/vnd.github+json", "User-Agent": "aweigh-register"},
    )
    try:
        with urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS) as answer:  # noqa: S310 - see above
            app: dict[str, Any] = json.load(answer)
    except urllib.error.HTTPError as error:
        raise RegistrationError(
            f"GitHub answered {error.code}; the code may be used up or older than an hour"
        ) from None
    except (OSError, ValueError) as error:
        raise RegistrationError(f"GitHub could not be asked: {error}") from None
    if not all(app.get(key) for key in ("id", "pem", "webhook_secret", "html_url")):
        raise RegistrationError("GitHub's answer holds no App")
    return app


def keep(app: dict[str, Any], github: str, folder: Path) -> list[Path]:
    """Write the App's secrets, each into a new file that only its owner can read. Raises FileExistsError."""
    values = {"AWEIGH_APP_ID": app["id"], "AWEIGH_WEBHOOK_SECRET": app["webhook_secret"], "AWEIGH_CONTACT": ""}
    if github != "https://github.com":
        values |= list_addresses(github)
    settings = "".join(f"{name}={value}\n" for name, value in values.items())
    written = []
    for path, content in zip(list_files(folder), (app["pem"], settings), strict=True):
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(content)
        written.append(path)
    return written


def list_files(folder: Path) -> list[Path]:
    """Where the private key and the settings go: where ``compose.yaml`` looks for them."""
    return [folder / "private-key.pem", folder / "aweigh.env"]


class Registration(ThreadingMixIn, HTTPServer):
    """One registration, on loopback, until it succeeded.

    Browsers open connections before they need them; a thread for each keeps an idle one from holding up the others.
    """

    timeout = 1.0

    def __init__(self, chosen: argparse.Namespace) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.chosen = chosen
        self.state = secrets.token_urlsafe(24)
        self.app: dict[str, Any] | None = None

    @property
    def base(self) -> str:
        """The address of the page."""
        return f"http://127.0.0.1:{self.server_port}"

    def render_form(self) -> str:
        """The page with the button."""
        chosen = self.chosen
        owner = f"organizations/{quote(chosen.organization, safe='')}/" if chosen.organization else ""
        manifest = json.dumps(build_manifest(chosen.host, f"{self.base}/registered", chosen.name), indent=2)
        return (
            f'<form method="post" action="{html.escape(chosen.github)}/{owner}settings/apps/new?state={self.state}">'
            f"<p><button>Register {html.escape(chosen.name)} on {html.escape(urlsplit(chosen.github).netloc)}</button></p>"
            f'<p><textarea name="manifest" rows="40" cols="80" readonly aria-label="Manifest">{html.escape(manifest)}'
            "</textarea></p></form>"
        )

    def finish(self, query: str) -> str:
        """Exchange the code GitHub sent along. Raises RegistrationError."""
        sent = {name: values[0] for name, values in parse_qs(query).items()}
        if not hmac.compare_digest(sent.get("state", "").encode(), self.state.encode()):
            raise RegistrationError("this did not come from the page of this registration")
        if not _CODE.fullmatch(sent.get("code", "")):
            raise RegistrationError("GitHub sent no code")
        app = exchange(self.chosen.github, sent["code"])
        keep(app, self.chosen.github, self.chosen.folder)
        self.app = app
        return f'<p>Done. Now <a href="{html.escape(app["html_url"])}/installations/new">install it</a>.</p>'


class _Handler(BaseHTTPRequestHandler):
    server: Registration
    timeout = 10

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        status, page = 404, "<p>There is nothing here.</p>"
        if self.headers.get("Host") != urlsplit(self.server.base).netloc:
            status, page = 421, "<p>This is not who you think.</p>"
        elif address.path == "/":
            status, page = 200, self.server.render_form()
        elif address.path == "/registered":
            try:
                status, page = 200, self.server.finish(address.query)
            except (RegistrationError, OSError) as error:
                status, page = 400, f"<p>{html.escape(str(error))}</p>"
        self._send(status, page)

    def _send(self, status: int, page: str) -> None:
        body = _PAGE.format(page).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server gives it
        """Stay silent: a request line holds the code."""


def _read_address(text: str) -> str:
    address = urlsplit(text)
    if address.scheme not in ("https", "http") or not address.netloc or address.path.strip("/") or address.query:
        raise argparse.ArgumentTypeError(f"{text} is no address such as https://aweigh.example.org")
    return f"{address.scheme}://{address.netloc}"


def main(arguments: list[str] | None = None) -> int:
    """Serve the page until the App is registered; the exit code says whether it was."""
    parser = argparse.ArgumentParser(description="Register your own Aweigh as a GitHub App.")
    parser.add_argument("host", type=_read_address, help="where GitHub will reach your bot")
    parser.add_argument("--organization", help="who will own the App; without it, you")
    parser.add_argument("--name", default="Aweigh", help="how it will be called; names are unique on GitHub")
    parser.add_argument("--github", type=_read_address, default="https://github.com", help="another GitHub")
    parser.add_argument("--folder", type=Path, default=HERE, help="where the secrets are written")
    chosen = parser.parse_args(arguments)
    there = [str(path) for path in list_files(chosen.folder) if path.exists()]
    if there:
        print(f"{' and '.join(there)}: already there, and not overwritten", file=sys.stderr)
        return 1
    with Registration(chosen) as server:
        print(f"Open {server.base} in a browser on this machine; Ctrl-C gives up.", flush=True)
        try:
            while server.app is None:
                server.handle_request()
        except KeyboardInterrupt:
            return 1
        print(f"Written: {', '.join(str(path) for path in list_files(chosen.folder))}")
        print(f"Install it: {server.app['html_url']}/installations/new")
    return 0


if __name__ == "__main__":
    sys.exit(main())
