"""Where GitHub is known to do otherwise than its descriptions say, and how that is known.

A finding that fits an excuse counts as soft and is not held against a story.
"""

from __future__ import annotations

import re
from typing import Final

from tests.contract.findings import Finding

EXCUSES: Final = {
    r"/events/\* \| is not one of": (
        "the events of an App are listed without those that only Apps can hear, such as deployment_protection_rule"
    ),
    r"pull_request.*/head/(repo|user) \| is not of type|pulls.*/head/(repo|user) \| is not of type": (
        "the fork of a pull request may have been deleted, and its owner's account with it"
    ),
    r"deployment-review-.*/reviewers/\*": (
        "GitHub's own examples name teams as reviewers, with what a team has; the description knows of people only"
    ),
    r"query/created \| is not a": "the search syntax for dates, such as >=2026-11-02, is documented for this parameter",
    r"/labels/\*/description \| is not of type": "a label without a description has null there, as the schema label says",
    r"/can_admins_bypass \| is not documented": "every environment has it; terraform-provider-github reads it",
    r"/environment_url \| is not a": "empty is the description's own default",
    r"/user_view_type \| is not documented": "every account has it since 2024, as the schema simple-user says",
    r"/permissions/merge_queues \| is not documented": (
        "the permission for merge queues has come after the description of an App's permissions"
    ),
    r"/client_id \| is not documented": "every App has it since 2024, as the schema integration says",
    r"4\d\d \| answer/status \| is not documented": 'errors say their status since 2024 ("Troubleshooting the REST API")',
    r"/email \| is not a": "the address of a bot has brackets: 1+aweigh[bot]@users.noreply.github.com",
    r"deployment-protection-rule-requested \| payload/(ref|sha) \| is not documented": (
        'named on the page "Webhook events and payloads", which is newer than the description'
    ),
}


def find_excuse(finding: Finding) -> str | None:
    """Why a finding is no fault of ours, if it is not."""
    return next((reason for pattern, reason in EXCUSES.items() if re.search(pattern, finding.kind)), None)
