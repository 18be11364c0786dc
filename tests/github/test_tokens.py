"""Who we are: JWTs of the App, and installation tokens that are narrow, kept, shared and never shown."""

import asyncio
import copy
import pickle
from collections.abc import Mapping
from datetime import timedelta

import jwt
import pytest
import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bot.github.client import GitHub, Session
from bot.github.errors import (
    BadCredentials,
    Forbidden,
    NotFound,
    PermissionMissing,
    Unavailable,
    Unprocessable,
    describe,
)
from bot.github.patience import Patience
from bot.github.tokens import AppCredentials, Credential, InstallationTokens, Scope, Secret
from bot.github.transport import Answer, TransportError
from tests.github.scripted import API, TOKENS, Clock, Script, Sent, answer, refusal


@pytest.fixture(autouse=True)
def _repository(script: Script) -> None:
    script.on("GET", "/repos/acme/widget", answer({"id": 70}))
    script.on("GET", "/repos/acme/other", answer({"id": 71}))


async def ask(session: Session) -> None:
    await session.get("/repos/{repository}")


class TestScope:
    @pytest.mark.rule(22)
    async def test_a_token_is_narrowed_to_one_repository_and_the_task(self, session: Session, script: Script) -> None:
        await ask(session)
        assert script.minted[0].json == {"permissions": {"contents": "write"}, "repository_ids": [70]}

    async def test_a_whole_installation_only_when_asked_for(self, github: GitHub, script: Script) -> None:
        await ask(github.session(7, None, {"metadata": "read"}, repository="acme/widget"))
        assert script.minted[0].json == {"permissions": {"metadata": "read"}}

    def test_no_permissions_would_be_all_of_them(self, github: GitHub) -> None:
        with pytest.raises(ValueError, match="all of them"):
            github.session(7, 70, {})

    async def test_sessions_of_one_scope_share_a_token_and_no_others(self, github: GitHub, script: Script) -> None:
        await ask(github.session(7, 70, {"contents": "read", "issues": "write"}, repository="acme/widget"))
        await ask(github.session(7, 70, {"issues": "write", "contents": "read"}, repository="acme/widget"))
        assert len(script.minted) == 1
        await ask(github.session(7, 70, {"contents": "read"}, repository="acme/widget"))
        await ask(github.session(7, 71, {"contents": "read"}, repository="acme/other"))
        await ask(github.session(7, 70, {"contents": "write"}, repository="acme/widget"))
        assert len(script.minted) == 4
        assert len({sent.headers["authorization"] for sent in script.asked}) == 4


class TestKeeping:
    async def test_until_five_minutes_before_it_expires(self, session: Session, script: Script, clock: Clock) -> None:
        await ask(session)
        clock.move(minutes=54, seconds=59)
        await ask(session)
        assert len(script.minted) == 1
        clock.move(seconds=2)
        await ask(session)
        assert len(script.minted) == 2

    async def test_many_who_ask_at_once_get_the_same(self, github: GitHub, script: Script) -> None:
        # Neither a burst of requests to GitHub, nor different tokens for what should be one.
        sessions = [github.session(7, 70, {"contents": "read"}, repository="acme/widget") for _ in range(20)]
        await asyncio.gather(*[ask(session) for session in sessions])
        assert len(script.minted) == 1

    async def test_whoever_gives_up_waiting_takes_nothing_from_the_others(
        self, private_key: str, script: Script, clock: Clock
    ) -> None:
        opened = asyncio.Event()

        class Slow:
            async def __call__(self, method: str, url: str, headers: Mapping[str, str], body: bytes) -> Answer:
                if url.endswith(TOKENS):
                    await opened.wait()
                return await script(method, url, headers, body)

        github = GitHub(12, private_key, API, Slow(), user_agent="aweigh", clock=clock)
        session = github.session(7, 70, {"contents": "read"}, repository="acme/widget")
        first, second = asyncio.create_task(ask(session)), asyncio.create_task(ask(session))
        await asyncio.sleep(0)
        first.cancel()
        await asyncio.sleep(0)
        opened.set()
        await second
        assert first.cancelled()
        assert len(script.minted) == 1

    async def test_a_failure_is_shared_and_not_kept(self, github: GitHub, script: Script) -> None:
        script.on("POST", TOKENS, refusal(403, "This installation has been suspended"), script.mint)
        session = github.session(7, 70, {"contents": "read"}, repository="acme/widget")
        outcomes = await asyncio.gather(ask(session), ask(session), return_exceptions=True)
        assert [type(outcome) for outcome in outcomes] == [Forbidden, Forbidden]
        await ask(session)
        assert len(script.minted) == 2

    async def test_a_lost_answer_is_asked_for_again(self, session: Session, script: Script) -> None:
        script.on("POST", TOKENS, TransportError("lost", sent=True), script.mint)
        await ask(session)
        assert len(script.minted) == 2

    @pytest.mark.parametrize(
        "broken",
        [
            {},
            [],
            {"token": "", "expires_at": "2026-11-20T13:00:00Z"},
            {"token": "ghs_x", "expires_at": "soon"},
            {"token": "ghs_x", "expires_at": "2026-11-20T13:00:00"},
            {"token": None, "expires_at": None},
        ],
    )
    async def test_an_answer_without_a_token(self, session: Session, script: Script, broken: object) -> None:
        script.on("POST", TOKENS, answer(broken, 201))
        with pytest.raises(Unavailable):
            await ask(session)

    async def test_a_token_that_was_replaced_meanwhile_is_not_dropped(self, session: Session, script: Script) -> None:
        # Two requests with a revoked token: the second 401 must not throw away what the first one fetched.
        script.on("GET", "/repos/acme/widget", self.only_newer_tokens)
        await asyncio.gather(ask(session), ask(session))
        assert len(script.minted) == 2

    @staticmethod
    def only_newer_tokens(sent: Sent) -> Answer:
        # The scripted tokens are numbered from 1 as they are minted.
        return refusal(401, "Bad credentials") if "ghs_1x" in sent.headers["authorization"] else answer({"id": 70})

    async def test_a_late_refusal_of_an_old_token_leaves_the_new_one(self, clock: Clock) -> None:
        minted: list[str] = []

        async def mint(_scope: Scope) -> dict[str, str]:
            minted.append(f"ghs_{len(minted)}")
            return {"token": minted[-1], "expires_at": (clock.now() + timedelta(hours=1)).isoformat()}

        tokens = InstallationTokens(mint, clock)
        scope = Scope(7, 70, frozenset({("contents", "read")}))
        old = await tokens.get(scope)
        tokens.drop(scope, old)
        new = await tokens.get(scope)
        tokens.drop(scope, old)
        assert await tokens.get(scope) is new
        assert minted == ["ghs_0", "ghs_1"]


