"""Reading over GraphQL."""

from typing import Any

import pytest

from bot.sandbox.acts.comments import add_reaction
from bot.sandbox.state.accounts import Team
from tests.sandbox.client import as_installation
from tests.sandbox.conftest import Desk


async def ask(desk: Desk, selection: str, **variables: Any) -> Any:
    """What stands below ``repository``; no errors are allowed."""
    answer = await desk.api.graphql(
        f'query {{ repository(owner: "acme", name: "widget") {{ {selection} }} }}', **variables
    )
    assert "errors" not in answer, answer["errors"]
    return answer["data"]["repository"]


async def kinds_of_errors(desk: Desk, query: str) -> list[str]:
    answer = await desk.api.graphql(query)
    return [one["type"] for one in answer["errors"]]


async def test_a_repository_and_its_default_branch(desk: Desk) -> None:
    found = await ask(
        desk,
        """id databaseId nameWithOwner isPrivate mergeCommitAllowed owner { __typename login }
        defaultBranchRef { name prefix target { oid ... on Commit { messageHeadline committedDate
          author { name user { login databaseId } } signature { isValid wasSignedByGitHub } } } }""",
    )
    assert found["id"] == desk.repository.node_id
    assert found["owner"] == {"__typename": "Organization", "login": "acme"}
    branch = found["defaultBranchRef"]
    assert (branch["name"], branch["prefix"], branch["target"]["oid"]) == ("main", "refs/heads/", desk.head)
    assert branch["target"]["author"]["user"]["login"] == "mona"
    assert branch["target"]["signature"] == {"isValid": True, "wasSignedByGitHub": True}


async def test_tags_with_their_objects_newest_first(desk: Desk) -> None:
    desk.clock.advance(60)
    desk.acme.mona.push_commit("main", {"x": "x"})
    desk.acme.mona.push_tag("v1.2.0", "main")
    found = await ask(
        desk,
        """refs(refPrefix: "refs/tags/", first: 10, orderBy: {field: TAG_COMMIT_DATE, direction: DESC}) { totalCount
        nodes { name target { __typename oid ... on Tag { name message tagger { name } target { oid __typename } } } } }""",
    )
    first, second = found["refs"]["nodes"]
    assert (first["name"], first["target"]["__typename"], first["target"]["oid"]) == ("v1.2.0", "Commit", desk.head)
    assert (second["name"], second["target"]["__typename"]) == ("v1.1.0", "Tag")
    assert second["target"]["target"]["__typename"] == "Commit"


async def test_files_by_revision_and_path(desk: Desk) -> None:
    found = await ask(
        desk,
        f"""file: object(expression: "{desk.head}:pyproject.toml") {{ ... on Blob {{ text byteSize isBinary }} }}
        folder: object(expression: "main:widget") {{ ... on Tree {{ entries {{ name path type mode object {{ oid }} }} }} }}
        none: object(expression: "main:nothing") {{ oid }}
        commit: object(oid: "{desk.head}") {{ ... on Commit {{ file(path: "README.md") {{ name type }}
          tree {{ oid }} parents(first: 2) {{ totalCount }} }} }}""",
    )
    assert 'version = "1.1.0"' in found["file"]["text"]
    assert [one["name"] for one in found["folder"]["entries"]] == ["__init__.py"]
    assert found["none"] is None
    assert found["commit"]["file"] == {"name": "README.md", "type": "blob"}
    assert found["commit"]["parents"]["totalCount"] == 1


async def test_what_came_since_a_tag(desk: Desk) -> None:
    pull = await desk.pull("work", {"a": "a"})
    await desk.api.put(f"/repos/acme/widget/pulls/{pull['number']}/merge", {"merge_method": "squash"})
    found = await ask(
        desk,
        """ref(qualifiedName: "refs/tags/v1.1.0") { compare(headRef: "main") { aheadBy behindBy status
        commits(first: 100) { totalCount pageInfo { hasNextPage endCursor } nodes { oid messageHeadline
          associatedPullRequests(first: 5) { nodes { number merged mergeCommit { oid } author { login }
            labels(first: 5) { nodes { name } } } } } } } }""",
    )
    compared = found["ref"]["compare"]
    assert (compared["aheadBy"], compared["status"]) == (2, "AHEAD")
    last = compared["commits"]["nodes"][-1]
    assert last["messageHeadline"] == "A change (#2)"
    (associated,) = last["associatedPullRequests"]["nodes"]
    assert (associated["number"], associated["mergeCommit"]["oid"]) == (2, desk.head)
    assert associated["author"]["login"] == "aweigh", "GraphQL names a Bot by its App"


