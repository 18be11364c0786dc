"""What does not fit into one document is asked for alone, so that nobody can push a release out of sight."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.stories.theatre import Theatre, open_theatre


def crowd_out(theatre: Theatre) -> None:
    """Somebody opens and closes pull requests from our branch, until ours is none of the newest."""
    acme = theatre.acme
    acme.mona.push_branch("1.x", "main")
    for turn in range(6):
        pull = acme.wanda.open_pull("aweigh/main", f"Crowd {turn}", base="1.x")
        acme.wanda.close_pull(pull.number)


async def test_a_release_is_found_behind_a_crowd_of_other_pull_requests(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        crowd_out(theatre)
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is not None
        assert [said for said in theatre.replies(pull.number) if "wants to publish" in said]
        theatre.read_all()


async def test_a_tag_and_a_release_older_than_the_newest_are_found(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, trigger="tag-push") as theatre:
        pull = await theatre.reach_gate()
        store = theatre.acme.repository.store
        # Their commits are newer, and tags are listed by those.
        commit = theatre.acme.mona.push_commit("main", {"NOTES.md": "later\n"})
        for number in range(101):
            store.set_ref(f"refs/tags/nightly-{number}", commit)
        approval = await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(approval) == ["eyes", "rocket"]
        assert not theatre.release("v1.2.0").draft
        assert [said for said in theatre.replies(pull.number) if "🎉" in said]
        theatre.read_all()


@pytest.mark.parametrize("published", [True, False])
async def test_the_last_release_is_found_behind_a_crowd_of_other_tags(tmp_path: Path, *, published: bool) -> None:
    async with open_theatre(tmp_path, files={".github/aweigh.toml": 'mode = "auto"\n'}) as theatre:
        acme, store = theatre.acme, theatre.acme.repository.store
        for tag in ("v1.1.0", "v1.1.5"):
            if store.find_ref(f"refs/tags/{tag}") is None:
                acme.hugo.push_tag(tag, "main")
        if published:
            acme.hugo.publish_release("v1.1.5")
        await theatre.settle()
        commit = acme.mona.push_commit("main", {"NOTES.md": "later\n"}, "docs: later")
        for number in range(101):
            store.set_ref(f"refs/tags/trunk/{number}", commit)
        acme.mona.push_commit("main", {"widget/new.py": "NEW = 1\n"}, "feat: float")
        await theatre.settle()
        assert theatre.release_pull.title == "Release widget 1.2.0"
        made = len(theatre.sandbox.world.requests)
        acme.mona.push_commit("main", {"widget/less.py": "LESS = 1\n"}, "fix: sink less")
        await theatre.settle()
        told = theatre.sandbox.world.requests[made:]
        assert len(told) <= 8 + (1 if published else 2)
        body = theatre.plain(theatre.release_pull.body or "")
        assert "Float" in body
        assert "v1.1.5" in body
        theatre.read_all()


async def test_many_tags_without_a_release_are_looked_through_once_in_a_while(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, files={".github/aweigh.toml": 'mode = "auto"\n'}) as theatre:
        acme, store = theatre.acme, theatre.acme.repository.store
        commit = str(store.find_ref("refs/heads/main"))
        acme.hugo.delete_tag("v1.1.0")
        for number in range(250):
            store.set_ref(f"refs/tags/trunk/{number}", commit)
        asked = []
        for number in (1, 2):
            made = len(theatre.sandbox.world.requests)
            acme.mona.push_commit("main", {f"widget/new{number}.py": "NEW = 1\n"}, "feat: float")
            await theatre.settle()
            bodies = [one.body for one in theatre.sandbox.world.requests[made:]]
            asked.append(sum(b"$after: String" in body and b"refs/tags/" in body for body in bodies))
        assert asked == [3, 0]
        assert theatre.find_release_pull() is None
        theatre.read_all()


async def test_a_conversation_too_long_for_the_document_is_read_page_by_page(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        for number in range(110):
            theatre.acme.wanda.comment(pull.number, f"{number} bottles of beer")
        await theatre.merge(pull)
        approval = await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(approval) == ["eyes", "rocket"]
        assert "Released" in theatre.status(pull)
        assert len(theatre.comments(pull.number, "outcome")) == 1
        theatre.read_all()
