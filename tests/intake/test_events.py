"""What each webhook event means, as a table of "should" and "should not"."""

from __future__ import annotations

import copy
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.github.facts import Person, RepositoryRef
from bot.intake.command import CommandDelivery, may_hold_command
from bot.intake.events import (
    AppIdentity,
    Ignored,
    InstallationBack,
    InstallationGone,
    Wake,
    WakeKnown,
    is_used,
    translate,
)
from bot.intake.groups import GroupDelivery
from bot.intake.heads import HeadDelivery
from bot.intake.payload import Malformed
from bot.release.record import render_record
from bot.versions import find_maintenance_line
from tests.intake.payloads import ANN, BOT, comment, job, payload, pull, push, review, run
from tests.release import making as m

US = AppIdentity(app_id=42, bot_login="aweigh[bot]")
WIDGET = RepositoryRef(7, 101, "acme/widget")


def check(
    action: str,
    app_id: int | None,
    pressed: str = "recheck",
    pulls: tuple[int, ...] = (5,),
    name: str = "Release",
) -> dict[str, Any]:
    run: dict[str, Any] = {
        "name": name,
        "app": None if app_id is None else {"id": app_id},
        "id": 77,
        "external_id": "aweigh/1 v=1.2.0",
        "head_sha": "a" * 40,
        "html_url": "https://github.com/r",
    }
    run["pull_requests"] = [{"number": number} for number in pulls]
    return payload(action=action, check_run=run, requested_action={"identifier": pressed}, sender=ANN)


def ours(members: dict[str, Any]) -> dict[str, Any]:
    return {**members, "sender": BOT}


WAKES = [
    ("pull_request", pull("closed", merged=False)),
    ("pull_request", pull("reopened")),
    ("pull_request", pull("synchronize")),
    ("pull_request", pull("edited", "aweigh/1.x--core")),
    ("pull_request", pull("closed", "feature", merged=True)),
    ("pull_request", pull("labeled", "feature", merged=True)),
    ("push", push("refs/tags/v1.2.0")),
    ("push", push("refs/heads/main")),
    ("push", push("refs/heads/1.x")),
    ("push", push("refs/heads/aweigh/main")),
    ("create", payload(ref="v1.2.0", ref_type="tag")),
    ("delete", payload(ref="v1.2.0", ref_type="tag")),
    ("delete", payload(ref="aweigh/main", ref_type="branch")),
    ("release", payload(action="published")),
    ("release", payload(action="deleted")),
    ("workflow_run", run("completed", "release", "v1.2.0")),
    ("workflow_run", run("requested", "push", "v1.2.0")),
    ("workflow_run", run("in_progress", "workflow_dispatch", "main")),
    ("workflow_run", run("completed", "release", None)),
    ("workflow_job", job("waiting", "v1.2.0")),
    ("workflow_job", job("completed", None)),
    ("deployment_protection_rule", payload(action="requested", deployment=None)),
    ("deployment_review", payload(action="approved")),
    ("check_run", check("rerequested", 42)),
    ("issue_comment", comment(action="deleted")),
    ("issue_comment", comment(action="edited")),
]