async def test_a_pull_request_with_its_conversation(desk: Desk) -> None:
    mine = await desk.api.post("/repos/acme/widget/issues/1/comments", {"body": "mine"})
    theirs = desk.acme.rosa.comment(1, "theirs")
    desk.clock.advance(5)
    desk.acme.rosa.edit_comment(1, theirs, "theirs, changed")
    desk.acme.mona.submit_review(1, "good", "APPROVE")
    found = await ask(
        desk,
        """pullRequest(number: 1) { id number state merged mergeable mergeCommit { oid } headRefOid headRefName baseRefName
        isCrossRepository headRepository { nameWithOwner } commits(first: 5) { nodes { commit { oid } } }
        comments(last: 10) { nodes { databaseId id body createdAt lastEditedAt isMinimized minimizedReason viewerDidAuthor
          author { login __typename ... on User { databaseId } ... on Bot { databaseId } } } }
        reviews(first: 10) { nodes { state body author { login } commit { oid } submittedAt } } }""",
    )
    pull = found["pullRequest"]
    assert (pull["state"], pull["mergeable"], pull["mergeCommit"]) == ("OPEN", "MERGEABLE", None)
    assert pull["headRefOid"] == pull["commits"]["nodes"][0]["commit"]["oid"]
    first, second = pull["comments"]["nodes"]
    assert (first["databaseId"], first["viewerDidAuthor"], first["lastEditedAt"]) == (mine["id"], True, None)
    assert first["author"] == {"login": "aweigh", "__typename": "Bot", "databaseId": desk.acme.app.bot.id}
    assert (second["viewerDidAuthor"], second["lastEditedAt"]) == (False, "2026-11-02T09:00:05Z")
    assert pull["reviews"]["nodes"][0]["state"] == "APPROVED"


async def test_pull_requests_by_branch_and_state(desk: Desk) -> None:
    await desk.pull("aweigh/main", {"a": "a"})
    selection = """pullRequests(headRefName: "aweigh/main", baseRefName: "main", states: [OPEN], first: 5,
        orderBy: {field: CREATED_AT, direction: DESC}) { nodes { number state } }"""
    assert (await ask(desk, selection))["pullRequests"]["nodes"] == [{"number": 2, "state": "OPEN"}]
    desk.acme.mona.merge_pull(2)
    assert (await ask(desk, selection))["pullRequests"]["nodes"] == []
    merged = selection.replace("[OPEN]", "[MERGED]")
    assert (await ask(desk, merged))["pullRequests"]["nodes"] == [{"number": 2, "state": "MERGED"}]


async def test_releases_and_checks(desk: Desk) -> None:
    body = {"name": "Release", "head_sha": desk.head, "conclusion": "neutral", "external_id": "x"}
    await desk.api.post("/repos/acme/widget/check-runs", body)
    found = await ask(
        desk,
        f"""latestRelease {{ tagName isLatest isDraft tagCommit {{ oid }} url }}
        release(tagName: "v1.1.0") {{ databaseId }}
        object(oid: "{desk.head}") {{ ... on Commit {{ checkSuites(first: 5, filterBy: {{appId: {desk.acme.app.id}}}) {{
          nodes {{ app {{ slug }} checkRuns(first: 5, filterBy: {{checkName: "Release"}}) {{
            nodes {{ databaseId externalId status conclusion }} }} }} }} }} }}""",
    )
    assert found["latestRelease"]["tagName"] == "v1.1.0"
    (suite,) = found["object"]["checkSuites"]["nodes"]
    assert suite["checkRuns"]["nodes"][0]["externalId"] == "x"
    assert suite["checkRuns"]["nodes"][0]["conclusion"] == "NEUTRAL"


async def test_nodes_are_found_by_id(desk: Desk) -> None:
    comment = desk.acme.rosa.comment(1, "hello")
    query = "query($id: ID!) { node(id: $id) { id ... on IssueComment { body lastEditedAt isMinimized author { login } } } }"
    answer = await desk.api.graphql(query, id=comment.node_id)
    assert answer["data"]["node"]["body"] == "hello"
    desk.acme.rosa.delete_comment(1, comment)
    gone = await desk.api.graphql(query, id=comment.node_id)
    assert gone["data"] == {"node": None}
    assert gone["errors"][0]["type"] == "NOT_FOUND"
    assert gone["errors"][0]["path"] == ["node"]


