"""Writing over GraphQL."""

import base64
from typing import Any

import pytest

from bot.sandbox.acme import PERMISSIONS
from bot.sandbox.graph.kept import KEPT
from tests.sandbox.client import REPO, as_installation
from tests.sandbox.conftest import Desk

NOTHING = "0" * 40


async def move(desk: Desk, *updates: dict[str, Any]) -> Any:
    mutation = """mutation($input: UpdateRefsInput!) { updateRefs(input: $input) { clientMutationId } }"""
    given = {"repositoryId": desk.repository.node_id, "refUpdates": list(updates), "clientMutationId": "mine"}
    return await desk.api.graphql(mutation, input=given)


async def test_refs_move_only_from_where_they_are_expected(desk: Desk) -> None:
    first = await desk.commit({"a": "a"})
    second = await desk.commit({"b": "b"}, parent=first)
    name = "refs/heads/aweigh/main"
    created = await move(desk, {"name": name, "beforeOid": NOTHING, "afterOid": first})
    assert created == {"data": {"updateRefs": {"clientMutationId": "mine"}}}
    again = await move(desk, {"name": name, "beforeOid": NOTHING, "afterOid": second})
    assert again["data"] == {"updateRefs": None}
    assert again["errors"][0]["type"] == "UNPROCESSABLE"
    assert again["errors"][0]["path"] == ["updateRefs"]
    await move(desk, {"name": name, "beforeOid": first, "afterOid": second})
    assert desk.repository.store.find_ref(name) == second
    backwards = await move(desk, {"name": name, "beforeOid": second, "afterOid": first})
    assert backwards["errors"][0]["message"] == "Update is not a fast forward"
    await move(desk, {"name": name, "beforeOid": second, "afterOid": first, "force": True})
    await move(desk, {"name": name, "beforeOid": first, "afterOid": NOTHING})
    assert desk.repository.store.find_ref(name) is None


async def test_several_refs_move_together_or_not_at_all(desk: Desk) -> None:
    sha = await desk.commit({"a": "a"})
    answer = await move(
        desk,
        {"name": "refs/heads/one", "beforeOid": NOTHING, "afterOid": sha},
        {"name": "refs/heads/main", "beforeOid": sha, "afterOid": sha},
    )
    assert "errors" in answer
    assert desk.repository.store.find_ref("refs/heads/one") is None


async def test_moving_refs_has_its_webhooks(desk: Desk) -> None:
    sha = await desk.commit({"a": "a"})
    await move(desk, {"name": "refs/heads/one", "afterOid": sha})
    assert desk.heard() == [("create", None), ("push", None), ("check_suite", "requested")]


async def commit_on(desk: Desk, expected: str, **changes: Any) -> Any:
    mutation = """mutation($input: CreateCommitOnBranchInput!) { createCommitOnBranch(input: $input) {
        commit { oid message author { name } committer { name } signature { isValid } } ref { name } } }"""
    given = {
        "branch": {"repositoryNameWithOwner": "acme/widget", "branchName": "work"},
        "expectedHeadOid": expected,
        "message": {"headline": "Bump", "body": "to 1.2.0"},
        "fileChanges": changes,
    }
    return await desk.api.graphql(mutation, input=given)


async def test_a_commit_on_a_branch_is_signed_and_bound_to_its_head(desk: Desk) -> None:
    desk.acme.mona.push_branch("work", "main")
    content = base64.b64encode(b"new").decode()
    done = await commit_on(
        desk, desk.head, additions=[{"path": "new.txt", "contents": content}], deletions=[{"path": "README.md"}]
    )
    commit = done["data"]["createCommitOnBranch"]["commit"]
    assert commit["message"] == "Bump\n\nto 1.2.0"
    assert (commit["author"]["name"], commit["committer"]["name"]) == ("aweigh[bot]", "GitHub")
    assert commit["signature"] == {"isValid": True}
    files = desk.repository.store.files(commit["oid"])
    assert "new.txt" in files
    assert "README.md" not in files
    stale = await commit_on(desk, desk.head, additions=[{"path": "x", "contents": content}])
    assert stale["data"] == {"createCommitOnBranch": None}
    assert stale["errors"][0]["type"] == "STALE_DATA"
    assert stale["errors"][0]["message"] == (
        f'Expected branch to point to "{desk.head}" but it did not.  Pull and try again.'
    )


async def test_bad_file_changes_are_refused(desk: Desk) -> None:
    desk.acme.mona.push_branch("work", "main")
    assert (await commit_on(desk, desk.head, deletions=[{"path": "none"}]))["errors"][0]["type"] == "UNPROCESSABLE"
    assert "errors" in await commit_on(desk, desk.head, additions=[{"path": "x", "contents": "!"}])
    workflow = {"path": ".github/workflows/x.yml", "contents": "eA=="}
    assert (await commit_on(desk, desk.head, additions=[workflow]))["errors"][0]["type"] == "FORBIDDEN"