IGNORED = [
    ("ping", {"zen": "Design for failure."}),
    ("star", payload(action="created")),
    ("pull_request", pull("opened")),
    ("pull_request", pull("synchronize", "feature", base="next")),
    ("pull_request", pull("labeled", "feature", base="next")),
    ("pull_request", pull("labeled", "feature", state="closed")),
    ("pull_request", pull("assigned", "feature")),
    ("pull_request", ours(pull("opened", "feature"))),
    ("check_run", check("rerequested", 43, name="Aweigh settings")),
    ("check_run", check("rerequested", 42, pulls=(), name="Aweigh settings")),
    ("pull_request", pull("closed", "feature", merged=False)),
    ("pull_request", ours(pull("synchronize"))),
    ("push", push("refs/heads/feature")),
    ("push", ours(push("refs/tags/v1.2.0"))),
    ("create", payload(ref="feature", ref_type="branch")),
    ("create", ours(payload(ref="v1.2.0", ref_type="tag"))),
    ("release", ours(payload(action="published"))),
    ("workflow_run", run("completed", "pull_request", "feature", ANN)),
    ("workflow_run", run("completed", "schedule", "main", ANN)),
    ("workflow_run", run("completed", "push", "main", ANN)),
    ("workflow_job", job("in_progress", "v1.2.0")),
    ("workflow_job", job("completed", "main")),
    ("deployment_protection_rule", payload(action="withdrawn")),
    ("check_run", check("completed", 42)),
    ("check_run", check("rerequested", 43)),
    ("check_run", check("rerequested", None)),
    ("issue_comment", comment("Thanks!")),
    ("issue_comment", comment("> /release 1.2.0")),
    ("issue_comment", comment("Please /release 1.2.0")),
    ("check_run", check("requested_action", 43, "hold")),
    ("check_run", check("requested_action", 42, "approve")),
    ("check_run", check("requested_action", 42, "hold", pulls=())),
    ("check_run", ours(check("requested_action", 42, "hold"))),
    ("issue_comment", comment("/label bug")),
    ("issue_comment", comment("/released 1.2.0")),
    ("issue_comment", comment("")),
    ("issue_comment", comment(user=None)),
    ("issue_comment", comment(user=BOT)),
    ("issue_comment", {**comment(user=BOT), "sender": BOT}),
    ("issue_comment", comment(performed_via_github_app={"id": 1})),
    ("issue_comment", {**comment(), "sender": {"id": 12, "login": "eve", "type": "User"}}),
    ("issue_comment", comment(action="edited", pull=False)),
    ("issue_comment", {**comment(action="edited"), "sender": BOT}),
    ("issue_comment", {**comment(action="deleted"), "sender": BOT}),
    ("pull_request_review", review(None)),
    ("pull_request_review", review("LGTM")),
    ("pull_request_review", review(action="edited")),
    ("pull_request_review", review(action="dismissed")),
    ("installation", {"action": "created", "installation": {"id": 7}}),
    ("installation", {"action": "suspend", "installation": {"id": 7}}),
    ("installation_repositories", {"action": "removed", "installation": {"id": 7}, "repositories_removed": []}),
    ("repository", payload(action="archived")),
    ("repository", payload(action="edited")),
    ("merge_group", payload(action="destroyed")),
]


@pytest.mark.parametrize(("event", "members"), WAKES)
def test_wakes_the_repository(event: str, members: dict[str, Any]) -> None:
    meaning = translate(event, members, US)
    assert isinstance(meaning, Wake)
    assert meaning.repository == WIDGET


@pytest.mark.rule(15)
@pytest.mark.rule(8)
@pytest.mark.parametrize(("event", "members"), IGNORED)
def test_ignores(event: str, members: dict[str, Any]) -> None:
    assert isinstance(translate(event, members, US), Ignored)


def test_our_own_effects_wake_us_as_long_as_we_do_not_know_our_name() -> None:
    assert isinstance(translate("push", ours(push("refs/tags/v1")), AppIdentity(42)), Wake)


OTHER = RepositoryRef(7, 102, "acme/gadget")


@pytest.mark.parametrize(
    ("event", "members", "repositories"),
    [
        ("repository", payload(action="renamed"), (WIDGET,)),
        ("repository", payload(action="transferred"), (WIDGET,)),
        ("repository", payload(action="unarchived"), (WIDGET,)),
        (
            "installation_repositories",
            {
                "action": "added",
                "installation": {"id": 7},
                "repositories_added": [
                    {"id": 101, "full_name": "acme/widget"},
                    {"id": 102, "full_name": "acme/gadget"},
                ],
            },
            (WIDGET, OTHER),
        ),
    ],
)
def test_wakes_what_is_known_alone(
    event: str, members: dict[str, Any], repositories: tuple[RepositoryRef, ...]
) -> None:
    meaning = translate(event, members, US)
    assert isinstance(meaning, WakeKnown)
    assert meaning.repositories == repositories