async def test_pages_are_bounded_and_linked(desk: Desk) -> None:
    for number in range(3):
        desk.acme.rosa.comment(1, f"{number}")
    page = "pullRequest(number: 1) { comments(first: 2%s) { nodes { body } pageInfo { hasNextPage endCursor } } }"
    first = (await ask(desk, page % ""))["pullRequest"]["comments"]
    assert first["pageInfo"]["hasNextPage"] is True
    second = (await ask(desk, page % f', after: "{first["pageInfo"]["endCursor"]}"'))["pullRequest"]["comments"]
    assert [one["body"] for one in (*first["nodes"], *second["nodes"])] == ["0", "1", "2"]
    assert second["pageInfo"]["hasNextPage"] is False
    for bounds, kind in (("", "MISSING_PAGINATION_BOUNDARIES"), ("(first: 101)", "EXCESSIVE_PAGINATION")):
        query = f'{{ repository(owner: "acme", name: "widget") {{ pullRequest(number: 1) {{ comments{bounds} {{ totalCount }} }} }} }}'
        assert await kinds_of_errors(desk, query) == [kind]


@pytest.mark.parametrize(
    ("missing", "selection"),
    [
        ("contents", 'ref(qualifiedName: "refs/heads/main") { name }'),
        ("contents", 'object(expression: "main") { oid }'),
        ("contents", "latestRelease { tagName }"),
        ("pull_requests", "pullRequest(number: 1) { title }"),
        ("pull_requests", "pullRequests(first: 1) { totalCount }"),
        ("checks", 'object(expression: "main") { ... on Commit { checkSuites(first: 1) { totalCount } } }'),
        ("actions", 'environment(name: "pypi") { name }'),
    ],
)
async def test_a_query_needs_what_its_rest_twin_needs(desk: Desk, missing: str, selection: str) -> None:
    held = {name: "read" for name in ("contents", "pull_requests", "checks", "actions") if name != missing}
    limited = as_installation(desk.sandbox, desk.acme, held)
    answer = await limited.graphql(f'{{ repository(owner: "acme", name: "widget") {{ {selection} }} }}')
    assert [one["type"] for one in answer["errors"]] == ["FORBIDDEN"]
    assert answer["errors"][0]["message"] == "Resource not accessible by integration"


async def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    for query in (
        '{ repository(owner: "acme", name: "none") { id } }',
        '{ repository(owner: "acme", name: "widget") { pullRequest(number: 99) { id } } }',
        '{ node(id: "nonsense") { id } }',
    ):
        assert await kinds_of_errors(desk, query) == ["NOT_FOUND"]


async def test_a_wrong_document_is_an_error_with_http_200(desk: Desk) -> None:
    for query in ("{ nonsense }", "{ repository(", "{ repository(owner: 1) { id } }"):
        answer = await desk.api.graphql(query)
        assert answer["errors"][0]["message"]
        assert "data" not in answer


async def test_cost_is_counted_apart_from_rest(desk: Desk) -> None:
    answer = await desk.api.graphql("{ rateLimit { cost limit remaining used nodeCount } viewer { login } }")
    assert answer["data"]["rateLimit"] == {"cost": 1, "limit": 5000, "remaining": 4999, "used": 1, "nodeCount": 0}
    wide = """{ rateLimit { cost nodeCount } repository(owner: "acme", name: "widget") { pullRequests(first: 100) {
        nodes { comments(first: 10) { nodes { reactions(first: 5) { totalCount } } } } } } }"""
    answer = await desk.api.graphql(wide)
    # One request for the pull requests, 100 for their comments, 1,000 for the reactions.
    assert answer["data"]["rateLimit"] == {"cost": 11, "nodeCount": 100 + 1000 + 5000}
    assert desk.world.requests[-1].points == 11


async def test_too_dear_a_query_times_out_or_is_refused(desk: Desk) -> None:
    def nested(size: int) -> str:
        return f"""{{ repository(owner: "acme", name: "widget") {{ pullRequests(first: 100) {{ nodes {{
            comments(first: 100) {{ nodes {{ reactions(first: {size}) {{ totalCount }} }} }} }} }} }} }}"""

    assert (await desk.api.send("POST", "/graphql", {"query": nested(20)})).status == 502
    assert await kinds_of_errors(desk, nested(100)) == ["MAX_NODE_LIMIT_EXCEEDED"]


