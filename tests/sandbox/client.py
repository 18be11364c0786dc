"""A client that talks to a GitHubSandbox without a network, and makes its own credentials."""

import json
from dataclasses import dataclass
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from bot.sandbox.acme import Acme, new_private_key
from bot.sandbox.authentication import issue_token
from bot.sandbox.github import GitHubSandbox
from bot.sandbox.http import Request, Response

REPO = "/repos/acme/widget"


@cache
def app_key() -> str:
    """One key for all tests; making one takes a moment."""
    return new_private_key()


def make_jwt(acme: Acme, *, issued: float = -60, expires: float = 500, **claims: Any) -> str:
    now = int(acme.world.now().timestamp())
    content = {"iat": int(now + issued), "exp": int(now + expires), "iss": acme.app.client_id, **claims}
    return jwt.encode(content, _loaded(acme.private_key), algorithm="RS256")


@cache
def _loaded(private_key: str) -> RSAPrivateKey:
    """The key, read once: that takes longer than all the rest of a test."""
    key = load_pem_private_key(private_key.encode(), password=None)
    assert isinstance(key, RSAPrivateKey)
    return key


@dataclass
class Client:
    """Sends requests with one set of credentials."""

    sandbox: GitHubSandbox
    authorization: str | None

    async def send(self, method: str, path: str, body: Any = None, **headers: str) -> Response:
        sent = {"User-Agent": "tests"} | {name.replace("_", "-"): value for name, value in headers.items()}
        if self.authorization is not None:
            sent.setdefault("Authorization", self.authorization)
        raw = body if isinstance(body, bytes) else b"" if body is None else json.dumps(body).encode()
        return await self.sandbox.handle(Request.of(method, path, sent, raw))

    async def get(self, path: str, *, status: int = 200, **headers: str) -> Any:
        return self._content(await self.send("GET", path, **headers), status)

    async def post(self, path: str, body: Any = None, *, status: int = 201) -> Any:
        return self._content(await self.send("POST", path, {} if body is None else body), status)

    async def patch(self, path: str, body: Any, *, status: int = 200) -> Any:
        return self._content(await self.send("PATCH", path, body), status)

    async def put(self, path: str, body: Any, *, status: int = 200) -> Any:
        return self._content(await self.send("PUT", path, body), status)

    async def delete(self, path: str, *, status: int = 204) -> Any:
        return self._content(await self.send("DELETE", path), status)

    async def graphql(self, query: str, **variables: Any) -> Any:
        answer = await self.send("POST", "/graphql", {"query": query, "variables": variables})
        assert answer.status == 200, answer.body
        return answer.json()

    @staticmethod
    def _content(answer: Response, status: int) -> Any:
        assert answer.status == status, (answer.status, answer.body)
        return answer.json() if answer.body else None


def as_app(sandbox: GitHubSandbox, acme: Acme) -> Client:
    return Client(sandbox, f"Bearer {make_jwt(acme)}")


def as_installation(sandbox: GitHubSandbox, acme: Acme, permissions: dict[str, str] | None = None) -> Client:
    token = issue_token(acme.world, acme.installation, permissions=permissions)
    return Client(sandbox, f"token {token.value}")