@pytest.mark.parametrize("action", ["unsuspend", "new_permissions_accepted"])
def test_an_installation_that_is_back_is_told_apart(action: str) -> None:
    assert translate("installation", {"action": action, "installation": {"id": 7}}, US) == InstallationBack(7)


def test_a_merge_group_is_judged_once() -> None:
    group = {
        "head_sha": "d" * 40,
        "head_ref": "refs/heads/gh-readonly-queue/main/pr-5-x",
        "base_ref": "refs/heads/main",
    }
    meaning = translate("merge_group", payload(action="checks_requested", merge_group=group), US)
    assert meaning == GroupDelivery(WIDGET, "main", "d" * 40)
    assert meaning.natural_key == f"group:{'d' * 40}"
    assert GroupDelivery.find(WIDGET, meaning.to_content()) == meaning
    assert GroupDelivery.find(WIDGET, {"source": "comment"}) is None
    assert HeadDelivery.find(WIDGET, meaning.to_content()) is None


LOOKS = [pull(action, "feature") for action in ("opened", "synchronize")]


@pytest.mark.parametrize("members", LOOKS)
def test_an_ordinary_pull_request_is_looked_at_once_for_each_head(members: dict[str, Any]) -> None:
    meaning = translate("pull_request", members, US)
    assert meaning == HeadDelivery(WIDGET, 5, "c" * 40)
    assert meaning.natural_key == f"head:5:{'c' * 40}"
    assert len(meaning.natural_key) <= 64
    assert HeadDelivery.find(WIDGET, meaning.to_content()) == meaning


@pytest.mark.parametrize("action", ["edited", "labeled", "unlabeled"])
def test_other_words_of_an_ordinary_pull_request_are_looked_at_each_time(action: str) -> None:
    labels = [{"name": "major"}]
    meaning = translate("pull_request", pull(action, "feature", updated_at="2026-04-01T09:00:00Z", labels=labels), US)
    told = HeadDelivery(WIDGET, 5, "c" * 40, words=True, changed_at="2026-04-01T09:00:00Z")
    if action != "edited":
        told = replace(told, labels=("major",), fewer=action == "unlabeled")
    assert meaning == told
    assert meaning.natural_key is None
    assert HeadDelivery.find(WIDGET, meaning.to_content()) == meaning


@pytest.mark.parametrize(
    "members",
    [pull("reopened", "feature"), pull("edited", "feature") | {"changes": {"base": {"ref": {"from": "next"}}}}],
)
def test_what_may_have_changed_in_silence_is_looked_at_whatever_it_is(members: dict[str, Any]) -> None:
    meaning = translate("pull_request", members, US)
    assert meaning == HeadDelivery(WIDGET, 5, "c" * 40, again=True)
    assert meaning.natural_key is None


@pytest.mark.parametrize("name", ["Aweigh settings", "Aweigh preview"])
def test_whoever_asks_for_such_a_check_again_gets_another_look(name: str) -> None:
    meaning = translate("check_run", check("rerequested", 42, name=name), US)
    assert meaning == HeadDelivery(WIDGET, 5, "a" * 40, again=True)
    assert meaning.natural_key is None


def test_an_uninstallation_is_told_apart() -> None:
    meaning = translate("installation", {"action": "deleted", "installation": {"id": 7}}, US)
    assert meaning == InstallationGone(7)


def test_a_comment_is_carried_whole() -> None:
    assert translate(
        "issue_comment", comment("\n /release 1.2.0\r\nThanks \N{ROCKET}", pull=False), US
    ) == CommandDelivery(
        repository=WIDGET,
        source="comment",
        comment_id=1001,
        node_id="IC_1",
        issue_number=5,
        is_pull=False,
        author=Person(11, "ann"),
        created_at=datetime(2026, 5, 1, 12, tzinfo=UTC),
        body="\n /release 1.2.0\r\nThanks \N{ROCKET}",
        url="https://github.com/acme/widget/pull/5#issuecomment-1001",
    )