class TestRefusedTokens:
    NOT_GRANTED = refusal(422, "The permissions requested are not granted to this installation.")

    async def test_the_permission_is_named(self, github: GitHub, script: Script) -> None:
        script.on("POST", TOKENS, self.NOT_GRANTED)
        granted = {"contents": "write", "issues": "read", "metadata": "read"}
        script.on("GET", "/app/installations/7", answer({"id": 7, "permissions": granted}))
        asked = {"contents": "read", "issues": "write", "checks": "write"}
        with pytest.raises(PermissionMissing) as caught:
            await ask(github.session(7, 70, asked, repository="acme/widget"))  # type: ignore[arg-type]
        assert caught.value.wanted == ({"checks": "write", "issues": "write"},)
        assert describe(caught.value) == "the App needs the permission checks: write and issues: write"

    async def test_what_was_granted_still_works(self, github: GitHub, script: Script) -> None:
        granted = {"contents": "read", "issues": "read", "metadata": "read"}
        script.on("POST", TOKENS, self.NOT_GRANTED, script.mint)
        script.on("GET", "/app/installations/7", answer({"id": 7, "permissions": granted}))
        asked = {"contents": "write", "issues": "read", "checks": "write"}
        await ask(github.session(7, 70, asked, repository="acme/widget"))  # type: ignore[arg-type]
        assert script.minted[1].json == {
            "permissions": {"contents": "read", "issues": "read"},
            "repository_ids": [70],
        }

    async def test_a_token_that_lacks_something_is_kept_for_a_minute_and_names_it(self, clock: Clock) -> None:
        minted: list[Scope] = []

        async def mint(scope: Scope) -> dict[str, object]:
            minted.append(scope)
            expiry = (clock.now() + timedelta(hours=1)).isoformat()
            return {"token": f"ghs_{len(minted)}", "expires_at": expiry, "permissions": {"contents": "read"}}

        tokens = InstallationTokens(mint, clock)
        scope = Scope(7, 70, frozenset({("contents", "write"), ("checks", "read")}))
        token = await tokens.get(scope)
        assert token.lacking == (("checks", "read"), ("contents", "write"))
        clock.move(seconds=59)
        assert await tokens.get(scope) is token
        clock.move(seconds=2)
        assert await tokens.get(scope) is not token

    async def test_graphql_names_no_permission_so_we_do(self, github: GitHub, script: Script) -> None:
        script.on("POST", TOKENS, self.minted_with({"contents": "read"}))
        forbidden = {"type": "FORBIDDEN", "message": "Resource not accessible by integration"}
        script.on("POST", "/graphql", answer({"data": {"repository": {"issue": None}}, "errors": [forbidden]}))
        session = github.session(7, 70, {"contents": "read", "issues": "read"}, repository="acme/widget")
        with pytest.raises(PermissionMissing) as caught:
            await session.graphql("query { repository { issue { id } } }")
        assert caught.value.wanted == ({"issues": "read"},)

    @staticmethod
    def minted_with(permissions: dict[str, str]) -> Answer:
        return answer({"token": "ghs_x", "expires_at": "2100-01-01T00:00:00Z", "permissions": permissions}, 201)

    async def test_a_repository_that_is_not_covered(self, session: Session, script: Script) -> None:
        message = (
            "There is at least one repository that does not exist or is not accessible to the parent installation."
        )
        script.on("POST", TOKENS, refusal(422, message))
        script.on("GET", "/app/installations/7", answer({"id": 7, "permissions": {"contents": "write"}}))
        with pytest.raises(NotFound, match="does not cover"):
            await ask(session)

    async def test_any_other_reason_stays_what_it_is(self, session: Session, script: Script) -> None:
        script.on("POST", TOKENS, refusal(422, "Too complex"))
        script.on("GET", "/app/installations/7", answer({"permissions": {"contents": "write"}}))
        with pytest.raises(Unprocessable, match="Too complex"):
            await ask(session)

    async def test_an_installation_that_is_gone(self, session: Session, script: Script) -> None:
        script.on("POST", TOKENS, refusal(404, "Not Found"))
        with pytest.raises(NotFound):
            await ask(session)

    async def test_a_wrong_key(self, session: Session, script: Script) -> None:
        script.on("POST", TOKENS, refusal(401, "A JSON web token could not be decoded"))
        with pytest.raises(BadCredentials):
            await ask(session)
        assert len(script.minted) == 1


