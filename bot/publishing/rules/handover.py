"""How distributions get from the build job to the publishing job."""

from __future__ import annotations

from bot.publishing.rules.rule import Retry, Rule, Who

RULES = (
    Rule(
        "dist.none",
        r"It looks like there are no Python distribution packages to publish in the directory",
        cause="The directory with the distributions is empty: artifact names or paths differ, or the build writes elsewhere.",
        fix="Check the names and paths of upload-artifact and download-artifact, and set `if-no-files-found: error`.",
        who=Who.WORKFLOW,
        retry=Retry.NONE,
    ),
    Rule(
        "dist.nodir",
        r"FileNotFoundError: \[Errno 2\] No such file or directory: '(?P<d>/github/workspace/[^']{1,200})'",
        cause="The directory with the distributions does not exist.",
        fix="Let download-artifact write to the directory that the upload reads (`path: dist/`).",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "dist.glob",
        r"InvalidDistribution: Cannot find file \(or expand pattern\): '(?P<g>[^']{1,200})'",
        cause="There is no distribution where twine looks.",
        fix="Check the names and paths of upload-artifact and download-artifact.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "dist.foreign",
        r"InvalidDistribution: Unknown distribution format: '(?P<f>[^']{1,200})'",
        cause="Something in the directory is no distribution (a nested directory, checksums, attestations with an old action).",
        fix="Keep only `.whl` and `.tar.gz` files there; several artifacts need `pattern:` and `merge-multiple: true`.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "dist.archive",
        r"InvalidDistribution: (No PKG-INFO in archive|No METADATA in archive|Too many top-level members|Invalid distribution file|No such file|Not a known archive|PKG-INFO is not a regular)",
        cause="A distribution is no proper archive.",
        fix="Rebuild the distributions.",
        who=Who.CODE,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "dist.att-missing",
        r"Upload with attestations requested, but (?P<f>.{1,200}?) has no associated attestations",
        cause="`--attestations` was asked for, but nothing signed the distributions first.",
        fix="Run `python -m pypi_attestations sign dist/*` before the upload.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "dist.uv-none",
        r"Path patterns didn't match any wheels or source distributions",
        cause="There is no distribution where uv looks.",
        fix="Check the names and paths of upload-artifact and download-artifact.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "artifact.not-found",
        r"Unable to download artifact\(s\): Artifact not found for name: ",
        cause="The artifact has another name, was never uploaded, or has expired.",
        fix="Use the same name in both steps; after expiry, run the whole workflow again.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "artifact.blob",
        r"(Artifact download failed after \d{1,12} retries|BlobNotFound)",
        cause="GitHub's artifact storage failed.",
        fix="Re-run the failed jobs; if it stays, re-run all jobs.",
        who=Who.NOBODY,
        retry=Retry.RERUN,
    ),
    Rule(
        "artifact.conflict",
        r"Conflict: an artifact with this name already exists on the workflow run",
        cause="Several jobs upload an artifact of the same name.",
        fix="Give each a name of its own, and download with `merge-multiple: true`.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "artifact.empty",
        r"No files were found with the provided path: (?P<p>\S{1,120}?)\.No artifacts will be uploaded",
        cause="The build left nothing where the artifact is taken from.",
        fix="Correct the path, and set `if-no-files-found: error`.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
    Rule(
        "artifact.deprecated",
        r"automatically failed because it uses a deprecated version of `actions/(upload|download)-artifact",
        cause="Versions 1 to 3 of the artifact actions are switched off.",
        fix="Upgrade upload-artifact and download-artifact together.",
        who=Who.WORKFLOW,
        retry=Retry.NEW_RUN,
    ),
)