def test_a_review_is_carried_as_a_review() -> None:
    meaning = translate("pull_request_review", review(), US)
    assert isinstance(meaning, CommandDelivery)
    assert (meaning.source, meaning.comment_id, meaning.is_pull) == ("review", 2001, True)
    assert meaning.created_at == datetime(2026, 5, 1, 12, tzinfo=UTC)


def test_a_button_is_the_command_of_its_name_by_whoever_pressed_it() -> None:
    meaning = translate("check_run", check("requested_action", 42, "hold"), US)
    assert isinstance(meaning, CommandDelivery)
    assert (meaning.body, meaning.author, meaning.issue_number) == ("/release hold", Person(11, "ann"), 5)
    assert (meaning.button, meaning.check_id, meaning.shown) == ("hold", 77, "aweigh/1 v=1.2.0")
    at = datetime(2026, 5, 1, tzinfo=UTC)
    first, second = (meaning.of_delivery(f"{digit * 8}-0000-4000-8000-000000000000", at) for digit in "1f")
    # Two presses are two commands, one delivery that comes twice is one; and none is taken for a comment.
    assert first.natural_key != second.natural_key
    assert first == meaning.of_delivery("11111111-0000-4000-8000-000000000000", at)
    assert 9 * 10**11 <= first.comment_id < second.comment_id < 10**12
    assert CommandDelivery.from_content(first.repository, first.to_content()) == first


def test_without_a_pull_request_the_record_of_our_own_check_run_tells_the_thread() -> None:
    pressed = check("requested_action", 42, "hold", pulls=(5,), name="Release v1.2.0")
    pressed["check_run"]["external_id"] = render_record(m.record(bump=m.MERGE, origin=m.origin(8)))
    meaning = translate("check_run", pressed, US)
    assert isinstance(meaning, CommandDelivery)
    assert (meaning.issue_number, meaning.is_pull, meaning.head) == (8, False, "a" * 40)
    # That of another App is nobody's.
    pressed["check_run"]["app"] = {"id": 43}
    assert isinstance(translate("check_run", pressed, US), Ignored)


def test_looking_again_is_asked_for_by_somebody() -> None:
    meaning = translate("check_run", check("requested_action", 42, "recheck"), US)
    assert isinstance(meaning, CommandDelivery)
    assert (meaning.body, meaning.button, meaning.author) == ("/release status", "recheck", Person(11, "ann"))


def test_a_command_survives_the_way_through_the_engine() -> None:
    meaning = translate("issue_comment", comment(), US)
    assert isinstance(meaning, CommandDelivery)
    assert CommandDelivery.from_content(meaning.repository, meaning.to_content()) == meaning


def test_half_a_character_is_replaced() -> None:
    meaning = translate("issue_comment", comment("/release 1.2.0 \ud83d!"), US)
    assert isinstance(meaning, CommandDelivery)
    assert meaning.body == "/release 1.2.0 \N{REPLACEMENT CHARACTER}!"


@pytest.mark.parametrize(
    "full_name",
    ["acme", "acme/", "/widget", "acme/..", "acme/.", "../widget", "acme/wid get", "acme/widget/x", "acme/w\n", "a?/b"],
)
def test_refuses_a_repository_that_github_could_not_have_named(full_name: str) -> None:
    members = {**push("refs/tags/v1"), "repository": {"id": 101, "full_name": full_name, "default_branch": "main"}}
    meaning = translate("push", members, US)
    assert isinstance(meaning, Malformed)
    assert str(meaning) == "repository.full_name is not owner/name"


