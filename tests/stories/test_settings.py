"""Settings of who may and when: roles, teams, freezes, and what an organisation sets for all its repositories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from syrupy.assertion import SnapshotAssertion

from bot.clock import VirtualClock
from bot.sandbox.acme import PERMISSIONS
from bot.sandbox.people import Person
from bot.sandbox.state.accounts import Team
from bot.sandbox.state.repository import Grant
from tests.stories.theatre import Theatre, open_theatre

TEAMS = 'approval.teams = ["releasers"]\n'


def make_team(theatre: Theatre, *members: str, invited: tuple[str, ...] = ()) -> None:
    """Make the team ``releasers`` of the organisation."""
    acme = theatre.acme
    ids = [{getattr(acme, name).user.id for name in names} for names in (members, invited)]
    acme.organization.teams["releasers"] = Team(99, "releasers", "Releasers", acme.organization, *ids)


def set_defaults(theatre: Theatre, text: str) -> None:
    """Let somebody write the organisation's defaults."""
    world, acme = theatre.sandbox.world, theatre.acme
    home = world.find_repository("acme", ".github") or world.add_repository(acme.organization, ".github")
    world.add_collaborator(home, acme.hugo.user, Grant("admin"))
    Person(world, home, acme.hugo.user).push_commit("main", {"aweigh.toml": text}, "Defaults")


# Roles


async def test_roles_are_those_of_the_settings(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    settings = 'release.role = "admin"\napproval.role = "write"\n'
    async with open_theatre(tmp_path, settings=settings) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot(name="not by a maintainer")
        pull = await theatre.propose(by=theatre.acme.hugo)
        await theatre.merge(pull)
        assert theatre.reply(pull.number) == snapshot(name="prompt")
        assert theatre.status(pull) == snapshot(name="status")
        await theatre.say(theatre.acme.wanda, "/release approve 1.2.0", pull.number)
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


@pytest.mark.parametrize("role", ["triage", "read", "none", "owner", 7])
async def test_a_role_that_may_not_even_push_is_no_setting(tmp_path: Path, role: str | int) -> None:
    settings = f"approval.role = {role!r}\n"
    async with open_theatre(tmp_path, settings=settings) as theatre:
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert "cannot be used: `approval.role" in theatre.reply(theatre.feature)


async def test_with_settings_that_cannot_be_read_a_release_can_still_be_stopped(tmp_path: Path) -> None:
    async with open_theatre(tmp_path) as theatre:
        pull = await theatre.propose()
        theatre.acme.hugo.push_commit("main", {".github/aweigh.toml": "approval.requird = 2\n"}, "Mistype")
        await theatre.settle()
        for line, sign in (("unhold", "-1"), ("merge", "-1"), ("hold", "rocket"), ("cancel", "rocket")):
            comment = await theatre.say(theatre.acme.wanda, f"/release {line}", pull.number)
            assert theatre.reactions(comment) == ["eyes", sign], line
        assert pull.state == "closed"
        theatre.read_all()


# Teams


async def test_members_of_a_team_approve_whatever_their_role(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path, settings=TEAMS) as theatre:
        make_team(theatre, "tariq", invited=("wanda",))
        pull = await theatre.propose()
        await theatre.merge(pull)
        assert theatre.reply(pull.number) == snapshot(name="prompt")
        # An invitation that was not accepted is no membership.
        comment = await theatre.say(theatre.acme.wanda, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot(name="not a member")
        assert theatre.files("1.2.0") == []
        comment = await theatre.say(theatre.acme.tariq, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        assert len(theatre.files("1.2.0")) == 2
        theatre.read_all()


async def test_who_left_the_team_before_the_gate_opened_has_not_approved(tmp_path: Path) -> None:
    settings = TEAMS + "approval.required = 2\n"
    async with open_theatre(tmp_path, settings=settings) as theatre:
        make_team(theatre, "tariq")
        pull = await theatre.reach_gate()
        comment = await theatre.say(theatre.acme.tariq, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        make_team(theatre)
        await theatre.say(theatre.acme.hugo, "/release approve 1.2.0", pull.number)
        assert theatre.files("1.2.0") == []
        theatre.read_all()


async def test_members_of_a_team_ask_for_no_release(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings=TEAMS) as theatre:
        make_team(theatre, "tariq")
        comment = await theatre.say(theatre.acme.tariq, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        theatre.read_all()


async def test_without_the_permission_to_see_teams_that_is_said(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    granted = {name: level for name, level in PERMISSIONS.items() if name != "members"}
    async with open_theatre(tmp_path, settings=TEAMS, permissions=granted) as theatre:
        make_team(theatre, "wanda")
        pull = await theatre.reach_gate()
        comment = await theatre.say(theatre.acme.wanda, "/release approve 1.2.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(pull.number) == snapshot
        assert theatre.files("1.2.0") == []


# Freezes


async def test_in_a_freeze_nothing_is_released_and_then_it_goes_on(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    clock = VirtualClock(datetime(2026, 12, 23, 12, tzinfo=UTC))
    settings = '[[freeze]]\nfrom = 2026-12-24\nuntil = 2026-12-27\nzone = "Europe/Berlin"\nreason = "holidays"\n'
    async with open_theatre(tmp_path, settings=settings, clock=clock) as theatre:
        pull = await theatre.propose()
        assert theatre.check_runs(pull)[-1].conclusion == "success"
        await theatre.pass_time(timedelta(hours=12))
        assert theatre.status(pull) == snapshot
        assert theatre.check_runs(pull)[-1].conclusion == "failure"
        await theatre.merge(pull)
        assert theatre.find_tag("v1.2.0") is None
        await theatre.pass_time(timedelta(days=3))
        assert theatre.find_tag("v1.2.0") is not None
        theatre.read_all()


# Defaults of the organisation


async def test_an_organisation_sets_defaults_and_a_repository_overrides_them(tmp_path: Path) -> None:
    async with open_theatre(tmp_path, settings='approval.role = "write"\n') as theatre:
        set_defaults(theatre, 'tag = "widget-{version}"\nrelease.role = "admin"\napproval.role = "admin"\n')
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        theatre.read_all()
        pull = await theatre.propose(by=theatre.acme.hugo)
        assert theatre.record(pull).tag == "widget-1.2.0"
        # Without a push to it they would be looked at again after a minute.
        set_defaults(theatre, 'tag = "widget-{version}"\nrelease.role = "write"\n')
        await theatre.settle()
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0", pull.number)
        assert theatre.reactions(comment) == ["eyes", "rocket"]
        await theatre.merge(pull)
        await theatre.say(theatre.acme.wanda, "/release approve 1.2.0", pull.number)
        theatre.read_all()


async def test_defaults_that_cannot_be_read_stop_every_release(tmp_path: Path, snapshot: SnapshotAssertion) -> None:
    async with open_theatre(tmp_path) as theatre:
        set_defaults(theatre, "approval.requird = 2\n")
        comment = await theatre.say(theatre.acme.mona, "/release 1.2.0")
        assert theatre.reactions(comment) == ["eyes", "-1"]
        assert theatre.reply(theatre.feature) == snapshot
