"""Odd workflows and settings: twins that would publish twice, dispatches with inputs, other tags, files and environments."""

from __future__ import annotations

from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.sandbox.acme_files import publish_workflow
from bot.sandbox.index import Publisher
from bot.sandbox.state.runs import Environment, ProtectionRule
from tests.stories.theatre import Theatre, open_theatre

APPROVE = "/release approve 1.2.0"
PUBLISH = ".github/workflows/publish.yml"
UNTYPED = publish_workflow("release-published").replace("    types: [published]\n", "")
ON_BOTH = publish_workflow("tag-push").replace("on:\n", "on:\n  release:\n    types: [published]\n")


def conclusions(theatre: Theatre) -> list[str | None]:
    return sorted((run.conclusion for run in theatre.runs), key=str)


# Twins


async def test_of_the_three_runs_of_an_untyped_release_one_publishes(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, files={PUBLISH: UNTYPED}) as theatre:
        pull = await theatre.propose()
        assert theatre.status(pull) == snapshot(name="status before the merge")
        await theatre.merge(pull)
        assert len(theatre.comments(pull.number, "prompt")) == 1
        assert len(theatre.runs) == 3
        rejected = [run for run in theatre.runs if run.conclusion == "failure"]
        assert len(rejected) == 2
        for run in rejected:
            (approval,) = run.approvals
            assert approval.user is theatre.acme.app.bot
            assert theatre.plain(approval.comment) == snapshot(name="why")
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert conclusions(theatre) == ["failure", "failure", "success"]
        assert theatre.uploads() == 1
        assert len(theatre.files("1.2.0")) == 2
        assert len(theatre.comments(pull.number, "outcome")) == 1
        theatre.read_all()


async def test_of_a_tag_push_and_a_release_the_first_publishes(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, files={PUBLISH: ON_BOTH}) as theatre:
        pull = await theatre.propose()
        assert theatre.status(pull) == snapshot(name="status before the merge")
        await theatre.merge(pull)
        assert len(theatre.comments(pull.number, "prompt")) == 1
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert [run.event for run in theatre.runs] == ["push", "release"]
        assert conclusions(theatre) == ["failure", "success"]
        assert theatre.runs[0].conclusion == "success"
        assert theatre.uploads() == 1
        assert len(theatre.files("1.2.0")) == 2
        assert len(theatre.comments(pull.number, "outcome")) == 1
        assert theatre.release("v1.2.0").assets
        theatre.read_all()


# Settings


async def test_the_tag_is_called_as_the_settings_say(tmp_path: Path) -> None:
    workflow = publish_workflow("tag-push").replace('"v*"', '"widget-*"')
    settings = 'tag = "widget-{version}"\n'
    async with open_theatre(tmp_path, files={PUBLISH: workflow}, settings=settings) as theatre:
        pull = await theatre.propose()
        assert "`widget-1.2.0`" in (pull.body or "")
        commit = await theatre.merge(pull)
        assert theatre.find_tag("widget-1.2.0") == ("tag", commit)
        assert theatre.find_tag("v1.2.0") is None
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.release("widget-1.2.0").name == "widget 1.2.0"
        theatre.read_all()


async def test_the_workflow_the_settings_name_publishes_and_the_other_one_does_not(tmp_path: Path) -> None:
    by_hand = publish_workflow("dispatch").replace("name: Publish", "name: By hand")
    files: dict[str, str | None] = {".github/workflows/by-hand.yml": by_hand}
    async with open_theatre(
        tmp_path, files=files, settings='workflow = "by-hand.yml"\n', trigger="dispatch"
    ) as theatre:
        trust(theatre, "by-hand.yml", "pypi")
        pull = await theatre.propose()
        await theatre.merge(pull)
        assert theatre.run.workflow.path == ".github/workflows/by-hand.yml"
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert len(theatre.files("1.2.0")) == 2
        assert theatre.comments(pull.number, "outcome")[0].count("✅ verified") == 2
        theatre.read_all()


@pytest.mark.rule(19)
async def test_a_dispatch_gets_the_inputs_of_the_settings(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    inputs = "  workflow_dispatch:\n    inputs:\n      tag: {required: true}\n      target: {type: choice, options: [test, pypi]}\n"
    workflow = publish_workflow("dispatch").replace("  workflow_dispatch:\n", inputs)
    workflow = workflow.replace("  publish:\n", "  publish:\n    if: inputs.target == 'pypi'\n")
    settings = '[workflow-inputs]\ntag = "{tag}"\ntarget = "pypi"\n'
    async with open_theatre(tmp_path, files={PUBLISH: workflow}) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot
        theatre.acme.hugo.push_commit("main", {".github/aweigh.toml": settings}, "Inputs")
        await theatre.settle()
        pull = await theatre.propose()
        commit = await theatre.merge(pull)
        assert theatre.run.inputs == {"tag": "v1.2.0", "target": "pypi"}
        assert (theatre.run.event, theatre.run.ref, theatre.run.head_sha) == (
            "workflow_dispatch", "refs/tags/v1.2.0", commit,
        )  # fmt: skip
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_the_environment_of_the_settings_is_held_against_the_workflow(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    async with open_theatre(tmp_path, settings='environment = "production"\n') as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot


async def test_another_environment_guards_as_well(tmp_path: Path) -> None:
    workflow = publish_workflow("tag-push").replace("name: pypi", "name: production")
    async with open_theatre(tmp_path, files={PUBLISH: workflow}, settings='environment = "production"\n') as theatre:
        repository, world = theatre.acme.repository, theatre.sandbox.world
        rules = [ProtectionRule(world.ids.next(), theatre.acme.app)]
        environment = Environment(world.ids.next(), "production", world.now(), world.now(), rules=rules)
        repository.environments["production"] = environment
        trust(theatre, "publish.yml", "production")
        pull = await theatre.propose()
        assert "`production`" in (pull.body or "")
        await theatre.merge(pull)
        assert theatre.files("1.2.0") == []
        await theatre.say(theatre.acme.hugo, APPROVE, pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_an_environment_that_nobody_made_guards_nothing_and_that_is_said(
    tmp_path: Path, snapshot: SnapshotAssertion
) -> None:
    workflow = publish_workflow("release-published").replace("name: pypi", "name: nowhere")
    async with open_theatre(tmp_path, files={PUBLISH: workflow}) as theatre:
        trust(theatre, "publish.yml", "nowhere")
        pull = await theatre.propose()
        assert "**Merging publishes" in (pull.body or "")
        assert theatre.status(pull) == snapshot
        await theatre.merge(pull)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_a_pre_release_is_one_and_never_the_latest(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        latest = theatre.release("v1.1.0").id
        pull = await theatre.reach_gate("1.2.0rc1")
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0rc1", pull.number)
        release = theatre.release("v1.2.0rc1")
        assert release.prerelease
        assert theatre.acme.repository.latest_release_id in (None, latest)
        assert len(theatre.files("1.2.0rc1")) == 2
        theatre.read_all()


async def test_a_mistyped_setting_is_named_and_stops_nothing(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings='workflw = "publish.yml"\n') as theatre:
        pull = await theatre.propose()
        assert theatre.status(pull) == snapshot


def trust(theatre: Theatre, workflow: str, environment: str) -> None:
    """Let the index trust another workflow or environment of acme/widget as well."""
    repository = theatre.acme.repository
    publisher = Publisher(repository.full_name, theatre.acme.organization.id, workflow, environment)
    theatre.sandbox.index.state.add_publisher("widget", publisher)
