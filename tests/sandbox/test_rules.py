"""Rulesets and immutable releases: what they forbid, to whom, and in which words."""

from typing import Any

import pytest

from bot.sandbox.http import UnprocessableError
from bot.sandbox.state.rulesets import RuleKind, Ruleset
from tests.sandbox.client import REPO
from tests.sandbox.conftest import Desk

NO_CREATION = "Repository rule violations found\n\nCannot create ref due to creations being restricted.\n\n"
NO_UPDATE = "Repository rule violations found\n\nCannot update this protected ref.\n\n"
NO_DELETION = "Repository rule violations found\n\nCannot delete this protected ref.\n\n"


def tags(*rules: RuleKind, **changes: Any) -> Ruleset:
    return Ruleset("Tags", "tag", frozenset(rules or ("creation", "update", "deletion")), **changes)


def branches(*rules: RuleKind, **changes: Any) -> Ruleset:
    return Ruleset("Branches", "branch", frozenset(rules), **changes)


async def test_a_tag_ruleset_keeps_tags_from_being_made_moved_and_deleted(desk: Desk) -> None:
    old = await desk.commit({"a": "a"})
    desk.acme.mona.push_tag("v1.2.0", desk.head)
    desk.repository.rulesets.append(tags())
    desk.heard()
    made = await desk.api.post(f"{REPO}/git/refs", {"ref": "refs/tags/v1.3.0", "sha": desk.head}, status=422)
    assert made["message"] == NO_CREATION
    assert "errors" not in made
    url = f"{REPO}/git/refs/tags/v1.2.0"
    assert (await desk.api.patch(url, {"sha": old, "force": True}, status=422))["message"] == NO_UPDATE
    assert (await desk.api.delete(url, status=422))["message"] == NO_DELETION
    with pytest.raises(UnprocessableError, match="creations being restricted"):
        desk.acme.hugo.push_tag("v1.3.0", desk.head)
    # Branches are none of its business, and an existing tag says that it exists.
    await desk.branch("work", {"a": "a"})
    again = await desk.api.post(f"{REPO}/git/refs", {"ref": "refs/tags/v1.2.0", "sha": desk.head}, status=422)
    assert again["message"] == "Reference already exists"
    assert desk.repository.store.refs("refs/tags/") == {
        f"refs/tags/{name}": desk.repository.store.find_ref(f"refs/tags/{name}") for name in ("v1.1.0", "v1.2.0")
    }


async def test_a_release_without_its_tag_is_refused_with_two_reasons(desk: Desk) -> None:
    desk.repository.rulesets.append(tags())
    for draft in (None, {"tag_name": "v1.2.0", "draft": True}):
        if draft is None:
            answer = await desk.api.post(f"{REPO}/releases", {"tag_name": "v1.2.0"}, status=422)
        else:
            made = await desk.api.post(f"{REPO}/releases", draft)
            answer = await desk.api.patch(f"{REPO}/releases/{made['id']}", {"draft": False}, status=422)
        assert answer["message"] == "Validation Failed"
        assert answer["errors"] == [
            {"resource": "Release", "code": "custom", "field": "pre_receive", "message": f"pre_receive {NO_CREATION}"},
            {"resource": "Release", "code": "custom", "message": "Published releases must have a valid tag"},
        ]
    assert desk.repository.store.find_ref("refs/tags/v1.2.0") is None


@pytest.mark.parametrize(
    ("ruleset", "status"),
    [
        (tags("update", "deletion"), 201),
        (tags(patterns=("refs/tags/v*",)), 422),
        (tags(patterns=("refs/tags/release-*",)), 201),
        (tags(patterns=("refs/tags/release-*", "refs/tags/v1.*")), 422),
        (tags(patterns=()), 201),
        (tags(excluded=("refs/tags/v*",)), 201),
        (tags(patterns=("refs/tags/v*",), excluded=("refs/tags/v*-beta",)), 422),
        (tags(patterns=("refs/**/v*",)), 422),
        (tags(patterns=("refs/tags**/v1.2.0",)), 422),
        (tags(patterns=("refs**/v1.2.0",)), 201),
        (tags(enforcement="evaluate"), 201),
        (tags(enforcement="disabled"), 201),
        (branches("creation"), 201),
    ],
)
async def test_rules_hold_for_the_refs_they_name(desk: Desk, ruleset: Ruleset, status: int) -> None:
    desk.repository.rulesets.append(ruleset)
    await desk.api.post(f"{REPO}/git/refs", {"ref": "refs/tags/v1.2.0", "sha": desk.head}, status=status)


