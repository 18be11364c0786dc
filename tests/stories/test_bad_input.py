"""Whatever arrives at the webhook or stands in a comment: a short answer, a line in the log, and nothing else happens."""

from __future__ import annotations

import copy
import hashlib
import hmac
import io
import json
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markdown_it import MarkdownIt

from bot.intake.webhook import LARGEST_BODY
from bot.sandbox.acme import WEBHOOK_SECRET
from bot.sandbox.acts.comments import create_comment
from bot.sandbox.deliverer import render_headers, sign
from bot.sandbox.state.deliveries import Delivery
from tests.stories.logbook import LogLines
from tests.stories.theatre import Theatre, open_theatre


def headers(body: bytes, *, secret: str = WEBHOOK_SECRET, event: str = "issue_comment") -> dict[str, str]:
    """What GitHub would send with this body, under a GUID of its own."""
    return {
        "Content-Type": "application/json",
        "X-GitHub-Event": event,
        "X-GitHub-Delivery": str(uuid.uuid4()),
        "X-Hub-Signature-256": sign(secret, body)["X-Hub-Signature-256"],
    }


def without(given: dict[str, str], name: str) -> dict[str, str]:
    return {key: value for key, value in given.items() if key != name}


def command_delivery(theatre: Theatre, body: str = "/release 1.2.0") -> Delivery:
    """The delivery of a command that never arrived."""
    theatre.sandbox.deliverer.faults.add("drop", event="issue_comment")
    theatre.acme.mona.comment(theatre.feature, body)
    return theatre.sandbox.world.deliveries[-1]


def find_line(lines: list[dict[str, Any]], guid: str | None) -> dict[str, Any]:
    (line,) = [line for line in lines if line["event"] == "delivery" and line.get("delivery") == guid]
    return line


