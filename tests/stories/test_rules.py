"""Rulesets of the repository: a rule that keeps us from acting is named, nothing is forced, and all goes on once it gives way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from bot.clock import VirtualClock
from bot.sandbox.acme_files import publish_workflow
from bot.sandbox.state.rulesets import RuleKind, Ruleset
from tests.stories.hours import MORNING
from tests.stories.theatre import Theatre, open_theatre

PUBLISH = ".github/workflows/publish.yml"


def protect(theatre: Theatre, target: str, *rules: RuleKind, pattern: str = "~ALL", bypass: bool = False) -> None:
    """Give the repository a ruleset, with our App among those it does not hold for or not."""
    bot = theatre.acme.app.bot.id
    made = Ruleset("Guard", "tag" if target == "tag" else "branch", frozenset(rules), (pattern,), frozenset({bot} if bypass else ()))  # fmt: skip
    theatre.acme.repository.rulesets[:] = [made]


async def test_a_tag_ruleset_without_us_stops_before_the_tag_and_says_so(tmp_path: Path) -> None:
    clock = VirtualClock(MORNING)
    async with open_theatre(tmp_path, clock=clock) as theatre:
        protect(theatre, "tag", "creation", "update", "deletion")
        pull = await theatre.propose()
        await theatre.merge(pull)
        status = theatre.status(pull)
        assert "Stopped" in status
        assert (
            "`GitHub declined: Repository rule violations found Cannot create ref due to creations being restricted`"
            in status
        )
        assert theatre.find_tag("v1.2.0") is None
        assert theatre.runs == []
        asked = theatre.request_count
        await theatre.pass_time(timedelta(hours=1))
        assert theatre.request_count - asked < 200
        theatre.read_all()
        protect(theatre, "tag", "creation", "update", "deletion", bypass=True)
        await theatre.pass_time(timedelta(minutes=12))
        assert theatre.find_tag("v1.2.0") is not None
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_ruleset_that_lets_us_through_is_no_matter(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, trigger="tag-push") as theatre:
        protect(theatre, "tag", "creation", "update", "deletion", bypass=True)
        pull = await theatre.reach_gate()
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.release("v1.2.0").tag_name == "v1.2.0"
        theatre.read_all()


async def test_a_branch_ruleset_without_us_refuses_the_request(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        protect(theatre, "branch", "creation", pattern="refs/heads/aweigh/*")
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "creations being restricted" in theatre.reply(theatre.feature)
        assert theatre.find_release_pull() is None


async def test_a_release_that_is_immutable_takes_its_files_before_it_is_published(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, trigger="tag-push") as theatre:
        theatre.acme.repository.immutable_releases = True
        pull = await theatre.reach_gate()
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        release = theatre.release("v1.2.0")
        assert release.immutable
        assert "SHA256SUMS" in [asset.name for asset in release.assets]
        theatre.read_all()


BY_HAND = "git tag -a v1.2.0 -m v1.2.0 «commit»\ngit push origin v1.2.0\n"
"""What somebody pastes in place of the tag that is kept from us."""


async def test_a_tag_that_is_kept_from_us_is_pushed_by_somebody_who_may(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        protect(theatre, "tag", "creation", bypass=True)
        acme = theatre.acme
        guard = theatre.acme.repository.rulesets[0]
        acme.repository.rulesets[:] = [replace(guard, bypass=frozenset({acme.hugo.user.id}))]
        pull = await theatre.propose()
        await theatre.merge(pull)
        status = theatre.status(pull)
        assert "an administrator adds me to those who bypass it" in status
        assert BY_HAND in status
        acme.hugo.push_tag("v1.2.0", str(pull.merge_commit_sha))
        await theatre.settle()
        await theatre.say(acme.mona, "/release approve 1.2.0", pull.number)
        await theatre.say(acme.hugo, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_tag_that_an_immutable_release_has_burnt_is_explained(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        theatre.acme.repository.burnt_tags.add("v1.2.0")
        pull = await theatre.propose()
        await theatre.merge(pull)
        assert "an immutable release had a tag of this name before" in theatre.status(pull)
        assert "`1.2.0` cannot be released then, but the next version can" in theatre.status(pull)
        assert theatre.find_tag("v1.2.0") is None
        theatre.read_all()
        await theatre.say(theatre.acme.mona, "/release 1.2.1")
        after = theatre.release_pull
        assert after.number != pull.number
        await theatre.merge(after)
        assert theatre.find_tag("v1.2.1") is not None
        theatre.read_all()


async def test_a_commit_with_other_workflow_files_is_tagged_by_somebody_who_may(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        acme = theatre.acme
        pull = await theatre.propose()
        acme.mona.merge_pull(pull.number)
        acme.hugo.push_commit("main", {PUBLISH: publish_workflow("release-published") + "# more\n"}, "ci: more")
        await theatre.settle()
        status = theatre.status(pull)
        assert "its commit has other workflow files than the default branch" in status
        assert BY_HAND in status
        acme.hugo.push_tag("v1.2.0", str(pull.merge_commit_sha))
        await theatre.settle()
        assert "gh release create v1.2.0 --verify-tag --generate-notes" in theatre.status(pull)
        acme.hugo.publish_release("v1.2.0")
        await theatre.settle()
        assert [said for said in theatre.replies(pull.number) if "wants to publish" in said]
        theatre.read_all()