async def test_whoever_may_bypass_a_ruleset_does(desk: Desk) -> None:
    desk.repository.rulesets.append(tags(bypass=frozenset({desk.acme.app.bot.id})))
    await desk.api.post(f"{REPO}/git/refs", {"ref": "refs/tags/v1.2.0", "sha": desk.head})
    with pytest.raises(UnprocessableError):
        desk.acme.hugo.delete_tag("v1.2.0")


LISTED = """query { repository(owner: "acme", name: "widget") {
  rulesets(first: 5, targets: [TAG], includeParents: PARENTS) { totalCount nodes {
    id databaseId name target enforcement conditions { refName { include exclude } }
    rules(first: 5) { nodes { type } } creation: rules(first: 1, type: CREATION) { totalCount }
  } }
} }"""


async def test_rulesets_are_told_to_whoever_may_read(desk: Desk) -> None:
    inherited = tags("update", inherited=True, enforcement="evaluate")
    desk.repository.rulesets += [branches("deletion"), tags(excluded=("refs/tags/x*",)), inherited]
    _, number, parent = (one["id"] for one in await desk.limited(metadata="read").get(f"{REPO}/rulesets"))
    assert [one["id"] for one in await desk.api.get(f"{REPO}/rulesets?targets=tag,push")] == [number, parent]
    assert [one["id"] for one in await desk.api.get(f"{REPO}/rulesets?includes_parents=false&targets=tag")] == [number]
    assert (await desk.api.get(f"{REPO}/rulesets?targets=mood", status=422))["message"] == "Invalid targets"
    found = await desk.api.get(f"{REPO}/rulesets/{number}")
    assert found["conditions"] == {"ref_name": {"include": ["~ALL"], "exclude": ["refs/tags/x*"]}}
    assert found["rules"] == [{"type": "creation"}, {"type": "deletion"}, {"type": "update"}]
    # Who gets past it is for those to know who may change it.
    assert "bypass_actors" not in found
    above = await desk.api.get(f"{REPO}/rulesets/{parent}")
    assert (above["source_type"], above["source"]) == ("Organization", "acme")
    await desk.api.get(f"{REPO}/rulesets/{parent}?includes_parents=false", status=404)
    await desk.api.get(f"{REPO}/rulesets/1", status=404)
    told = (await desk.api.graphql(LISTED.replace("PARENTS", "true")))["data"]["repository"]["rulesets"]
    first, second = told["nodes"]
    assert first.pop("id") == found["node_id"]
    assert first == {
        "databaseId": number,
        "name": "Tags",
        "target": "TAG",
        "enforcement": "ACTIVE",
        "conditions": {"refName": {"include": ["~ALL"], "exclude": ["refs/tags/x*"]}},
        "rules": {"nodes": [{"type": "CREATION"}, {"type": "DELETION"}, {"type": "UPDATE"}]},
        "creation": {"totalCount": 1},
    }
    assert (second["enforcement"], second["creation"]) == ("EVALUATE", {"totalCount": 0})
    own = (await desk.api.graphql(LISTED.replace("PARENTS", "false")))["data"]["repository"]["rulesets"]
    assert own["totalCount"] == 1