async def test_a_document_that_lists_very_many_files_times_out(desk: Desk) -> None:
    desk.acme.mona.push_commit("main", {f"data/{number}.txt": "x" for number in range(2001)})
    query = (
        '{ repository(owner: "acme", name: "widget") { object(expression: "main") { ... on Commit { tree { %s } } } } }'
    )
    assert "errors" not in await desk.api.graphql(query % "entries { name }")
    deep = await desk.api.graphql(query % "entries { object { ... on Tree { entries { name } } } }")
    assert {one["message"].partition(".")[0] for one in deep["errors"]} == {
        "Something went wrong while executing your query"
    }


async def test_an_environment_and_its_rules_without_those_of_apps(desk: Desk) -> None:
    organisation, environment = desk.repository.owner, desk.repository.environments["pypi"]
    asked = """environment(name: "PyPI") { databaseId name protectionRules(first: 5) { nodes { type timeout preventSelfReview
        reviewers(first: 5) { nodes { __typename ... on User { login } ... on Team { combinedSlug } } } } } }"""
    found = (await ask(desk, asked))["environment"]
    assert (found["databaseId"], found["name"]) == (environment.id, "pypi")
    assert found["protectionRules"] == {"nodes": []}
    assert [rule.app.slug for rule in environment.rules] == ["aweigh"]
    environment.reviewers = [desk.acme.mona.user]
    environment.reviewing_teams = [Team(7, "maintainers", "Maintainers", organisation)]
    environment.wait_timer, environment.protected_branches_only = 30, True
    rules = (await ask(desk, asked))["environment"]["protectionRules"]["nodes"]
    assert [(rule["type"], rule["timeout"]) for rule in rules] == [
        ("WAIT_TIMER", 30),
        ("REQUIRED_REVIEWERS", 0),
        ("BRANCH_POLICY", 0),
    ]
    assert rules[1]["reviewers"]["nodes"] == [
        {"__typename": "User", "login": "mona"},
        {"__typename": "Team", "combinedSlug": "acme/maintainers"},
    ]
    assert await ask(desk, 'environment(name: "none") { name }') == {"environment": None}


async def test_an_exhausted_limit_is_said_with_http_200(desk: Desk) -> None:
    desk.sandbox.limits.limit = 1
    await desk.api.graphql("{ viewer { login } }")
    assert await kinds_of_errors(desk, "{ viewer { login } }") == ["RATE_LIMITED"]


async def test_only_tokens_are_let_in(desk: Desk) -> None:
    assert (await desk.app.send("POST", "/graphql", {"query": "{ viewer { login } }"})).status == 401
    assert (await desk.api.send("POST", "/graphql", {"nothing": 1})).status == 400


async def test_what_cannot_be_found_is_null_and_has_an_error_of_its_own(desk: Desk) -> None:
    comment = desk.acme.mona.comment(1, "x")
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    answer = await desk.api.graphql(query, ids=[comment.node_id, "IC_nothing", desk.repository.node_id])
    assert [one and one["id"] for one in answer["data"]["nodes"]] == [comment.node_id, None, desk.repository.node_id]
    assert [(one["type"], one["path"]) for one in answer["errors"]] == [("NOT_FOUND", ["nodes", 1])]
    hidden = await desk.limited(contents="read").graphql(query, ids=[comment.node_id])
    assert [(one["type"], one["path"]) for one in hidden["errors"]] == [("FORBIDDEN", ["nodes", 0])]
    assert "data" in await desk.api.graphql(query, ids=[comment.node_id] * 100)
    many = await desk.api.graphql(query, ids=[comment.node_id] * 101)
    assert [one["type"] for one in many["errors"]] == ["ARGUMENT_LIMIT"]


async def test_what_is_asked_of_several_nodes_costs_as_often(desk: Desk) -> None:
    query = "query($ids: [ID!]!) { nodes(ids: $ids) { ... on Repository { issues(first: 10) { totalCount } } } rateLimit { cost nodeCount } }"
    answer = await desk.api.graphql(query, ids=[desk.repository.node_id] * 100)
    assert answer["data"]["rateLimit"] == {"cost": 1, "nodeCount": 1000}
    listed = query.replace("ids: $ids", f'ids: ["{desk.repository.node_id}", "{desk.repository.node_id}"]')
    answer = await desk.api.graphql(listed.replace("($ids: [ID!]!)", ""))
    assert answer["data"]["rateLimit"] == {"cost": 1, "nodeCount": 20}


