"""What does not fit into one document is asked for alone, so that nobody can push a release out of sight."""

from __future__ import annotations

from pathlib import Path

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