async def test_a_ruleset_says_whether_whoever_asks_gets_past_it(desk: Desk) -> None:
    bot = frozenset({desk.acme.app.bot.id})
    queue = branches("merge_queue", "required_status_checks", checks=("Tests",))
    desk.repository.rulesets += [tags(), tags(bypass=bot), tags(exempt=bot), queue]
    listed = await desk.api.get(f"{REPO}/rulesets")
    # The list does not say it.
    assert not [one for one in listed if "current_user_can_bypass" in one]
    found = [await desk.api.get(f"{REPO}/rulesets/{one['id']}") for one in listed]
    assert [one["current_user_can_bypass"] for one in found] == ["never", "always", "exempt", "never"]
    assert found[3]["rules"][1]["parameters"]["required_status_checks"] == [{"context": "Tests"}]
    desk.repository.rulesets[:] = [tags(exempt=bot)]
    await desk.api.post(f"{REPO}/git/refs", {"ref": "refs/tags/v1.2.0", "sha": desk.head})


async def test_over_graphql_a_rule_keeps_all_of_an_update_from_happening(desk: Desk) -> None:
    desk.repository.rulesets.append(tags("creation"))
    updates = [
        {"name": name, "beforeOid": "0" * 40, "afterOid": desk.head} for name in ("refs/heads/new", "refs/tags/v1.2.0")
    ]
    update = """mutation($r: ID!, $u: [RefUpdate!]!) {
      updateRefs(input: {repositoryId: $r, refUpdates: $u}) { clientMutationId } }"""
    create = """mutation($r: ID!, $oid: GitObjectID!) {
      createRef(input: {repositoryId: $r, name: "refs/tags/v1.2.0", oid: $oid}) { clientMutationId } }"""
    for answer in (
        await desk.api.graphql(update, r=desk.repository.node_id, u=updates),
        await desk.api.graphql(create, r=desk.repository.node_id, oid=desk.head),
    ):
        (error,) = answer["errors"]
        assert (error["type"], error["message"]) == ("UNPROCESSABLE", NO_CREATION)
    assert desk.repository.store.find_ref("refs/heads/new") is None


async def test_a_branch_ruleset_holds_for_pushes_by_force_and_for_merges(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    aside = await desk.commit({"b": "b"})
    desk.repository.rulesets.append(branches("non_fast_forward", "deletion", patterns=("refs/heads/work",)))
    url = f"{REPO}/git/refs/heads/work"
    assert "Cannot force-push" in (await desk.api.patch(url, {"sha": aside, "force": True}, status=422))["message"]
    assert (await desk.api.delete(url, status=422))["message"] == NO_DELETION
    forward = await desk.commit({"c": "c"}, parent=pull["head"]["sha"])
    await desk.api.patch(url, {"sha": forward})
    desk.repository.rulesets.append(branches("update", patterns=("refs/heads/main",)))
    merge = await desk.api.put(f"{REPO}/pulls/{pull['number']}/merge", {}, status=405)
    assert merge["message"] == NO_UPDATE
    assert (await desk.api.get(f"{REPO}/pulls/{pull['number']}"))["state"] == "open"


async def test_the_tag_of_an_immutable_release_stays_and_is_never_free_again(desk: Desk) -> None:
    desk.repository.immutable_releases = True
    made = await desk.api.post(f"{REPO}/releases", {"tag_name": "v1.2.0"})
    assert made["immutable"] is True
    url, other = f"{REPO}/git/refs/tags/v1.2.0", await desk.commit({"a": "a"})
    for _ in range(2):
        assert (await desk.api.patch(url, {"sha": other, "force": True}, status=422))["message"] == NO_UPDATE
        assert (await desk.api.delete(url, status=422))["message"] == NO_DELETION
        # Switching the setting off later sets nothing free, and nobody can bypass it.
        desk.repository.immutable_releases = False
    await desk.api.delete(f"{REPO}/releases/{made['id']}")
    await desk.api.delete(url)
    ref = {"ref": "refs/tags/v1.2.0", "sha": desk.head}
    assert (await desk.api.post(f"{REPO}/git/refs", ref, status=422))["message"] == NO_CREATION
    again = await desk.api.post(f"{REPO}/releases", {"tag_name": "v1.2.0"}, status=422)
    assert again["errors"][0]["message"] == "tag_name was used by an immutable release"
