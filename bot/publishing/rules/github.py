"""Environments, runners and GitHub itself."""

from __future__ import annotations

from bot.publishing.rules.rule import Retry, Rule, Who

RULES = (
    Rule(
        "env.ref-not-allowed",
        r'(Tag|Branch) "?(?P<ref>[^"]{1,200}?)"? is not allowed to deploy to (?P<env>\S{1,200}?) due to environment protection rules',
        cause="The environment's deployment policy does not let this ref in (a rule of type branch never matches a tag).",
        fix="Add a rule of type tag under Settings, Environments, then re-run the failed jobs.",
        who=Who.REPOSITORY_ADMIN,
        retry=Retry.FIX_THEN_RERUN,
    ),
    Rule(
        "env.rejected",
        r"The deployment was rejected or didn't satisfy other protection rules",
        cause="A reviewer rejected the deployment, or a protection rule did.",
        fix="Ask the reviewer; a re-run asks again.",
        who=Who.REPOSITORY_ADMIN,
        retry=Retry.RERUN,
    ),
    Rule(
        "env.timeout",
        r"(review has not been approved|deployment.{0,40}(30 days|expired|timed out))",
        cause="Nobody approved the deployment within 30 days.",
        fix="Re-run the failed jobs while the artifacts are still kept.",
        who=Who.REPOSITORY_ADMIN,
        retry=Retry.RERUN,
    ),
    Rule(
        "gh.timeout",
        r"The job (running on runner .{0,80})?has exceeded the maximum execution time of (?P<t>\w{1,60})",
        cause="The job ran longer than its `timeout-minutes`.",
        fix="Compare the index with what was built, then re-run with `skip-existing: true`.",
        who=Who.WORKFLOW,
        retry=Retry.COMPARE_FIRST,
    ),
    Rule(
        "gh.cancelled",
        r"(The operation was canceled|The run was canceled by|Canceling since a higher priority waiting request)",
        cause="The run was cancelled, by a person or by `cancel-in-progress`.",
        fix="Compare the index with what was built, then re-run; never cancel a publishing run for a newer one.",
        who=Who.WORKFLOW,
        retry=Retry.COMPARE_FIRST,
        generic=True,
    ),
    Rule(
        "gh.runner-lost",
        r"(The runner has received a shutdown signal|lost communication with the server|The hosted runner encountered an error|No space left on device)",
        cause="The runner was lost.",
        fix="Compare the index with what was built, then re-run.",
        who=Who.NOBODY,
        retry=Retry.COMPARE_FIRST,
    ),
    Rule(
        "gh.no-runner",
        r"(The job was not acquired by Runner|No runner matching the specified labels|was not started because (recent account payments|it repeatedly failed|the spending limit))",
        cause="No runner took the job, or billing stops it.",
        fix="Correct the labels or the billing, then re-run.",
        who=Who.REPOSITORY_ADMIN,
        retry=Retry.FIX_THEN_RERUN,
    ),
    Rule(
        "gh.invalid-workflow",
        r"(Invalid workflow file|The workflow is not valid|error parsing called workflow|You have an error in your yaml syntax)",
        cause="The workflow file at the tag does not parse.",
        fix="Correct the file; a new tag is needed.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "gh.integration",
        r"Resource not accessible by integration",
        cause="A step lacks a permission of `GITHUB_TOKEN`; the upload itself may be done.",
        fix="Look at the index first; give that job the permission.",
        who=Who.WORKFLOW,
        retry=Retry.COMPARE_FIRST,
        generic=True,
    ),
)