async def test_a_document_is_not_atomic_and_goes_on_after_a_failure(desk: Desk) -> None:
    mutation = """mutation($repository: ID!, $pull: ID!) {
      one: addComment(input: {subjectId: $pull, body: "one"}) { commentEdge { node { databaseId body } } }
      two: createPullRequest(input: {repositoryId: $repository, baseRefName: "main", headRefName: "none", title: "t"}) {
        pullRequest { number } }
      three: addComment(input: {subjectId: $pull, body: "three"}) { commentEdge { node { body } } }
    }"""
    answer = await desk.api.graphql(mutation, repository=desk.repository.node_id, pull=desk.acme.feature.node_id)
    assert answer["data"]["one"]["commentEdge"]["node"]["body"] == "one"
    assert answer["data"]["two"] is None
    assert answer["data"]["three"]["commentEdge"]["node"]["body"] == "three"
    assert [one["path"] for one in answer["errors"]] == [["two"]]


async def test_a_release_pull_request_in_one_document(desk: Desk) -> None:
    sha = await desk.commit({"a": "a"})
    mutation = """mutation($repository: ID!, $sha: GitObjectID!, $nothing: GitObjectID!) {
      updateRefs(input: {repositoryId: $repository, refUpdates: [
        {name: "refs/heads/aweigh/main", beforeOid: $nothing, afterOid: $sha}]}) { clientMutationId }
      createPullRequest(input: {repositoryId: $repository, baseRefName: "main", headRefName: "aweigh/main",
        title: "Release 1.2.0", body: "text"}) { pullRequest { number id headRefOid author { login } } }
      createCheckRun(input: {repositoryId: $repository, headSha: $sha, name: "Release", externalId: "7",
        status: COMPLETED, conclusion: NEUTRAL, output: {title: "t", summary: "s"}}) { checkRun { databaseId status } }
    }"""
    answer = await desk.api.graphql(mutation, repository=desk.repository.node_id, sha=sha, nothing=NOTHING)
    assert "errors" not in answer
    assert answer["data"]["createPullRequest"]["pullRequest"]["headRefOid"] == sha
    run = desk.repository.check_runs[answer["data"]["createCheckRun"]["checkRun"]["databaseId"]]
    assert (run.external_id, run.app.slug, run.conclusion) == ("7", "aweigh", "neutral")


async def test_comments_are_changed_hidden_and_reacted_to(desk: Desk) -> None:
    comment = desk.acme.rosa.comment(1, "hello")
    mutation = """mutation($id: ID!) {
      updateIssueComment(input: {id: $id, body: "changed"}) { issueComment { body lastEditedAt editor { login } } }
      minimizeComment(input: {subjectId: $id, classifier: OUTDATED}) { minimizedComment { isMinimized minimizedReason } }
      first: addReaction(input: {subjectId: $id, content: EYES}) { reaction { databaseId content } }
      again: addReaction(input: {subjectId: $id, content: EYES}) { reaction { databaseId } subject { id } }
    }"""
    data = (await desk.api.graphql(mutation, id=comment.node_id))["data"]
    assert data["updateIssueComment"]["issueComment"]["editor"]["login"] == "aweigh"
    assert data["minimizeComment"]["minimizedComment"] == {"isMinimized": True, "minimizedReason": "outdated"}
    assert data["first"]["reaction"]["databaseId"] == data["again"]["reaction"]["databaseId"]
    assert [one.content for one in comment.reactions] == ["eyes"]


async def test_a_review_is_reacted_to(desk: Desk) -> None:
    review = desk.acme.rosa.submit_review(desk.acme.feature.number, "/release 1.2.0")
    desk.heard()
    react = """mutation($id: ID!) { addReaction(input: {subjectId: $id, content: ROCKET}) {
        reaction { content user { login } } subject { id reactions(first: 5) { totalCount nodes { content } } } } }"""
    for _ in range(2):
        data = (await desk.api.graphql(react, id=review.node_id))["data"]["addReaction"]
        assert data["reaction"]["content"] == "ROCKET"
        assert data["subject"] == {
            "id": review.node_id,
            "reactions": {"totalCount": 1, "nodes": [{"content": "ROCKET"}]},
        }
    assert [(one.content, one.user.login) for one in review.reactions] == [("rocket", "aweigh[bot]")]
    takes_back = """mutation($id: ID!) { removeReaction(input: {subjectId: $id, content: ROCKET}) {
        reaction { content } } }"""
    assert "errors" not in await desk.api.graphql(takes_back, id=review.node_id)
    assert review.reactions == []
    again = await desk.api.graphql(takes_back, id=review.node_id)
    assert [one["type"] for one in again["errors"]] == ["NOT_FOUND"]
    # Reacting tells nobody.
    assert desk.heard() == []


