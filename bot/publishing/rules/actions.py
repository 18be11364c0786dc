"""The actions a workflow uses, and the address it gives them."""

from __future__ import annotations

from bot.publishing.rules.rule import Retry, Rule, Who

RULES = (
    Rule(
        "action.image",
        r"(manifest unknown|Unable to find image 'ghcr\.io/pypa/gh-action-pypi-publish:(?P<sha>[0-9a-f]{40}))",
        cause="The pinned SHA has no container image: it is that of the tag object instead of its commit, of a commit without a release, or the image is gone.",
        fix="Pin the commit the tag points to (`git rev-parse v1.14.2^{commit}`).",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "action.registry",
        r'(toomanyrequests|Error response from daemon: (Get|Head) "?https://ghcr\.io|net/http: TLS handshake timeout|received unexpected HTTP status: 50\d)',
        cause="The container registry failed, or limits requests.",
        fix="Re-run the failed jobs.",
        who=Who.NOBODY,
        retry=Retry.RERUN,
    ),
    Rule(
        "action.non-linux",
        r"This action is only able to run under GNU/Linux environments|Container action is only supported on Linux",
        cause="The publishing job does not run on Linux.",
        fix="Give the publishing job `runs-on: ubuntu-latest`, and hand distributions over as artifacts.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "action.no-docker",
        r"(docker: command not found|Cannot connect to the Docker daemon|permission denied while trying to connect to the Docker daemon)",
        cause="The runner has no Docker.",
        fix="Install or allow Docker, or use a GitHub-hosted runner.",
        who=Who.RUNNER,
        retry=Retry.FIX_THEN_RERUN,
    ),
    Rule(
        "action.nested",
        r"create-docker-action\.py': \[Errno 2\] No such file",
        cause="The action is called from inside another composite action, or on an unusual runner.",
        fix="Call it in a step of the workflow itself.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "action.unresolved",
        r"Unable to resolve action `?(?P<a>[\w./-]{1,200}@[\w./-]{1,200}?)`?, (unable to find version|repository not found|not found)",
        cause="The action's ref or repository does not exist.",
        fix="Correct the pin.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "action.not-allowed",
        r"is not allowed (to be used )?in (?P<repo>[\w./-]{1,200}?)\b.{0,120}(Actions in this workflow must be|because all actions must be)",
        cause="The organisation's rules do not allow this action, or ask for a full commit SHA.",
        fix="Allow the action, or pin it to a commit.",
        who=Who.REPOSITORY_ADMIN,
        retry=Retry.FIX_THEN_RERUN,
    ),
    Rule(
        "url.slash",
        r"(Your repository URL is missing a trailing slash|expected upload URL is /legacy/ \(with a trailing slash\))",
        cause="The index address has no slash at its end.",
        fix="End the address with `/legacy/`.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "url.wrong",
        r"(InvalidPyPIUploadURL|UploadToDeprecatedPyPIDetected|POST requests are not supported by the endpoint|You're trying to upload to the legacy PyPI site)",
        cause="The address is not one for uploads.",
        fix="Use the address that ends in `/legacy/`.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "url.invalid",
        r"UnreachableRepositoryURLDetected",
        cause="`repository-url` has no scheme or no host.",
        fix="Correct `repository-url`.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "url.redirect",
        r"(RedirectDetected|Redirected URL is not in the same realm)",
        cause="The index redirects uploads.",
        fix="Use the address it redirects to.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
)
