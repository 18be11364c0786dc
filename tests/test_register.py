"""Registering an App of one's own: what GitHub is asked, what is kept, and what a stranger's page cannot do."""

from __future__ import annotations

import html
import importlib.util
import json
import re
import socket
import stat
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

import pytest

from bot.settings.operator import OperatorSettings
from tests.contract.findings import Finding
from tests.contract.watching import load_contract

SCRIPT = Path(__file__).parent.parent / "deploy" / "register.py"
MANIFEST = json.loads((SCRIPT.parent / "app-manifest.json").read_text())
APP = {
    "id": 4711,
    "slug": "aweigh-of-acme",
    "node_id": "A_kwDOABCDEs4AABJn",
    "owner": {
        "login": "acme",
        "id": 1,
        "node_id": "O_kgDOAAAAAQ",
        "url": "https://api.github.com/orgs/acme",
        "html_url": "https://github.com/acme",
        "avatar_url": "https://avatars.githubusercontent.com/u/1",
        "gravatar_id": "",
        "followers_url": "https://api.github.com/users/acme/followers",
        "following_url": "https://api.github.com/users/acme/following{/other_user}",
        "gists_url": "https://api.github.com/users/acme/gists{/gist_id}",
        "starred_url": "https://api.github.com/users/acme/starred{/owner}{/repo}",
        "subscriptions_url": "https://api.github.com/users/acme/subscriptions",
        "organizations_url": "https://api.github.com/users/acme/orgs",
        "repos_url": "https://api.github.com/users/acme/repos",
        "events_url": "https://api.github.com/users/acme/events{/privacy}",
        "received_events_url": "https://api.github.com/users/acme/received_events",
        "type": "Organization",
        "site_admin": False,
    },
    "name": "Aweigh of acme",
    "description": MANIFEST["description"],
    "external_url": "https://aweigh.acme.example",
    "html_url": "https://github.com/apps/aweigh-of-acme",
    "created_at": "2026-11-20T10:00:00Z",
    "updated_at": "2026-11-20T10:00:00Z",
    "permissions": MANIFEST["default_permissions"],
    "events": MANIFEST["default_events"],
    "client_id": "Iv23liABCDEFGHIJKLMN",
    "client_secret": "6fe32693a05d8d4c0d1cf8e7e3a6a0a4d1d1d1d1",
    "webhook_secret": "e340154128314309424b7c8e90325147d99fdafa",
    "pem": "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----\n",
}
CONVERSION = "POST /app-manifests/{code}/conversions"


@dataclass
class GitHub:
    """A GitHub that knows one code, good for one exchange."""

    base: str
    asked: list[str] = field(default_factory=list)
    code: str = "a1b2c3"
    untrue: list[Finding] = field(default_factory=list)
    """What it said that GitHub, by its own description, would not say."""