@pytest.mark.parametrize("full_name", ["acme/.github", "a-b_c/d.e-f_g", "acme/..."])
def test_takes_every_name_github_gives_out(full_name: str) -> None:
    members = {**push("refs/tags/v1"), "repository": {"id": 101, "full_name": full_name, "default_branch": "main"}}
    assert isinstance(translate("push", members, US), Wake)


@pytest.mark.parametrize("number", [None, "101", 0, -1, True, 1.0, 2**63])
def test_refuses_an_id_no_database_could_hold(number: object) -> None:
    members = {**push("refs/tags/v1"), "installation": {"id": number}}
    meaning = translate("push", members, US)
    assert isinstance(meaning, Malformed)
    assert meaning.member == "installation.id"


@pytest.mark.parametrize("moment", ["yesterday", "", "0001-01-01T00:00:00+14:00"])
def test_refuses_a_moment_that_is_none(moment: str) -> None:
    assert isinstance(translate("issue_comment", comment(created_at=moment), US), Malformed)


def _paths(value: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    if isinstance(value, dict):
        for name, child in value.items():
            yield (*path, name)
            yield from _paths(child, (*path, name))


def _without(members: dict[str, Any], path: tuple[str, ...], *replacement: object) -> dict[str, Any]:
    damaged = copy.deepcopy(members)
    parent = damaged
    for name in path[:-1]:
        parent = parent[name]
    del parent[path[-1]]
    if replacement:
        parent[path[-1]] = replacement[0]
    return damaged


ODDITIES: list[object] = [None, 0, "", "x", [], {}, [{}], True, 10**30, {"id": None}]
SAMPLES = [*WAKES, *IGNORED, ("issue_comment", comment()), ("pull_request_review", review())]


@pytest.mark.parametrize(("event", "members"), SAMPLES)
def test_no_missing_or_mistyped_member_is_ever_an_exception(event: str, members: dict[str, Any]) -> None:
    for path in _paths(members):
        translate(event, _without(members, path), US)
        for odd in ODDITIES:
            translate(event, _without(members, path, odd), US)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


@given(event=st.sampled_from(sorted({event for event, _ in WAKES})), members=st.dictionaries(st.text(), json_values))
def test_no_json_object_is_ever_an_exception(event: str, members: dict[str, Any]) -> None:
    assert is_used(event)
    translate(event, members, US)


@pytest.mark.parametrize(
    ("body", "holds"),
    [
        ("/release 1.2.0", True),
        ("/release", True),
        ("\n\n  /release status\nthanks", True),
        ("/label x\n/release status", True),
        ("/label x\r/release\tstatus", True),
        ("/RELEASE status", True),
        ("/label x\n\n/release status", True),
        ("Please\n/release status", True),
        ("/releases", False),
        ("text /release", False),
        ("```\n/release 1.2.0\n```", True),
        ("> /release 1.2.0", False),
        ("\u200b/release 1.2.0", False),
        ("<!-- -->\n/release 1.2.0", True),
        ("/" * 65_536, False),
        ("/x\n" * 20_000 + "/release", True),
        (" " * 65_536, False),
    ],
)
def test_lets_a_line_through_that_may_be_a_command_or_earn_a_hint(body: str, holds: bool) -> None:
    assert may_hold_command(body) is holds


@pytest.mark.parametrize(
    "branch", ["1.1.x", "release/v2", "stable-3.0", "4.2", "v1.X", "maint/1.2.3", "team/release-1.x", "hotfix_7"]
)
def test_what_the_version_engine_takes_for_a_line_is_heard_of(branch: str) -> None:
    assert find_maintenance_line(branch) is not None
    meaning = translate("push", push(f"refs/heads/{branch}"), US)
    assert isinstance(meaning, Wake)
    assert meaning.pushed is not None


@pytest.mark.parametrize("branch", ["feature", "fix-12", "release", "x", "a/b.x.y"])
def test_what_is_no_line_is_not(branch: str) -> None:
    assert isinstance(translate("push", push(f"refs/heads/{branch}"), US), Ignored)
