"""Comments, reactions, labels, reviews."""

from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk

THREAD = f"{REPO}/issues/1"


async def test_a_comment_names_the_app_behind_it(desk: Desk) -> None:
    made = await desk.api.post(f"{THREAD}/comments", {"body": "hello"})
    assert made["user"]["login"] == "aweigh[bot]"
    assert made["performed_via_github_app"]["id"] == desk.acme.app.id
    human = desk.acme.mona.comment(1, "hi")
    shown = await desk.api.get(f"{REPO}/issues/comments/{human.id}")
    assert shown["performed_via_github_app"] is None
    assert shown["author_association"] == "MEMBER"


async def test_comments_are_listed_oldest_first_and_since(desk: Desk) -> None:
    first = await desk.api.post(f"{THREAD}/comments", {"body": "one"})
    desk.clock.advance(10)
    since = "2026-11-02T09:00:05Z"
    second = await desk.api.post(f"{THREAD}/comments", {"body": "two"})
    assert [one["id"] for one in await desk.api.get(f"{THREAD}/comments")] == [first["id"], second["id"]]
    assert [one["id"] for one in await desk.api.get(f"{THREAD}/comments?since={since}")] == [second["id"]]
    desk.clock.advance(10)
    await desk.api.patch(f"{REPO}/issues/comments/{first['id']}", {"body": "one, changed"})
    assert len(await desk.api.get(f"{THREAD}/comments?since={since}")) == 2
    await desk.api.get(f"{THREAD}/comments?since=yesterday", status=422)


async def test_a_comment_has_text_but_not_too_much(desk: Desk) -> None:
    await desk.api.post(f"{THREAD}/comments", {"body": "x" * 65536})
    for body in ({"body": " "}, {"body": "x" * 65537}, {"body": 1}, {}):
        await desk.api.post(f"{THREAD}/comments", body, status=422)


async def test_an_edit_tells_what_stood_there(desk: Desk) -> None:
    made = await desk.api.post(f"{THREAD}/comments", {"body": "before"})
    desk.heard()
    await desk.api.patch(f"{REPO}/issues/comments/{made['id']}", {"body": "after"})
    (edited,) = desk.world.take_deliveries()
    assert (edited.event, edited.action) == ("issue_comment", "edited")
    assert b'"changes":{"body":{"from":"before"}}' in edited.body


async def test_a_deleted_comment_is_gone(desk: Desk) -> None:
    made = await desk.api.post(f"{THREAD}/comments", {"body": "x"})
    await desk.api.delete(f"{REPO}/issues/comments/{made['id']}")
    await desk.api.get(f"{REPO}/issues/comments/{made['id']}", status=404)


async def test_a_locked_thread_takes_no_comment(desk: Desk) -> None:
    desk.acme.mona.lock(1)
    answer = await desk.api.post(f"{THREAD}/comments", {"body": "x"}, status=403)
    assert answer["message"] == "Unable to create comment because issue is locked."
    desk.acme.wanda.comment(1, "those who write still can")


async def test_a_reaction_counts_once(desk: Desk) -> None:
    made = await desk.api.post(f"{THREAD}/comments", {"body": "x"})
    desk.heard()
    url = f"{REPO}/issues/comments/{made['id']}/reactions"
    first = await desk.api.post(url, {"content": "eyes"}, status=201)
    again = await desk.api.post(url, {"content": "eyes"}, status=200)
    assert first["id"] == again["id"]
    assert (await desk.api.get(f"{REPO}/issues/comments/{made['id']}"))["reactions"]["eyes"] == 1
    await desk.api.post(url, {"content": "shrug"}, status=422)
    assert desk.heard() == []


async def test_labels_come_and_go_with_one_webhook_each(desk: Desk) -> None:
    await desk.api.post(f"{THREAD}/labels", {"labels": ["a", "b"]}, status=200)
    assert desk.heard() == [("pull_request", "labeled")] * 2
    await desk.api.delete(f"{THREAD}/labels/a", status=200)
    assert desk.heard() == [("pull_request", "unlabeled")]
    answer = await desk.api.post(f"{REPO}/labels", {"name": "B"}, status=422)
    assert answer["errors"] == [{"resource": "Label", "code": "already_exists", "field": "name"}]


async def test_nobody_approves_the_own_pull_request(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    answer = await desk.api.post(f"{REPO}/pulls/{pull['number']}/reviews", {"event": "APPROVE"}, status=422)
    assert answer["errors"] == ["Can not approve your own pull request"]
    review = await desk.api.post(f"{REPO}/pulls/1/reviews", {"event": "APPROVE"}, status=200)
    assert review["state"] == "APPROVED"


async def test_a_pending_review_is_the_authors_secret(desk: Desk) -> None:
    pending = await desk.api.post(f"{REPO}/pulls/1/reviews", {"body": "soon"}, status=200)
    desk.acme.mona.submit_review(1, "now")
    assert [one["state"] for one in await desk.api.get(f"{REPO}/pulls/1/reviews")] == ["PENDING", "COMMENTED"]
    assert desk.heard() == [("pull_request_review", "submitted")]
    await desk.api.post(f"{REPO}/pulls/1/reviews/{pending['id']}/events", {"event": "COMMENT"}, status=200)
    assert desk.heard() == [("pull_request_review", "submitted")]


async def test_a_token_for_pull_requests_stays_away_from_plain_issues(desk: Desk) -> None:
    issue = await desk.api.post(f"{REPO}/issues", {"title": "A bug"})
    assert "pull_request" not in issue
    answer = await desk.limited(pull_requests="write").post(
        f"{REPO}/issues/{issue['number']}/comments", {"body": "x"}, status=403
    )
    assert "not accessible" in answer["message"]
