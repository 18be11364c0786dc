"""What GitHub says about somebody's role, and what that is worth."""

from __future__ import annotations

from typing import Any

import pytest

from bot.github.client import Session
from bot.github.errors import GitHubError
from bot.github.facts import Membership, Role
from bot.github.people import find_membership, get_role
from tests.github.scripted import Script, answer, html, refusal

PATH = "/repos/acme/widget/collaborators/ann/permission"
ANN = 11


def told(permission: str, role_name: str | None = None, number: int | None = ANN) -> dict[str, Any]:
    user = {"id": number, "login": "ann"} if number is not None else None
    return {"permission": permission, "role_name": role_name, "user": user}


@pytest.mark.rule(4)
@pytest.mark.parametrize(
    ("said", "role"),
    [
        (told("admin", "admin"), Role.ADMIN),
        # ``permission`` folds these two into what is below and above them.
        (told("write", "maintain"), Role.MAINTAIN),
        (told("read", "triage"), Role.TRIAGE),
        (told("write", "write"), Role.WRITE),
        (told("read", "read"), Role.READ),
        (told("none", "none"), Role.NONE),
        # A role of the organisation's own making counts as what it is folded into.
        (told("write", "release-crew"), Role.WRITE),
        (told("write"), Role.WRITE),
    ],
)
async def test_the_role_is_the_one_that_has_a_name(
    session: Session, script: Script, said: dict[str, Any], role: Role
) -> None:
    script.on("GET", PATH, answer(said))
    assert await get_role(session, "ann", ANN) is role


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    "said",
    [
        refusal(404, "Not Found"),
        answer({}),
        answer(told("owner", "owner")),
        answer({"permission": None, "role_name": None, "user": {"id": ANN}}),
        answer({"permission": "admin", "role_name": "admin"}),
    ],
)
async def test_whoever_github_does_not_vouch_for_has_no_role(session: Session, script: Script, said: Any) -> None:
    script.on("GET", PATH, said)
    assert await get_role(session, "ann", ANN) is Role.NONE


@pytest.mark.rule(5)
@pytest.mark.parametrize("said", [refusal(403, "no"), refusal(502, "no"), html()])
async def test_no_answer_is_no_role(session: Session, script: Script, said: Any) -> None:
    script.on("GET", PATH, said)
    with pytest.raises(GitHubError):
        await get_role(session, "ann", ANN)


@pytest.mark.rule(6)
@pytest.mark.parametrize("number", [12, 0, None])
async def test_a_login_that_belongs_to_somebody_else_by_now_has_no_role(
    session: Session, script: Script, number: int | None
) -> None:
    script.on("GET", PATH, answer(told("admin", "admin", number)))
    assert await get_role(session, "ann", ANN) is Role.NONE


@pytest.mark.rule(5)
@pytest.mark.parametrize(
    ("said", "membership"),
    [
        (answer({"state": "active"}), Membership.MEMBER),
        (answer({"state": "pending"}), Membership.NONE),
        (answer({}), Membership.NONE),
        (refusal(404, "Not Found"), Membership.NONE),
    ],
)
async def test_only_an_active_membership_is_one(
    session: Session, script: Script, said: Any, membership: Membership
) -> None:
    script.on("GET", "/orgs/acme/teams/crew/memberships/ann", said)
    assert await find_membership(session, "acme", ("crew",), "ann") is membership
