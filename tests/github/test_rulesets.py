"""Which rulesets count, and whether we get past one: what GitHub does not tell is no reason to warn anybody."""

from __future__ import annotations

from typing import Any

import pytest

from bot.github.client import Session
from bot.github.errors import RateLimited
from bot.github.facts import TagRuleset
from bot.github.rulesets import find_refusing, read_ruleset_nodes
from tests.github.scripted import Script, answer

GUARD = TagRuleset(7, "Guard", ("~ALL",), ("refs/tags/x*",))
PATH = "/repos/acme/widget/rulesets/7"
PAGE = "https://github.test/acme/widget/rules/7"


def node(**changes: Any) -> dict[str, Any]:
    names = {"include": ["~ALL"], "exclude": ["refs/tags/x*"]}
    told = {"databaseId": 7, "name": "Guard", "target": "TAG", "enforcement": "ACTIVE", "rules": {"totalCount": 1}}
    return told | {"conditions": {"refName": names}} | changes


def test_those_in_force_that_restrict_who_creates_tags_are_told() -> None:
    others: list[dict[str, Any] | None] = [
        None,
        node(target="BRANCH"),
        node(target=None),
        node(enforcement="EVALUATE"),
        node(enforcement="DISABLED"),
        node(rules={"totalCount": 0}),
        node(rules=None),
        node(conditions={"refName": None}),
        node(databaseId=None),
    ]
    assert read_ruleset_nodes({"nodes": [*others, node()]}) == (GUARD,)
    assert read_ruleset_nodes({"nodes": None}) == ()
    assert read_ruleset_nodes(None) == ()


def test_no_more_patterns_are_held_against_a_tag_than_an_owner_would_write() -> None:
    many = node(conditions={"refName": {"include": ["refs/tags/x*"] * 100, "exclude": []}})
    assert read_ruleset_nodes({"nodes": [node(), many]}) == (GUARD,)
    assert len(read_ruleset_nodes({"nodes": [many, node()]})) == 1


@pytest.mark.parametrize(
    ("bypass", "refuses"),
    [
        ("never", True),
        ("pull_requests_only", True),
        ("always", False),
        ("exempt", False),
        ("odd", False),
        (None, False),
    ],
)
async def test_whether_we_get_past_one(session: Session, script: Script, bypass: str | None, refuses: bool) -> None:
    told = {"id": 7, "current_user_can_bypass": bypass, "_links": {"html": {"href": PAGE}}}
    script.on("GET", PATH, answer(told))
    found = await find_refusing(session, GUARD)
    assert (found is not None) is refuses
    if found is not None:
        assert (found.id, found.name, found.exclude, found.url) == (7, "Guard", GUARD.exclude, PAGE)


async def test_its_page_may_be_unknown(session: Session, script: Script) -> None:
    script.on("GET", PATH, answer({"current_user_can_bypass": "never", "_links": {"html": None}}))
    assert await find_refusing(session, GUARD) == GUARD


@pytest.mark.parametrize("status", [403, 404, 500])
async def test_nothing_is_said_where_it_cannot_be_read(session: Session, script: Script, status: int) -> None:
    script.on("GET", PATH, answer({"message": "Upgrade to GitHub Pro"}, status))
    assert await find_refusing(session, GUARD) is None


async def test_a_limit_is_one_all_the_same(session: Session, script: Script) -> None:
    script.on("GET", PATH, answer({"message": "API rate limit exceeded"}, 429, retry_after="600"))
    with pytest.raises(RateLimited):
        await find_refusing(session, GUARD)
