"""What somebody with write access may try, and must not get: a release published without the second person."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.sandbox.acts import pulls as pull_acts
from bot.sandbox.state.accounts import User
from bot.sandbox.state.deliveries import Event
from bot.sandbox.state.repository import Repository
from bot.sandbox.world import World
from tests.stories.theatre import BOT, open_theatre


async def test_a_comment_edited_into_a_prompt_revives_no_earlier_approval(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        evil = {"widget/__init__.py": '__version__ = "1.2.0"\nimport os\n'}
        theatre.acme.wanda.push_commit("aweigh/main", evil, "Evil")
        await theatre.settle()
        await theatre.merge(pull)
        run = theatre.run
        status = next(comment for comment in pull.comments if comment.body.startswith("<!-- aweigh:status"))
        forged = f"<!-- aweigh:prompt run:{run.id}/{run.run_attempt} -->"
        theatre.acme.wanda.edit_comment(pull.number, status, forged)
        await theatre.settle()
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_a_comment_edited_into_a_verdict_does_not_stand_for_it(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.reach_gate()
        prompt = next(comment for comment in pull.comments if comment.body.startswith("<!-- aweigh:prompt"))
        theatre.acme.wanda.edit_comment(pull.number, prompt, "<!-- aweigh:outcome published -->\nTrust me.")
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert any("✅ verified" in reply for reply in theatre.replies(pull.number))
        theatre.read_all()


@pytest.mark.rule(18)
async def test_our_markers_pasted_by_somebody_else_are_just_their_words(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.read_all()
        wanda = theatre.acme.wanda
        pasted = ["<!-- aweigh:status -->\nAll is well.", "<!-- aweigh:outcome published -->\nIt is out."]
        theirs = [wanda.comment(pull.number, body) for body in pasted]

        def ask(_world: World, _repository: Repository, event: Event, _sender: User) -> None:
            # The run has its number now, and nobody has been asked yet.
            if (event.name, event.action) == ("workflow_run", "requested") and len(theirs) == len(pasted):
                forged = f"<!-- aweigh:prompt run:{theatre.run.id}/1 -->\nNo approval needed."
                theirs.append(wanda.comment(pull.number, forged))

        theatre.sandbox.world.observers.append(ask)
        await theatre.merge(pull)
        assert len(theirs) == 3
        said = [comment.body for comment in theirs]
        # Ours are made all the same, and theirs are left alone.
        prompts = [one for one in pull.comments if one.body.startswith("<!-- aweigh:prompt")]
        assert [one.user.login for one in prompts] == ["wanda", BOT]
        assert theatre.files("1.2.0") == []
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        outcomes = [one for one in pull.comments if one.body.startswith("<!-- aweigh:outcome published")]
        assert [one.user.login for one in outcomes] == ["wanda", BOT]
        assert [comment.body for comment in theirs] == said
        theatre.read_all()


async def test_a_comment_of_ours_edited_into_an_approval_approves_nothing(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings="approval.self = true\n") as theatre:
        pull = await theatre.reach_gate()
        ours = [comment for comment in pull.comments if comment.user.login == BOT]
        assert len(ours) == 2
        # Whoever may write can put words into our mouth, and into that of a maintainer.
        hugos = theatre.acme.hugo.comment(pull.number, "Looks good.")
        for comment in (*ours, hugos):
            theatre.acme.wanda.edit_comment(pull.number, comment, "/release approve 1.2.0")
        await theatre.settle()
        theatre.acme.wanda.push_commit("main", {"more.md": "More.\n"}, "chore: wakes everybody up")
        await theatre.settle()
        assert theatre.run.status == "waiting"
        assert theatre.files("1.2.0") == []
        assert "Waiting for approval (0 of 1)" in (theatre.check_runs(pull)[-1].output.title or "")
        theatre.read_all()


async def test_a_release_pull_request_that_was_pointed_elsewhere_is_left_alone(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose(by=theatre.acme.wanda)
        theatre.acme.hugo.push_branch("dev", "main")
        theatre.acme.hugo.push_commit("aweigh/main", {"evil.py": "import os\n"}, "Evil")
        await theatre.settle()
        pull_acts.edit_pull(theatre.sandbox.world, theatre.acme.repository, pull, theatre.acme.hugo.user, base="dev")
        await theatre.settle()
        await theatre.merge(pull, by=theatre.acme.hugo)
        for line in ("/release status", "/release approve 1.2.0"):
            await theatre.say(theatre.acme.hugo, line, pull.number)
        assert theatre.find_tag("v1.2.0") is None
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_closing_cancels_and_opening_again_brings_nobodys_request_back(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose(by=theatre.acme.wanda)
        theatre.acme.wanda.close_pull(pull.number)
        await theatre.settle()
        theatre.acme.hugo.reopen_pull(pull.number)
        await theatre.settle()
        await theatre.merge(pull, by=theatre.acme.hugo)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.find_tag("v1.2.0") is None
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_a_branch_called_like_the_tag_is_not_what_is_dispatched(tmp_path: Path) -> None:
    settings = "approval.required = 1\n"
    async with open_theatre(tmp_path, trigger="dispatch", gate="none", settings=settings) as theatre:
        pull = await theatre.propose()
        theatre.acme.wanda.push_branch("v1.2.0", "main")
        evil = theatre.acme.wanda.push_commit("v1.2.0", {"evil.py": "import os\n"}, "Evil")
        await theatre.merge(pull)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert [run.head_sha for run in theatre.runs] == [pull.merge_commit_sha]
        assert evil != pull.merge_commit_sha
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_one_unguarded_publishing_job_refuses_the_release(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        store = theatre.acme.repository.store
        head = store.find_ref("refs/heads/main")
        assert head is not None
        text = (store.read(head, ".github/workflows/publish.yml") or b"").decode()
        second = text[text.index("  publish:") :].replace("  publish:", "  leak:", 1)
        second = re.sub(r"    environment:.*\n(      .*\n)*", "", second)
        theatre.acme.wanda.push_commit("main", {".github/workflows/publish.yml": text + second}, "A second job")
        await theatre.settle()
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "same environment" in theatre.reply(theatre.feature)
        assert theatre.find_release_pull() is None


async def test_no_release_is_made_from_just_any_branch(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        wanda = theatre.acme.wanda
        wanda.push_branch("evil", "main")
        wanda.push_commit("topic", {"x.py": "a = 1\n"}, "Topic", onto="evil")
        pull = wanda.open_pull("topic", "Topic", base="evil")
        await theatre.settle()
        comment = await theatre.say(wanda, "/release 9.9.9", pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "`evil`" in theatre.reply(pull.number)
        assert theatre.find_release_pull() is None


async def test_a_base_that_is_gone_is_said(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        wanda = theatre.acme.wanda
        wanda.push_branch("1.x", "main")
        wanda.push_commit("topic", {"x.py": "a = 1\n"}, "Topic", onto="1.x")
        pull = wanda.open_pull("topic", "Topic", base="1.x")
        wanda.close_pull(pull.number)
        wanda.delete_branch("1.x")
        await theatre.settle()
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "is gone" in theatre.reply(pull.number)


@pytest.mark.rule(14)
async def test_somebody_elses_pull_request_from_our_branch_is_not_adopted(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.mona.close_pull(pull.number)
        await theatre.settle()
        theirs = theatre.acme.wanda.open_pull("aweigh/main", "Nothing to see here")
        await theatre.settle()
        comment = await theatre.say(theatre.acme.mona, "/release 1.3.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert f"#{theirs.number}" in theatre.reply(theatre.feature)
        theatre.read_all()


async def test_every_line_of_an_approving_comment_is_judged(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings="approval.required = 2\n") as theatre:
        pull = await theatre.reach_gate()
        theatre.read_all()
        both = "/release approve 1.2.0\n/release approve 9.9.9"
        comment = await theatre.say(theatre.acme.hugo, both, pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        theatre.read_all()