NEEDS = {
    "addComment": ("issues", 'subjectId: "THREAD", body: "x"'),
    "addLabelsToLabelable": ("issues", 'labelableId: "THREAD", labelIds: []'),
    "addReaction": ("issues", 'subjectId: "PULL", content: EYES'),
    "closePullRequest": ("pull_requests", 'pullRequestId: "PULL"'),
    "createCheckRun": ("checks", 'repositoryId: "REPO", name: "n", headSha: "SHA"'),
    "createCommitOnBranch": (
        "contents",
        """branch: {repositoryNameWithOwner: "acme/widget", branchName: "main"}, expectedHeadOid: "SHA",
        message: {headline: "m"}, fileChanges: {}""",
    ),
    "createPullRequest": ("pull_requests", 'repositoryId: "REPO", baseRefName: "main", headRefName: "x", title: "t"'),
    "createRef": ("contents", 'repositoryId: "REPO", name: "refs/heads/x", oid: "SHA"'),
    "deleteIssueComment": ("issues", 'id: "COMMENT"'),
    "deleteRef": ("contents", 'refId: "REF"'),
    "enqueuePullRequest": ("contents", 'pullRequestId: "PULL"'),
    "mergePullRequest": ("contents", 'pullRequestId: "PULL"'),
    "minimizeComment": ("issues", 'subjectId: "COMMENT", classifier: OUTDATED'),
    "removeReaction": ("issues", 'subjectId: "PULL", content: EYES'),
    "updateCheckRun": ("checks", 'repositoryId: "REPO", checkRunId: "CHECK"'),
    "updateIssueComment": ("issues", 'id: "COMMENT", body: "x"'),
    "updatePullRequest": ("pull_requests", 'pullRequestId: "PULL", title: "x"'),
    "updateRef": ("contents", 'refId: "REF", oid: "SHA", force: true'),
    "updateRefs": ("contents", 'repositoryId: "REPO", refUpdates: []'),
}
"""What each mutation needs to write, on an issue where a pull request would leave a choice."""


def test_what_every_mutation_needs_is_known() -> None:
    assert {*NEEDS} == {*KEPT["Mutation"].split()}


@pytest.mark.parametrize("name", NEEDS)
async def test_a_mutation_needs_what_its_rest_twin_needs(desk: Desk, name: str) -> None:
    needed, given = NEEDS[name]
    issue = (await desk.api.post(f"{REPO}/issues", {"title": "An issue"}))["number"]
    thread = desk.repository.issues[issue]
    names = {
        "REPO": desk.repository.node_id,
        "PULL": desk.acme.feature.node_id,
        "THREAD": thread.node_id,
        "COMMENT": desk.acme.rosa.comment(issue, "hello").node_id,
        "CHECK": (await desk.api.post(f"{REPO}/check-runs", {"name": "R", "head_sha": desk.head}))["node_id"],
        "REF": (await desk.api.get(f"{REPO}/git/ref/heads/turn-widgets"))["node_id"],
        "SHA": desk.head,
    }
    for word, value in names.items():
        given = given.replace(f'"{word}"', f'"{value}"')
    mutation = f"mutation {{ {name}(input: {{{given}}}) {{ clientMutationId }} }}"
    desk.heard()
    everything_else = {one: level for one, level in PERMISSIONS.items() if one != needed}
    for held in (everything_else, everything_else | {needed: "read"}):
        answer = await as_installation(desk.sandbox, desk.acme, held).graphql(mutation)
        assert [one["type"] for one in answer["errors"]] == ["FORBIDDEN"]
        assert [one["message"] for one in answer["errors"]] == ["Resource not accessible by integration"]
        assert desk.heard() == []
    allowed = await as_installation(desk.sandbox, desk.acme, PERMISSIONS).graphql(mutation)
    assert "FORBIDDEN" not in [one["type"] for one in allowed.get("errors", [])]


async def test_a_reaction_to_a_review_needs_the_permission_for_pull_requests(desk: Desk) -> None:
    review = desk.acme.rosa.submit_review(desk.acme.feature.number, "Fine.")
    react = (
        f'mutation {{ addReaction(input: {{subjectId: "{review.node_id}", content: EYES}}) {{ clientMutationId }} }}'
    )
    held = {"issues": "write", "pull_requests": "read"}
    answer = await as_installation(desk.sandbox, desk.acme, held).graphql(react)
    assert [one["type"] for one in answer["errors"]] == ["FORBIDDEN"]
    held = {"pull_requests": "write"}
    assert "errors" not in await as_installation(desk.sandbox, desk.acme, held).graphql(react)


async def test_merging_over_graphql_is_bound_to_the_head(desk: Desk) -> None:
    mutation = """mutation($id: ID!, $head: GitObjectID!) { mergePullRequest(input: {pullRequestId: $id,
        expectedHeadOid: $head, mergeMethod: SQUASH}) { pullRequest { merged mergeCommit { oid } } } }"""
    pull = desk.acme.feature
    stale = await desk.api.graphql(mutation, id=pull.node_id, head=desk.head)
    assert stale["errors"][0]["type"] == "UNPROCESSABLE"
    done = await desk.api.graphql(mutation, id=pull.node_id, head=pull.head_sha)
    assert done["data"]["mergePullRequest"]["pullRequest"]["mergeCommit"]["oid"] == desk.head
