"""Adapter: what an open pull request says of its change: in its title, text, labels and commits."""

from __future__ import annotations

from dataclasses import dataclass

from bot.github.client import Session
from bot.github.landed import Landed, LandedPull
from bot.github.read import read_account_node

_MOST_COMMITS, _MOST_LABELS = 100, 100

_DOCUMENT = f"""
query($owner: String!, $name: String!, $number: Int!) {{
  repository(owner: $owner, name: $name) {{
    squashMergeAllowed
    pullRequest(number: $number) {{
      number title body headRefName headRefOid updatedAt
      author {{ __typename login ... on User {{ databaseId }} ... on Bot {{ databaseId }} }}
      labels(first: {_MOST_LABELS}) {{ nodes {{ name }} }}
      commits(first: {_MOST_COMMITS}) {{ nodes {{ commit {{ oid message parents(first: 1) {{ totalCount }} }} }} }}
    }}
  }}
}}"""


@dataclass(frozen=True, slots=True)
class Wording:
    """What is said of a change that has not landed.

    Attributes:
        pull: the pull request as it would land.
        commits: its own commits, oldest first; of very many the oldest.
        head: the newest of them.
        squashed: whether the repository lets one commit be made of them, which most then do.
        changed_at: when anything about it was changed last, as GitHub writes it.
    """

    pull: LandedPull
    commits: tuple[Landed, ...]
    head: str
    squashed: bool
    changed_at: str


async def get_wording(session: Session, number: int) -> Wording:
    """What the pull request ``number`` says, in one request.

    Raises:
        GitHubError: GitHub cannot be asked, does not permit it, or has no such pull request.
    """
    variables: dict[str, object] = {"owner": session.owner, "name": session.name, "number": number}
    data = (await session.graphql(_DOCUMENT, variables))["repository"]
    pull = data["pullRequest"]
    commits = [node["commit"] for node in pull["commits"]["nodes"] if node]
    return Wording(
        pull=LandedPull(
            number=int(pull["number"]),
            title=str(pull["title"]),
            body=str(pull["body"] or ""),
            author=read_account_node(pull["author"]),
            labels=tuple(str(node["name"]) for node in (pull["labels"] or {"nodes": ()})["nodes"] if node),
            head_branch=str(pull["headRefName"]),
            merge_commit=None,
        ),
        commits=tuple(
            Landed(str(one["oid"]), str(one["message"]), None, int(one["parents"]["totalCount"]) > 1, None)
            for one in commits
        ),
        head=str(pull["headRefOid"]),
        squashed=bool(data["squashMergeAllowed"]),
        changed_at=str(pull["updatedAt"]),
    )