async def test_reaction_groups_know_of_bots(desk: Desk) -> None:
    comment = desk.acme.mona.comment(1, "x")
    add_reaction(desk.world, comment, desk.acme.app.bot, "rocket")
    add_reaction(desk.world, comment, desk.acme.hugo.user, "-1")
    answer = await desk.api.graphql(
        """query($id: ID!) { node(id: $id) { ... on IssueComment { reactionGroups {
        content viewerHasReacted reactors(first: 5) { totalCount nodes {
          __typename ... on Bot { databaseId login } ... on User { databaseId login } } } } } } }""",
        id=comment.node_id,
    )
    groups = {one["content"]: one for one in answer["data"]["node"]["reactionGroups"]}
    assert len(groups) == 8
    bot = {"__typename": "Bot", "databaseId": desk.acme.app.bot.id, "login": "aweigh"}
    assert groups["ROCKET"]["reactors"] == {"totalCount": 1, "nodes": [bot]}
    assert [name for name, one in groups.items() if one["viewerHasReacted"]] == ["ROCKET"]
    assert groups["THUMBS_DOWN"]["reactors"]["nodes"][0]["login"] == "hugo"
    assert groups["EYES"]["reactors"]["totalCount"] == 0


async def test_issues_are_listed_without_pull_requests(desk: Desk) -> None:
    query = """{ repository(owner: "acme", name: "widget") {
      issues(first: 1, orderBy: {field: UPDATED_AT, direction: DESC}) { totalCount nodes { number updatedAt } } } }"""
    answer = await desk.api.graphql(query)
    assert answer["data"]["repository"]["issues"] == {"totalCount": 0, "nodes": []}
    hidden = await desk.limited(contents="read").graphql(query)
    assert [one["type"] for one in hidden["errors"]] == ["FORBIDDEN"]


async def test_a_branch_knows_its_pull_requests(desk: Desk) -> None:
    query = """{ repository(owner: "acme", name: "widget") {
      refs(refPrefix: "refs/heads/", first: 10) { nodes { name associatedPullRequests(first: 5) { nodes { number } } } } } }"""
    answer = await desk.api.graphql(query)
    branches = {one["name"]: one for one in answer["data"]["repository"]["refs"]["nodes"]}
    assert branches[desk.acme.feature.head_ref]["associatedPullRequests"]["nodes"] == [{"number": 1}]
    assert branches["main"]["associatedPullRequests"]["nodes"] == []


async def test_who_gave_a_pull_request_its_labels(desk: Desk) -> None:
    pull = desk.acme.feature
    desk.acme.wanda.label(pull.number, "urgent")
    desk.acme.hugo.label(pull.number)
    desk.acme.hugo.label(pull.number, "urgent", "kept")
    items = "timelineItems(last: 2, itemTypes: [LABELED_EVENT]) { totalCount nodes { __typename ... on LabeledEvent {"
    found = await ask(
        desk, f"pullRequest(number: {pull.number}) {{ {items} label {{ name }} actor {{ login }} }} }} }} }}"
    )
    told = found["pullRequest"]["timelineItems"]
    assert told["totalCount"] == 3
    assert [(node["label"]["name"], node["actor"]["login"]) for node in told["nodes"]] == [
        ("urgent", "hugo"),
        ("kept", "hugo"),
    ]


async def test_who_moved_the_head_of_a_pull_request_by_force(desk: Desk) -> None:
    pull = desk.acme.feature
    first = pull.head_sha
    desk.acme.wanda.push_commit(pull.head_ref, {"widget/more.py": "MORE = 1\n"}, "More")
    second = pull.head_sha
    desk.acme.hugo.push_branch(pull.head_ref, first, force=True)
    items = "timelineItems(last: 1, itemTypes: [HEAD_REF_FORCE_PUSHED_EVENT]) { totalCount nodes { __typename"
    asked = "... on HeadRefForcePushedEvent { actor { login } beforeCommit { oid } afterCommit { oid } }"
    found = await ask(desk, f"pullRequest(number: {pull.number}) {{ {items} {asked} }} }} }}")
    told = found["pullRequest"]["timelineItems"]
    assert told == {
        "totalCount": 1,
        "nodes": [
            {
                "__typename": "HeadRefForcePushedEvent",
                "actor": {"login": "hugo"},
                "beforeCommit": {"oid": second},
                "afterCommit": {"oid": first},
            }
        ],
    }
