"""A glance at a payload: it drops nothing that reading the whole of it would not have dropped."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.intake.events import AppIdentity, Ignored, translate
from bot.intake.glance import glance
from tests.intake.payloads import comment, job, payload, review

IDENTITY = AppIdentity(42, "aweigh[bot]")
EXAMPLES = json.loads((Path(__file__).parent / "data" / "webhooks-examples-7.6.1.json").read_text())

WORDS = ["/release", "/RELEA\u017fE", "/releases", " 1.2.0", "x", "\U0001f680", "\ud83d"]
GAPS = ["\n", "\r\n", "\t", " ", "\ufeff", "\u00a0", "\x1c"]
TRICKS = ["\\", '"', '},"comment":', '{"body":"x"}', "\\u002frelease"]
TEXTS = st.lists(st.sampled_from([*WORDS, *GAPS, *TRICKS]), max_size=6).map("".join)


def spell(whole: dict[str, Any]) -> bytes:
    """As GitHub writes a payload: in this order and without spaces."""
    ordered = {name: whole[name] for name in ("action", "issue", "comment", "review") if name in whole} | whole
    return json.dumps(ordered, separators=(",", ":")).encode()


def spell_by_hand(text: str, ways: list[str]) -> str:
    """A JSON string in which the characters are spelled in these ways, all after them as usual."""
    spelled = ""
    for one, way in zip(text, [*ways, *["usual"] * len(text)], strict=False):
        if way == "escape" and ord(one) < 0x10000:
            spelled += f"\\u{ord(one):04X}"
        else:
            spelled += "\\/" if way == "slash" and one == "/" else json.dumps(one)[1:-1]
    return f'"{spelled}"'


def look_twice(event: str, body: bytes) -> Ignored | None:
    """What a glance says, which reading the whole must bear out."""
    found = glance(event, body)
    if found is not None:
        assert translate(event, json.loads(body), IDENTITY) == found
    return found


@given(
    said=TEXTS,
    ways=st.lists(st.sampled_from(["usual", "escape", "slash"]), max_size=40),
    title=TEXTS,
    action=st.sampled_from(["created", "edited", "deleted"]),
)
@example(said="/release 1.2.0", ways=["escape"], title="", action="created")
@example(said="/release 1.2.0", ways=["slash", "escape"], title="", action="created")
@example(said="No.\n/releas\u0065 1.2.0", ways=[], title='},"comment":{"body":"x"}', action="created")
def test_a_comment_should_be_dropped_only_if_reading_it_would(
    said: str, ways: list[str], title: str, action: str
) -> None:
    whole = comment("@", action=action)
    whole["issue"]["title"] = title
    body = spell(whole).replace(b'"body":"@"', f'"body":{spell_by_hand(said, ways)}'.encode())
    assert json.loads(body)["comment"]["body"] == json.loads(json.dumps(said))
    look_twice("issue_comment", body)


@given(said=st.none() | TEXTS, action=st.sampled_from(["submitted", "edited", "dismissed"]))
def test_a_review_should_be_dropped_only_if_reading_it_would(said: str | None, action: str) -> None:
    look_twice("pull_request_review", spell(review(said, action=action)))


@pytest.mark.parametrize(("first", "second"), [("x", "/release 1.2.0"), ("/release 1.2.0", "x"), (None, "/release")])
def test_whatever_is_called_a_body_should_be_looked_at(first: str | None, second: str) -> None:
    whole = comment("@")
    whole["comment"] = {"pinned": {"body": first}, **whole["comment"], "body": second}
    assert glance("issue_comment", spell(whole)) is None


@pytest.mark.parametrize("action", ["created", "completed", "rerequested", "requested_action"])
def test_a_check_should_be_dropped_unless_somebody_asks_something_of_it(action: str) -> None:
    whole = payload(action=action, check_run={"id": 1, "app": {"id": 42}}, requested_action={"identifier": "x"})
    assert (look_twice("check_run", spell(whole)) is not None) == (action in {"created", "completed"})


@pytest.mark.parametrize("action", ["queued", "in_progress", "waiting", "completed"])
def test_a_job_should_be_dropped_unless_it_waits_or_has_ended(action: str) -> None:
    assert (look_twice("workflow_job", spell(job(action, "v1.0"))) is not None) == (action in {"queued", "in_progress"})


@pytest.mark.parametrize("one", EXAMPLES, ids=lambda one: one["name"])
def test_reading_the_official_examples_should_bear_out_what_a_glance_says(one: dict[str, Any]) -> None:
    for whole in one["examples"]:
        look_twice(one["name"], json.dumps(whole, separators=(",", ":")).encode())


def test_an_ordinary_comment_and_an_empty_review_should_need_no_more_than_a_glance() -> None:
    assert glance("issue_comment", spell(comment("Thanks!\r\n\r\nSee https://github.com/acme/widget/releases")))
    assert glance("pull_request_review", spell(review(None)))
    official = next(one["examples"] for one in EXAMPLES if one["name"] == "issue_comment")
    created = [whole for whole in official if whole["action"] == "created"]
    assert [glance("issue_comment", json.dumps(one, separators=(",", ":")).encode()) for one in created] == [
        Ignored("no command")
    ] * len(created)


@pytest.mark.parametrize(
    "body",
    [
        json.dumps(dict(reversed(comment("Thanks!").items())), separators=(",", ":")).encode(),
        json.dumps(comment("Thanks!")).encode(),
        spell(comment("Thanks!")).decode().encode("utf-16"),
        b'{"action":"created","issue":{},"comment":{"body":"Thanks!"',
        b'{"action":"created","issue":{},"comment":{"body":"Thanks!',
        b'{"action":"created","issue":{},"comment":{"body":7}}',
        b'{"action":"created","issue":{},"comment":[]}',
        b'{"action":"created","issue":{},"comment":' + b"[" * 100_000,
        b'{"action":"created","issue":{},"comment":{"body":"\xff"}}',
    ],
    ids=[
        "another order",
        "spaces",
        "utf-16",
        "cut off",
        "cut off within",
        "no text",
        "no object",
        "too deep",
        "no utf-8",
    ],
)
def test_whatever_is_not_written_as_github_writes_should_be_read_in_full(body: bytes) -> None:
    assert glance("issue_comment", body) is None