@pytest.fixture
def github() -> Iterator[GitHub]:
    class Answering(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            known.asked.append(self.path)
            good = self.path == f"/api/v3/app-manifests/{known.code}/conversions"
            known.code = "used up" if good else known.code
            problem = {"message": "Not Found", "documentation_url": "https://docs.github.com/rest", "status": "404"}
            answer, status = (APP, 201) if good else (problem, 404)
            known.untrue += load_contract().check_answer(CONVERSION, status, answer)
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name http.server gives it
            pass

    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        known = GitHub(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield known
        server.shutdown()
        thread.join()
    assert known.untrue == []


@dataclass
class Running:
    """The script, waiting for its visitor."""

    process: subprocess.Popen[str]
    base: str
    folder: Path

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(
                urllib.request.Request(self.base + path, headers=headers), timeout=20
            ) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            with error:
                return error.code, error.read().decode()

    @property
    def state(self) -> str:
        found = re.search(r"state=([\w-]+)", self.get("/")[1])
        assert found is not None
        return found[1]


@pytest.fixture
def running(github: GitHub, tmp_path: Path) -> Iterator[Running]:
    options = [
        "https://aweigh.acme.example/",
        "--organization",
        "ac/me",
        "--github",
        github.base,
        "--folder",
        str(tmp_path),
    ]
    process = subprocess.Popen([sys.executable, str(SCRIPT), *options], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    found = re.search(r"http://\S+", process.stdout.readline())
    assert found is not None
    yield Running(process, found[0], tmp_path)
    process.kill()
    process.wait()
    process.stdout.close()


def test_the_manifest_is_ours_with_the_host_filled_in(running: Running, github: GitHub) -> None:
    status, page = running.get("/")
    assert status == 200
    assert f'action="{github.base}/organizations/ac%2Fme/settings/apps/new?state=' in page
    sent: dict[str, Any] = json.loads(html.unescape(page.split('aria-label="Manifest">')[1].split("</textarea>")[0]))
    assert sent["hook_attributes"] == {"url": "https://aweigh.acme.example/webhook", "active": True}
    assert sent["redirect_url"] == f"{running.base}/registered"
    for key in ("default_permissions", "default_events", "public"):
        assert sent[key] == MANIFEST[key]


def test_what_github_hands_over_is_kept_for_its_owner_alone(running: Running, github: GitHub) -> None:
    status, page = running.get(f"/registered?code={github.code}&state={running.state}")
    assert (status, "install it" in page) == (200, True)
    assert running.process.wait(20) == 0
    key, settings = running.folder / "private-key.pem", running.folder / "aweigh.env"
    assert key.read_text() == APP["pem"]
    assert settings.read_text().splitlines()[:2] == [
        "AWEIGH_APP_ID=4711",
        f"AWEIGH_WEBHOOK_SECRET={APP['webhook_secret']}",
    ]
    assert settings.read_text().splitlines()[3:] == [
        f"AWEIGH_GITHUB_API={github.base}/api/v3",
        f"AWEIGH_GITHUB_WEB={github.base}",
        f"AWEIGH_OIDC_ISSUER={github.base}/_services/token",
    ]
    for path in (key, settings):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("query", ["", "code=a1b2c3", "code=a1b2c3&state=guessed", "code=a1b2c3&state=%C3%A9"])
def test_a_code_that_a_stranger_sends_is_not_exchanged(running: Running, github: GitHub, query: str) -> None:
    assert running.get(f"/registered?{query}")[0] == 400
    assert github.asked == []
    assert running.process.poll() is None


@pytest.mark.parametrize("code", ["", "../../user", "a%2Fb", "a1b2c3%0d%0aX"])
def test_what_is_no_code_is_not_sent_to_github(running: Running, github: GitHub, code: str) -> None:
    assert running.get(f"/registered?code={code}&state={running.state}")[0] == 400
    assert github.asked == []


def test_a_code_that_github_does_not_know_is_told_and_can_be_tried_again(running: Running, github: GitHub) -> None:
    status, page = running.get(f"/registered?code=old&state={running.state}")
    assert (status, "GitHub answered 404" in page) == (400, True)
    assert running.get(f"/registered?code={github.code}&state={running.state}")[0] == 200


def test_a_foreign_host_name_is_turned_away(running: Running) -> None:
    assert running.get("/", Host="evil.example")[0] == 421


def test_a_connection_that_says_nothing_holds_up_nobody(running: Running) -> None:
    address = urlsplit(running.base)
    with socket.create_connection((address.hostname or "", address.port or 0)) as idle:
        assert running.get("/")[0] == 200
        idle.setblocking(False)
        with pytest.raises(BlockingIOError):  # It is still waited for; one that was given up reads as ended.
            idle.recv(1)


def test_secrets_that_are_there_are_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "aweigh.env").write_text("AWEIGH_APP_ID=1\n")
    command = [sys.executable, str(SCRIPT), "https://aweigh.acme.example", "--folder", str(tmp_path)]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, "not overwritten" in ended.stderr) == (1, True)
    assert (tmp_path / "aweigh.env").read_text() == "AWEIGH_APP_ID=1\n"


@pytest.mark.parametrize("host", ["aweigh.example", "ftp://aweigh.example", "https://aweigh.example/path", "https://"])
def test_what_is_no_address_of_the_web_is_refused(host: str) -> None:
    ended = subprocess.run([sys.executable, str(SCRIPT), host], capture_output=True, text=True, timeout=20, check=False)
    assert (ended.returncode, "is no address such as" in ended.stderr) == (2, True)


def load_script() -> ModuleType:
    """The script as a module; it stands outside of any package."""
    spec = importlib.util.spec_from_file_location("register", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    ("github", "api", "issuer"),
    [
        ("https://github.com", "https://api.github.com", "https://token.actions.githubusercontent.com"),
        ("https://acme.ghe.com", "https://api.acme.ghe.com", "https://token.actions.acme.ghe.com"),
        ("https://git.acme.example", "https://git.acme.example/api/v3", "https://git.acme.example/_services/token"),
        ("https://notghe.com", "https://notghe.com/api/v3", "https://notghe.com/_services/token"),
    ],
)
def test_each_github_is_found_where_it_is(github: str, api: str, issuer: str) -> None:
    addresses = load_script().list_addresses(github)
    assert addresses == {"AWEIGH_GITHUB_API": api, "AWEIGH_GITHUB_WEB": github, "AWEIGH_OIDC_ISSUER": issuer}


def test_what_is_kept_is_what_the_bot_reads(tmp_path: Path) -> None:
    """github.com needs no addresses; for others the bot would ask github.com about an App it does not know."""
    kept = load_script()
    kept.keep(APP, "https://github.com", tmp_path)
    lines = (tmp_path / "aweigh.env").read_text().splitlines()
    example = (SCRIPT.parent / "aweigh.env.example").read_text().splitlines()
    assert [line.partition("=")[0] for line in lines] == [
        line.partition("=")[0] for line in example if not line.startswith("#")
    ]
    assert set(kept.list_addresses("https://github.com").values()) == {
        OperatorSettings.model_fields[name].default for name in ("github_api", "github_web", "oidc_issuer")
    }