class TestJwt:
    async def test_what_it_says(self, private_key: str, clock: Clock) -> None:
        credential = await AppCredentials("Iv23abc", private_key, clock).get()
        claims = jwt.decode(credential.secret.reveal(), options={"verify_signature": False})
        now = int(clock.now().timestamp())
        assert claims == {"iat": now - 60, "exp": now + 480, "iss": "Iv23abc"}
        assert credential.scheme == "bearer"

    async def test_it_is_signed_again_before_it_expires(self, private_key: str, clock: Clock) -> None:
        credentials = AppCredentials("12", private_key, clock)
        first = await credentials.get()
        clock.move(minutes=6)
        assert await credentials.get() is first
        clock.move(minutes=1)
        second = await credentials.get()
        assert second is not first
        clock.moment -= timedelta(hours=1)
        assert await credentials.get() is not second

    @pytest.mark.parametrize(
        "key", ["", "x", "-----BEGIN RSA PRIVATE KEY-----\nSECRET\n-----END RSA PRIVATE KEY-----\n"]
    )
    def test_a_key_that_is_none(self, clock: Clock, script: Script, key: str) -> None:
        with pytest.raises(ValueError, match="not an RSA key in PEM") as caught:
            GitHub(12, key, API, script, user_agent="aweigh", clock=clock)
        assert "SECRET" not in repr(caught.value)
        assert caught.value.__cause__ is None

    def test_a_key_of_another_kind(self, clock: Clock) -> None:
        form = serialization.PrivateFormat.PKCS8
        curve = ec.generate_private_key(ec.SECP256R1())
        pem = curve.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()
        with pytest.raises(ValueError, match="not an RSA key in PEM"):
            AppCredentials("12", pem, clock)


class TestSecrecy:
    @pytest.mark.rule(23)
    def test_a_secret_is_not_shown(self) -> None:
        credential = Credential("token", Secret("ghs_hidden"))
        shown = f"{credential} {credential.secret} {credential.secret!r} {credential.secret:>20} %s" % credential.secret
        assert "hidden" not in shown
        assert "***" in shown
        assert credential.secret.reveal() == "ghs_hidden"

    @pytest.mark.parametrize("copied", [pickle.dumps, copy.deepcopy])
    def test_a_secret_is_not_stored(self, copied: object) -> None:
        with pytest.raises(TypeError):
            copied(Secret("ghs_hidden"))  # type: ignore[operator]

    @pytest.mark.rule(23)
    async def test_no_token_is_logged(self, github: GitHub, session: Session, script: Script) -> None:
        with structlog.testing.capture_logs() as logged:
            await ask(session)
            script.on("GET", "/repos/acme/widget", TransportError("lost"), refusal(403, "no"))
            with pytest.raises(Forbidden) as caught:
                await ask(session)
        assert len(logged) == 4
        everything = f"{logged} {caught.value!r} {caught.value.__dict__} {github.__dict__} {session.__dict__}"
        for sent in script.sent:
            assert sent.headers["authorization"].split()[1] not in everything

    async def test_the_log_says_what_happened(self, session: Session, script: Script) -> None:
        with structlog.testing.capture_logs() as logged:
            await ask(session)
        assert [(entry["method"], entry["path"], entry["status"], entry["log_level"]) for entry in logged] == [
            ("POST", "/app/installations/{installation}/access_tokens", 201, "debug"),
            ("GET", "/repos/{repository}", 200, "debug"),
        ]

    async def test_patience_is_shared_with_the_tokens(self, private_key: str, script: Script, clock: Clock) -> None:
        patience = Patience(attempts=2, first_pause=1, dice=lambda: 0.5)
        github = GitHub(12, private_key, API, script, user_agent="aweigh", clock=clock, patience=patience)
        script.on("POST", TOKENS, refusal(502, "no"))
        with pytest.raises(Unavailable):
            await ask(github.session(7, 70, {"contents": "read"}, repository="acme/widget"))
        assert clock.naps == [1.0]