class TestDeliveries:
    @pytest.mark.parametrize(
        ("change", "reason"),
        [
            (lambda sent: without(sent, "X-Hub-Signature-256"), "is a secret set"),
            (lambda sent: sent | {"X-Hub-Signature-256": "sha256=" + "0" * 64}, "does not belong"),
            (lambda sent: sent | {"X-Hub-Signature-256": "sha256=x"}, "64 hexadecimal digits"),
            (lambda sent: sent | {"X-Hub-Signature-256": ""}, "64 hexadecimal digits"),
            (lambda sent: sent | {"X-Hub-Signature-256": sent["X-Hub-Signature-256"].upper()}, "hexadecimal"),
        ],
    )
    async def test_unsigned(self, tmp_path: Path, log_lines: LogLines, change: Any, reason: str) -> None:
        async with open_theatre(tmp_path) as theatre:
            delivery = command_delivery(theatre)
            sent = change(headers(delivery.body))
            status, text = await theatre.post(delivery.body, sent)
            assert (status, reason in text, len(text) < 150) == (401, True, True), text
            line = find_line(log_lines(), sent["X-GitHub-Delivery"])
            assert (line["status"], line["outcome"], line["level"]) == (401, "unsigned", "warning")
            await theatre.settle()
            assert not theatre.sandbox.world.requests

    async def test_sha1_alone_is_not_enough(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            delivery = command_delivery(theatre)
            signature = "sha1=" + hmac.new(WEBHOOK_SECRET.encode(), delivery.body, hashlib.sha1).hexdigest()
            sent = without(headers(delivery.body), "X-Hub-Signature-256") | {"X-Hub-Signature": signature}
            status, text = await theatre.post(delivery.body, sent)
            assert (status, "only SHA-1" in text) == (401, True)

    async def test_signed_for_another_body(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            delivery = command_delivery(theatre)
            status, _ = await theatre.post(delivery.body.replace(b"1.2.0", b"6.6.6"), headers(delivery.body))
            assert status == 401

    async def test_the_previous_secret_is_good_until_it_is_taken_out(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        old = "the secret that was used before"
        async with open_theatre(tmp_path) as theatre:
            delivery = command_delivery(theatre)
            assert (await theatre.post(delivery.body, headers(delivery.body, secret=old)))[0] == 401
        monkeypatch.setenv("AWEIGH_WEBHOOK_SECRET_PREVIOUS", old)
        async with open_theatre(tmp_path) as theatre:
            delivery = command_delivery(theatre)
            assert (await theatre.post(delivery.body, headers(delivery.body, secret=old)))[0] == 202
            await theatre.settle()
            assert theatre.release_pull.title == "Release widget 1.2.0"
            theatre.read_all()

    async def test_more_than_github_ever_sends(self, tmp_path: Path, log_lines: LogLines) -> None:
        async with open_theatre(tmp_path) as theatre:
            body = b" " * (LARGEST_BODY + 1)
            sent = headers(body)
            status, text = await theatre.post(io.BytesIO(body), sent)
            assert (status, text) == (413, "too-large: the body has more than 25 MB\n")
            assert find_line(log_lines(), sent["X-GitHub-Delivery"])["status"] == 413

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"", "not JSON"),
            (b"payload=%7B%7D", "not JSON"),
            (b"\xff\xfe", "not JSON"),
            (b'{"action": "created"', "not JSON"),
            (b"[" * 100_000, "not JSON"),
            (b"[]", "not a JSON object"),
            (b"null", "not a JSON object"),
            (b"{}", "is not"),
        ],
    )
    async def test_no_json_object(self, tmp_path: Path, log_lines: LogLines, body: bytes, reason: str) -> None:
        async with open_theatre(tmp_path) as theatre:
            sent = headers(body)
            status, text = await theatre.post(body, sent)
            assert (status, reason in text, len(text) < 150) == (400, True, True), text
            assert find_line(log_lines(), sent["X-GitHub-Delivery"])["outcome"] == "malformed"

    @pytest.mark.parametrize(
        ("change", "status", "reason"),
        [
            (lambda sent: sent | {"X-GitHub-Event": "sponsorship"}, 202, "event not used"),
            (lambda sent: sent | {"X-GitHub-Event": "ping"}, 202, "event not used"),
            (lambda sent: sent | {"X-GitHub-Event": "../../etc"}, 400, "X-GitHub-Event"),
            (lambda sent: without(sent, "X-GitHub-Event"), 400, "X-GitHub-Event"),
            (lambda sent: sent | {"Content-Type": "application/x-www-form-urlencoded"}, 415, "application/json"),
            (lambda sent: sent | {"Content-Type": "text/html"}, 415, "application/json"),
            (lambda sent: without(sent, "X-GitHub-Delivery"), 400, "X-GitHub-Delivery"),
            (lambda sent: sent | {"X-GitHub-Delivery": "x' OR 1=1"}, 400, "X-GitHub-Delivery"),
        ],
    )
    async def test_headers(self, tmp_path: Path, log_lines: LogLines, change: Any, status: int, reason: str) -> None:
        async with open_theatre(tmp_path) as theatre:
            delivery = command_delivery(theatre)
            answered, text = await theatre.post(delivery.body, change(headers(delivery.body)))
            assert (answered, reason in text, len(text) < 150) == (status, True, True), text
            await theatre.settle()
            assert not theatre.sandbox.world.requests
            assert all("OR 1=1" not in str(line) and "etc" not in str(line.get("kind")) for line in log_lines())

    async def test_a_guid_that_is_known_is_not_carried_out_again(self, tmp_path: Path, log_lines: LogLines) -> None:
        async with open_theatre(tmp_path) as theatre:
            await theatre.say(theatre.acme.mona, "/release 1.2.0")
            theatre.read_all()
            delivery = next(one for one in theatre.sandbox.world.deliveries if one.event == "issue_comment")
            requests = len(theatre.sandbox.world.requests)
            for _ in range(3):
                status, text = await theatre.post(delivery.body, render_headers(delivery))
                assert (status, text) == (202, "duplicate: known already\n")
            await theatre.settle()
            assert len(theatre.sandbox.world.requests) == requests
            assert [line["outcome"] for line in log_lines() if line.get("delivery") == delivery.guid and "outcome" in line] == [
                "command", "duplicate", "duplicate", "duplicate",
            ]  # fmt: skip

    async def test_a_command_that_never_arrived_is_carried_out_when_it_is_sent_again(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            delivery = command_delivery(theatre)
            await theatre.settle()
            assert theatre.find_release_pull() is None
            theatre.sandbox.world.requeue(delivery)
            await theatre.settle()
            assert theatre.release_pull.title == "Release widget 1.2.0"
            theatre.read_all()

    async def test_members_that_are_missing_null_or_of_another_type(self, tmp_path: Path, log_lines: LogLines) -> None:
        """Every member of the first two levels of real deliveries, one at a time: refused or dropped, never a failure."""
        async with open_theatre(tmp_path) as theatre:
            await theatre.say(theatre.acme.mona, "/release 1.2.0")
            theatre.acme.mona.merge_pull(theatre.release_pull.number)
            await theatre.settle()
            theatre.read_all()
            known = len(theatre.sandbox.world.deliveries)
            answered: dict[str, int] = {}
            for delivery in _one_of_each(theatre.sandbox.world.deliveries[:known]):
                for body in _broken(json.loads(delivery.body)):
                    sent = headers(body, event=delivery.event)
                    status, text = await theatre.post(body, sent)
                    assert status in (202, 400), (delivery.event, text, body[:300])
                    assert len(text) < 150
                    answered[sent["X-GitHub-Delivery"]] = status
            logged = {line["delivery"]: line for line in log_lines() if line["event"] == "delivery"}
            refused = [guid for guid, status in answered.items() if status == 400]
            assert all(logged[guid]["why"] and logged[guid]["level"] == "warning" for guid in refused)
            assert 50 < len(refused) < len(answered) - 50
            await theatre.settle()
            # What was understood all the same was asked for before: nothing new came of it.
            assert [pull.number for pull in theatre.acme.repository.pulls] == [1, 2]
            assert not theatre.replies(theatre.release_pull.number)
            theatre.read_all()

    @pytest.mark.parametrize("member", ["comment.user", "sender", "comment.performed_via_github_app", "issue.user"])
    async def test_accounts_that_are_gone(self, tmp_path: Path, member: str) -> None:
        async with open_theatre(tmp_path) as theatre:
            payload = json.loads(command_delivery(theatre).body)
            outer, _, inner = member.rpartition(".")
            (payload[outer] if outer else payload)[inner] = None
            body = json.dumps(payload).encode()
            status, _ = await theatre.post(body, headers(body))
            assert status in (202, 400)
            await theatre.settle()
            assert (theatre.find_release_pull() is not None) is (
                member in ("issue.user", "comment.performed_via_github_app")
            )
            theatre.read_all()

    async def test_a_pull_request_whose_fork_was_deleted(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            feature = theatre.acme.feature
            feature.head_repository = feature.head_owner = None
            comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
            assert theatre.reactions(comment) == ["eyes", "rocket"]
            theatre.acme.mona.close_pull(feature.number)
            await theatre.settle()
            theatre.read_all()


def _one_of_each(deliveries: list[Delivery]) -> list[Delivery]:
    wanted = {"issue_comment", "pull_request", "push", "release", "workflow_run", "deployment_protection_rule"}
    # The first comment is the command; a pull request is most telling when it was merged.
    found: dict[str, Delivery] = {}
    for delivery in deliveries:
        if delivery.event in wanted and (delivery.event != "pull_request" or delivery.action == "closed"):
            found.setdefault(delivery.event, delivery)
    assert set(found) == wanted
    return list(found.values())


READ = {"id", "login", "type", "full_name", "default_branch", "number", "user", "body", "node_id", "created_at", "html_url",
        "pull_request", "head", "merged", "event", "head_branch", "name", "state"}  # fmt: skip
"""The members of the second level that a bot like this may look at."""


def _broken(payload: dict[str, Any]) -> Iterator[bytes]:
    paths: list[tuple[str, ...]] = [(name,) for name in payload]
    objects = {name: value for name, value in payload.items() if isinstance(value, dict)}
    paths += [(name, inner) for name, value in objects.items() for inner in value if inner in READ]
    for path in paths:
        for broken in (None, ..., "another type"):
            changed = copy.deepcopy(payload)
            *outer, last = path
            holder = changed[outer[0]] if outer else changed
            if broken is ...:
                del holder[last]
            else:
                holder[last] = 7 if broken and isinstance(holder[last], str) else broken
            yield json.dumps(changed).encode()


MARKDOWN = MarkdownIt("commonmark")


def is_safe(reply: str, typed: str) -> bool:
    """Whether a reader sees nothing of ``typed`` but as code, and no line is a command."""
    body = reply.partition("\n")[2]
    text = "".join(
        child.content
        for token in MARKDOWN.parse(body)
        for child in token.children or ()
        if child.type in ("text", "html_inline")
    )
    shows = all(word not in text for word in ("@", "<", "reboot", "script", "--")) and "\n/" not in reply
    return shows and all(character.isprintable() or character == "\n" for character in body) and typed not in text


@pytest.mark.parametrize(
    "line",
    [
        "/release `1.2.0`",
        "/release 1.2.0<script>alert(1)</script>",
        "/release <!-- aweigh:status -->",
        "/release 1.2.0 <!-- aweigh:status -->",
        "/release 1.2.0;reboot",
        "/release $(reboot)",
        "/release 1.2.0|reboot",
        "/release 1.2.0&&reboot",
        "/release 1.2.0 && reboot",
        "/release ../../etc/passwd",
        "/release 1.2.0/../../x",
        "/release 1.2.0@hugo",
        "/release @hugo",
        "/release 1.2.0 @acme/everybody",
        "/release 1.2.0\u200b",
        "/release 1.2.0\u202egnp.exe",
        "/release \u2066\u202e0.2.1",
        "/release 1.2.0\u2028/release 9.9.9",
        "/release 1.2.0\x00",
        "/release 1.2.0\x1b[31m",
        "/release \u0661.\u0662.\u0660",
        "/release 1.2.0\u00a0now",
        "/release\u00a01.2.0",
        "/release\u00a0",
        "/release\u00a0`reboot`",
        " /release 1.2.0",
        "   /release\t@hugo",
        "  /release",
        "/release " + "9" * 10_000,
        "/release 1." + "0." * 5_000 + "1",
        "/release 1.2.0 " + "x" * 65_000,
        "/release " + "`" * 5_000 + "1.2.0" + "`" * 4_999,
        "/release 1.2.0+local.1",
        "/release 1.2.0-",
        "/release vnext",
        "/release https://evil.example/1.2.0",
        "/release [1.2.0](https://evil.example)",
        "/release **1.2.0**",
        "/release #1",
    ],
    ids=lambda line: line[:40].encode("ascii", "backslashreplace").decode(),
)  # fmt: skip
async def test_a_command_that_makes_no_sense_gets_one_short_harmless_answer(tmp_path: Path, line: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        repository = theatre.acme.repository
        before = _made(theatre)
        comment = await theatre.say(theatre.acme.mona, line)
        assert theatre.reactions(comment) in (["eyes", "confused"], ["eyes", "-1"])
        (reply,) = theatre.replies(theatre.feature)
        assert len(reply) < 800
        assert is_safe(reply, line.removeprefix("/release ")), reply
        assert "`/release " in reply, "a line to paste"
        assert _made(theatre) == before
        assert not repository.check_runs
        assert not [r for r in theatre.sandbox.world.requests if r.method == "PUT" or r.path.endswith("/git/commits")]


def _made(theatre: Theatre) -> tuple[dict[str, str], int]:
    """Branches, tags and threads; the test merges of pull requests come and go by themselves."""
    store = theatre.acme.repository.store
    return store.refs("refs/heads/") | store.refs("refs/tags/"), len(theatre.acme.repository.issues)


@pytest.mark.parametrize(
    "body",
    [
        "/release 1.2.0\n" + "x" * (65_536 - 15),
        "/release 1.2.0\n\n" + "/release 6.6.6\n" * 4_000,
        "/release 1.2.0\r.post6",
        "/release 1.2.0\n.post6",
        "/release 1.2.0\n<!--\n/release 6.6.6\n-->",
        "\ufeff\n\n/release 1.2.0",
    ],
    ids=["65536 characters", "4000 more below", "carriage return", "newline", "HTML comment below", "BOM"],
)
async def test_only_the_command_at_the_top_counts_whatever_follows(tmp_path: Path, body: str) -> None:
    async with open_theatre(tmp_path) as theatre:
        comment = await theatre.say(theatre.acme.mona, body)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert [pull.title for pull in theatre.acme.repository.pulls[1:]] == ["Release widget 1.2.0"]
        said = "".join(theatre.replies(theatre.feature)).replace("`/release 6.6.6` further down was passed over", "")
        assert "6.6.6" not in said
        theatre.read_all()


class TestWhoNeverActs:
    async def test_a_bot(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            world, repository = theatre.sandbox.world, theatre.acme.repository
            bot = world.add_user("dependabot[bot]", type="Bot")
            create_comment(world, repository, repository.issues[theatre.feature], bot, "/release 1.2.0")
            await theatre.settle()
            assert not world.requests

    async def test_the_app_itself(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            world, acme = theatre.sandbox.world, theatre.acme
            said = create_comment(
                world, acme.repository, acme.repository.issues[theatre.feature], acme.app.bot, "/release 1.2.0"
            )
            await theatre.settle()
            assert not world.requests
            theatre.read_ids.add(said.id)

    async def test_an_app_in_a_persons_name(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            payload = json.loads(command_delivery(theatre).body)
            payload["comment"]["performed_via_github_app"] = {"id": 1, "slug": "other"}
            body = json.dumps(payload).encode()
            assert await theatre.post(body, headers(body)) == (202, "dropped: only people give commands\n")
            await theatre.settle()
            assert not theatre.sandbox.world.requests

    async def test_an_edit(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            comment = await theatre.say(theatre.acme.mona, "Shall we?")
            theatre.acme.mona.edit_comment(theatre.feature, comment, "/release 1.2.0")
            await theatre.settle()
            assert theatre.find_release_pull() is None
            assert theatre.reactions(comment) == []

    async def test_somebody_who_edits_a_maintainers_comment(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            comment = await theatre.say(theatre.acme.mona, "Shall we?")
            theatre.acme.wanda.edit_comment(theatre.feature, comment, "/release 1.2.0")
            await theatre.settle()
            assert theatre.find_release_pull() is None

    async def test_a_locked_thread(self, tmp_path: Path) -> None:
        async with open_theatre(tmp_path) as theatre:
            theatre.acme.mona.lock(theatre.feature)
            comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
            assert theatre.reactions(comment) == []
            assert theatre.find_release_pull() is None
            assert not theatre.replies(theatre.feature)

    @pytest.mark.parametrize(
        "body",
        ["> /release 1.2.0", "```\n/release 1.2.0\n```", "    /release 1.2.0", "Please\n> /release 1.2.0", "<!-- \n/release 1.2.0 -->",
         "\u200b/release 1.2.0", "`/release 1.2.0`", "    /release `1.2.0`"],
    )  # fmt: skip
    async def test_quotes_code_and_what_stands_lower_down(self, tmp_path: Path, body: str) -> None:
        async with open_theatre(tmp_path) as theatre:
            comment = await theatre.say(theatre.acme.mona, body)
            assert theatre.reactions(comment) == []
            assert not [request for request in theatre.sandbox.world.requests if "/repos/" in request.path]
