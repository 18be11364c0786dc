"""Repositories."""

from typing import Any

from bot.sandbox.clock import iso
from bot.sandbox.links import Links
from bot.sandbox.shapes.accounts import simple_user
from bot.sandbox.state.conversation import Issue
from bot.sandbox.state.repository import Repository

_API_TEMPLATES = {
    "archive_url": "/{archive_format}{/ref}",
    "assignees_url": "/assignees{/user}",
    "blobs_url": "/git/blobs{/sha}",
    "branches_url": "/branches{/branch}",
    "collaborators_url": "/collaborators{/collaborator}",
    "comments_url": "/comments{/number}",
    "commits_url": "/commits{/sha}",
    "compare_url": "/compare/{base}...{head}",
    "contents_url": "/contents/{+path}",
    "contributors_url": "/contributors",
    "deployments_url": "/deployments",
    "downloads_url": "/downloads",
    "events_url": "/events",
    "forks_url": "/forks",
    "git_commits_url": "/git/commits{/sha}",
    "git_refs_url": "/git/refs{/sha}",
    "git_tags_url": "/git/tags{/sha}",
    "hooks_url": "/hooks",
    "issue_comment_url": "/issues/comments{/number}",
    "issue_events_url": "/issues/events{/number}",
    "issues_url": "/issues{/number}",
    "keys_url": "/keys{/key_id}",
    "labels_url": "/labels{/name}",
    "languages_url": "/languages",
    "merges_url": "/merges",
    "milestones_url": "/milestones{/number}",
    "notifications_url": "/notifications{?since,all,participating}",
    "pulls_url": "/pulls{/number}",
    "releases_url": "/releases{/id}",
    "stargazers_url": "/stargazers",
    "statuses_url": "/statuses/{sha}",
    "subscribers_url": "/subscribers",
    "subscription_url": "/subscription",
    "tags_url": "/tags",
    "teams_url": "/teams",
    "trees_url": "/git/trees{/sha}",
}


def repository_url(links: Links, repository: Repository) -> str:
    """The repository's address in the API."""
    return f"{links.api}/repos/{repository.full_name}"


def repository_page(links: Links, repository: Repository) -> str:
    """The repository's address in a browser."""
    return f"{links.web}/{repository.full_name}"


def minimal_repository(links: Links, repository: Repository) -> dict[str, Any]:
    """A repository as it stands inside runs and installations: who it is and where its parts are."""
    api = repository_url(links, repository)
    return {
        "id": repository.id,
        "node_id": repository.node_id,
        "name": repository.name,
        "full_name": repository.full_name,
        "private": repository.private,
        "owner": simple_user(links, repository.owner),
        "html_url": repository_page(links, repository),
        "description": repository.description,
        "fork": repository.fork_of is not None,
        "url": api,
        **{key: api + template for key, template in _API_TEMPLATES.items()},
    }


def repository(links: Links, repository: Repository) -> dict[str, Any]:
    """A repository as webhooks and pull requests carry it."""
    page = repository_page(links, repository)
    open_issues = sum(1 for issue in repository.issues.values() if issue.state == "open")
    settings = repository.merge_settings
    return {
        **minimal_repository(links, repository),
        "git_url": page.replace("http", "git", 1) + ".git",
        "ssh_url": f"git@{links.web.partition('://')[2]}:{repository.full_name}.git",
        "clone_url": page + ".git",
        "svn_url": page,
        "mirror_url": None,
        "homepage": None,
        "language": "Python",
        "forks_count": 0,
        "stargazers_count": 0,
        "watchers_count": 0,
        "size": 1,
        "default_branch": repository.default_branch,
        "open_issues_count": open_issues,
        "is_template": False,
        "topics": [],
        "has_issues": True,
        "has_projects": False,
        "has_wiki": False,
        "has_pages": False,
        "has_downloads": True,
        "has_discussions": False,
        "archived": repository.archived,
        "disabled": False,
        "visibility": "private" if repository.private else "public",
        "pushed_at": iso(repository.pushed_at),
        "created_at": iso(repository.created_at),
        "updated_at": iso(repository.pushed_at),
        "allow_rebase_merge": settings.rebase,
        "allow_squash_merge": settings.squash,
        "allow_merge_commit": settings.merge,
        "allow_auto_merge": settings.auto_merge,
        "allow_update_branch": False,
        "delete_branch_on_merge": settings.delete_branch_on_merge,
        "allow_forking": True,
        "web_commit_signoff_required": False,
        "license": None,
        "forks": 0,
        "open_issues": open_issues,
        "watchers": 0,
    }


def full_repository(links: Links, found: Repository, permissions: dict[str, bool]) -> dict[str, Any]:
    """A repository as ``GET /repos/{owner}/{repo}`` answers it."""
    shape = {
        **repository(links, found),
        "permissions": permissions,
        "temp_clone_token": "",
        "squash_merge_commit_title": "COMMIT_OR_PR_TITLE",
        "squash_merge_commit_message": "COMMIT_MESSAGES",
        "merge_commit_title": "MERGE_MESSAGE",
        "merge_commit_message": "PR_TITLE",
        "subscribers_count": 0,
        "network_count": 0,
    }
    if found.owner.type == "Organization":
        shape["organization"] = simple_user(links, found.owner)
    if found.fork_of is not None:
        shape["parent"] = shape["source"] = repository(links, found.fork_of)
    return shape


def issue_url(links: Links, found: Repository, issue: Issue) -> str:
    """An issue's address in the API; a pull request has one as an issue too."""
    return f"{repository_url(links, found)}/issues/{issue.number}"
