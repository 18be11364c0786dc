"""What people may and may not do."""

import pytest

from bot.sandbox.acme import build_acme
from bot.sandbox.acme_files import Trigger
from bot.sandbox.http import UnprocessableError
from bot.sandbox.people import NotAllowedError
from tests.sandbox.client import app_key
from tests.sandbox.conftest import Desk


def test_a_reader_talks_but_does_not_merge(desk: Desk) -> None:
    desk.acme.rosa.comment(1, "nice")
    with pytest.raises(NotAllowedError):
        desk.acme.rosa.merge_pull(1)
    with pytest.raises(NotAllowedError):
        desk.acme.rosa.push_commit("main", {"x": "x"})
    with pytest.raises(NotAllowedError):
        desk.acme.rosa.label(1, "x")
    with pytest.raises(NotAllowedError):
        desk.acme.tariq.lock(1)
    with pytest.raises(NotAllowedError):
        desk.acme.tariq.delete_tag("v1.1.0")


def test_strangers_see_nothing_of_a_private_repository(desk: Desk) -> None:
    desk.acme.stan.comment(1, "hello")
    desk.repository.private = True
    with pytest.raises(NotAllowedError):
        desk.acme.stan.comment(1, "hello")


def test_comments_are_changed_by_their_authors_and_by_writers(desk: Desk) -> None:
    comment = desk.acme.rosa.comment(1, "mine")
    with pytest.raises(NotAllowedError):
        desk.acme.tariq.edit_comment(1, comment, "yours")
    desk.acme.wanda.edit_comment(1, comment, "anybody's")
    assert comment.edited_by is desk.acme.wanda.user
    assert comment.user is desk.acme.rosa.user


def test_pushing_makes_and_moves_branches(desk: Desk) -> None:
    first = desk.acme.wanda.push_commit("work", {"a": "a"})
    second = desk.acme.wanda.push_commit("work", {"b": "b"})
    assert desk.repository.store.commit(second).parents == (first,)
    third = desk.acme.wanda.push_commit("work", {"c": "c"}, onto="main")
    assert desk.repository.store.commit(third).parents == (desk.head,)
    assert [one.kind for one in desk.repository.activity[-3:]] == ["branch_creation", "push", "force_push"]


def test_tags_move_and_vanish_by_hand(desk: Desk) -> None:
    desk.acme.mona.push_tag("v9", "main")
    with pytest.raises(UnprocessableError):
        desk.acme.mona.push_tag("v9", "main")
    desk.acme.mona.move_tag("v9", "v1.1.0")
    assert desk.repository.store.find_commit("v9") == desk.repository.store.find_commit("v1.1.0")
    desk.acme.mona.delete_tag("v9")
    assert desk.repository.store.find_ref("refs/tags/v9") is None


@pytest.mark.parametrize("trigger", ["release-published", "tag-push", "dispatch"])
def test_the_demo_starts_with_a_released_project(trigger: Trigger) -> None:
    acme = build_acme(trigger=trigger, private_key=app_key())
    store = acme.repository.store
    assert store.kind(store.refs("refs/tags/")["refs/tags/v1.1.0"]) == "tag"
    workflow = store.read("main", ".github/workflows/publish.yml")
    assert workflow is not None
    assert {"release-published": b"release:", "tag-push": b"tags:", "dispatch": b"workflow_dispatch:"}[
        trigger
    ] in workflow
    assert acme.feature.state == "open"
    assert list(acme.world.outbox) == []


@pytest.mark.parametrize(
    ("gate", "rules", "reviewers"), [("rule", 1, 0), ("reviewers", 0, 2), ("both", 1, 2), ("none", 0, 0)]
)
def test_the_environment_is_gated_as_asked(gate: str, rules: int, reviewers: int) -> None:
    acme = build_acme(gate=gate, private_key=app_key())  # type: ignore[arg-type]  # parametrised
    environment = acme.repository.environments["pypi"]
    assert (len(environment.rules), len(environment.reviewers)) == (rules, reviewers)


def test_files_of_the_project_can_be_replaced() -> None:
    acme = build_acme(files={"pyproject.toml": "not toml", "CHANGELOG.md": None}, private_key=app_key())
    assert acme.repository.store.read("main", "pyproject.toml") == b"not toml"
    assert acme.repository.store.read("main", "CHANGELOG.md") is None
