"""Which App hears of which event.

Source: GitHub's webhook descriptions ("at least read-level access for the ... permission") and the documentation of
the check events, to which an App with write access to checks is subscribed without asking.
"""

from bot.sandbox.state.accounts import ACCESS_LEVELS, Installation

#: The repository permission, at read, that an App must hold to be told of an event.
EVENT_PERMISSIONS = {
    "check_run": "checks",
    "check_suite": "checks",
    "create": "contents",
    "delete": "contents",
    "deployment": "deployments",
    "deployment_protection_rule": "deployments",
    "deployment_review": "deployments",
    "deployment_status": "deployments",
    "issue_comment": "issues",
    "issues": "issues",
    "merge_group": "merge_queues",
    "member": "members",
    "pull_request": "pull_requests",
    "pull_request_review": "pull_requests",
    "pull_request_review_comment": "pull_requests",
    "push": "contents",
    "release": "contents",
    "repository": "metadata",
    "repository_ruleset": "administration",
    "status": "statuses",
    "team": "members",
    "workflow_dispatch": "contents",
    "workflow_job": "actions",
    "workflow_run": "actions",
}

_AUTOMATIC_WITH_CHECKS_WRITE = frozenset({"check_run", "check_suite"})


def is_subscribed(installation: Installation, event: str) -> bool:
    """Whether this installation is told of ``event``: it is subscribed to it and holds the permission for it."""
    permission = EVENT_PERMISSIONS[event]
    held = ACCESS_LEVELS.index(installation.permissions.get(permission, "none"))
    if event in _AUTOMATIC_WITH_CHECKS_WRITE and held >= ACCESS_LEVELS.index("write"):
        return True
    return event in installation.events and held >= ACCESS_LEVELS.index("read")
