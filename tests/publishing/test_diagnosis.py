from __future__ import annotations

import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.publishing.diagnosis import Diagnosis, JobReport, Retry, Who, diagnose
from bot.publishing.log_text import MOST_CHARACTERS
from bot.publishing.rules import RULES, Rule
from tests.publishing.logs import BUILD_LOG, GOOD_LOG, UV_LOG, stamped, twine_log, twine_message


def explain(log: str = "", *annotations: str, conclusion: str = "failure") -> Diagnosis:
    return diagnose([JobReport("publish", conclusion, log, annotations)])


def rule(diagnosis: Diagnosis) -> str | None:
    return diagnosis.finding.rule if diagnosis.finding else None


# What the tools print, in their own words.
MESSAGES = {
    "mint.no-publisher": "Token request failed: the server refused the request for the following reasons: * `invalid-publisher`: valid token, but no corresponding publisher (Publisher with matching claims was not found)",
    "mint.pending-exists": "* `invalid-pending-publisher`: valid token, but project already exists",
    "oidc.permission": "OpenID Connect token retrieval failed: GitHub: missing or insufficient OIDC token permissions, the ACTIONS_ID_TOKEN_REQUEST_TOKEN environment variable was unset",
    "file.exists": "HTTPError: 400 Bad Request from https://upload.example/legacy/ File already exists ('widget-1.2.0-py3-none-any.whl', with blake2_256 hash '" + "0a" * 32 + "'). See https://example.org/help/#file-name-reuse for more information.",
    "file.reuse": "HTTPError: 400 Bad Request from https://upload.example/legacy/ This filename was previously used by a file that has since been deleted. Use a different version.",
    "file.one-sdist": "HTTPError: 400 Bad Request Only one sdist may be uploaded per release.",
    "file.closed-release": "400 Uploading new files to releases older than 14 days is not allowed.",
    "att.reusable": "400 Invalid attestations supplied during upload: Could not verify the uploaded artifact using the included attestation: Verification failed: Certificate's Build Config URI (1.3.6.1.4.1.57264.1.18) https://github.com/acme/widget/.github/workflows/release.yml@refs/tags/v1.2.0 does not match expected Trusted Publisher (publish.yml@acme/widget)",
    "att.subject": "400 Invalid attestations supplied during upload: subject does not match distribution digest",
    "att.rekor": "requests.exceptions.HTTPError: 502 Server Error: Bad Gateway for url: https://rekor.sigstore.dev/api/v1/log/entries",
    "auth.expired": "HTTPError: 403 Forbidden Invalid API Token: token is expired",
    "auth.not-allowed": "403 The given token isn't allowed to upload to project 'widget'. See https://example.org/help/#project-name",
    "auth.none": "HTTPError: 403 Forbidden Invalid or non-existent authentication information.",
    "size.file": "400 File too large. Limit for project 'widget' is 100 MB. See https://example.org/help/#file-size-limit",
    "meta.metadata-version": "InvalidDistribution: Invalid distribution metadata: '2.5' is not a valid metadata version",
    "meta.description.check": "Checking dist/x.whl: FAILED `long_description` has syntax errors in markup and would not be rendered on PyPI.",
    "dist.foreign": "InvalidDistribution: Unknown distribution format: 'checksums.txt'",
    "artifact.not-found": "Unable to download artifact(s): Artifact not found for name: dist Please ensure that your artifact is not expired",
    "action.image": "docker: Error response from daemon: manifest unknown.",
    "url.slash": "400 Your repository URL is missing a trailing slash. Please add it and try again.",
    "index.read-only": "403 Read-only mode: Uploads are temporarily disabled.",
    "index.5xx": "HTTPError: 503 Service Unavailable from https://upload.example/legacy/",
    "index.400-blank": "HTTPError: 400 Bad Request from https://upload.example/legacy/ Bad Request",
}  # fmt: skip


@pytest.mark.parametrize(("expected", "message"), MESSAGES.items(), ids=list(MESSAGES))
def test_twines_messages_are_understood_though_they_break_in_the_middle_of_words(expected: str, message: str) -> None:
    assert rule(explain(twine_log(message))) == expected


@pytest.mark.parametrize("columns", [60, 79, 80, 81, 100])
def test_the_width_of_the_terminal_does_not_matter(columns: int) -> None:
    log = stamped(twine_message(MESSAGES["att.reusable"], columns=columns))
    diagnosis = explain(log)
    assert rule(diagnosis) == "att.reusable"
    assert diagnosis.finding is not None
    assert diagnosis.finding.details == {"wf": "publish.yml", "repo": "acme/widget"}


def test_uvs_messages_are_understood() -> None:
    diagnosis = explain(UV_LOG)
    assert diagnosis.finding is not None
    assert (diagnosis.finding.rule, diagnosis.finding.details) == ("meta.local-version", {"v": "1.2.0+g1a2b3c4"})
    assert (diagnosis.finding.who, diagnosis.finding.retry) == (Who.WORKFLOW, Retry.NEW_RUN)


def test_a_successful_log_explains_nothing() -> None:
    assert explain(GOOD_LOG).finding is None


def test_no_failed_job_is_no_diagnosis() -> None:
    assert diagnose([JobReport("build", "success", BUILD_LOG), JobReport("publish", "skipped")]) == Diagnosis(None)


def test_the_lines_of_an_unknown_failure() -> None:
    diagnosis = explain(BUILD_LOG)
    assert diagnosis.finding is None
    assert (
        "ValueError: Unable to determine which files to ship inside the wheel using the following heuristics"
        in diagnosis.lines
    )
    assert "ERROR Backend subprocess exited when trying to invoke build_sdist" in diagnosis.lines
    assert not any("2026-11-20T" in line or "##[" in line or "exit code" in line for line in diagnosis.lines)


def test_the_lines_of_a_known_failure_are_those_of_its_message() -> None:
    diagnosis = explain(twine_log(MESSAGES["file.exists"]))
    text = "".join("".join(line.split()) for line in diagnosis.lines)
    assert "Filealreadyexists('widget-1.2.0-py3-none-any.whl'" in text
    assert not any("\x1b" in line or "2026-11-20T" in line for line in diagnosis.lines)


def test_a_log_without_any_hint_shows_its_end() -> None:
    assert explain("\n".join(f"line {n}" for n in range(100))).lines == tuple(f"line {n}" for n in range(90, 100))
    assert explain("").lines == ()


def test_annotations_count_for_jobs_that_never_had_a_log() -> None:
    diagnosis = explain("", 'Tag "v1.2.0" is not allowed to deploy to pypi due to environment protection rules.')
    assert rule(diagnosis) == "env.ref-not-allowed"
    assert diagnosis.lines == ('Tag "v1.2.0" is not allowed to deploy to pypi due to environment protection rules.',)
    assert (
        rule(explain("", "The job was not acquired by Runner of type hosted even after multiple attempts"))
        == "gh.no-runner"
    )


def test_several_lines_in_one_workflow_command() -> None:
    log = stamped("::error::Trusted publishing exchange failure:%0AToken request failed:%0A* `invalid-publisher`: valid token, but no corresponding publisher%0A* sub: repo:acme/widget")  # fmt: skip
    diagnosis = explain(log)
    assert rule(diagnosis) == "mint.no-publisher"
    assert diagnosis.lines[0] == "Trusted publishing exchange failure:"
    assert "* sub: repo:acme/widget" in diagnosis.lines


def test_generic_rules_and_warnings_come_last() -> None:
    both = twine_log(
        "HTTPError: 400 Bad Request from https://upload.example/legacy/ Only one sdist may be uploaded per release."
    )
    diagnosis = explain(both)
    assert (rule(diagnosis), [other.rule for other in diagnosis.others]) == ("file.one-sdist", ["index.400-blank"])
    warned = twine_log(
        "an explicit password was also set, disabling Trusted Publishing\nHTTPError: 429 Too Many Requests"
    )
    assert rule(explain(warned)) == "index.429"


def test_the_job_that_failed_goes_before_those_it_cancelled() -> None:
    reports = [
        JobReport("a", "cancelled", stamped("##[error]The operation was canceled.")),
        JobReport("b", "failure", twine_log(MESSAGES["auth.none"])),
        JobReport("c", "failure", BUILD_LOG),
    ]
    diagnosis = diagnose(reports)
    assert (diagnosis.job, rule(diagnosis)) == ("b", "auth.none")
    assert "gh.cancelled" in [other.rule for other in diagnosis.others]


SECRETS = [
    "pypi-AgEIcHlwaS5vcmcCJDAwMDAwMDAwLTAwMDAtMDAwMC0wMDAwLTAwMDAwMDAwMDAwMA",
    "ghp_abcdefghijklmnopqrstuvwxyz0123456789",
    "ghs_123456_eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJnaXRodWIifQ.c2lnbmF0dXJl",
    "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJzdWIiOiJyZXBvOmFjbWUvd2lkZ2V0In0.c2lnbmF0dXJlc2lnbmF0dXJl",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_secrets_are_masked(secret: str) -> None:
    for log in (stamped(f"error: login with {secret} failed"), twine_log(f"error: login with {secret} failed")):
        shown = "".join("".join(line.split()) for line in explain(log).lines)
        assert "loginwith" in shown
        pieces = {secret[at : at + 12] for at in range(4, len(secret) - 12)}
        assert not [piece for piece in pieces if piece in shown], shown


def test_what_is_shown_is_bounded() -> None:
    log = stamped("\n".join(f"error: {'x' * 5000} {n}" for n in range(500)))
    diagnosis = explain(log)
    assert len(diagnosis.lines) <= 15
    assert all(len(line) <= 400 for line in diagnosis.lines)


def test_only_the_end_of_a_long_log_is_read() -> None:
    early = twine_log(MESSAGES["auth.none"])
    assert explain(early + "\n" + "y" * MOST_CHARACTERS).finding is None
    assert rule(explain("y" * MOST_CHARACTERS + "\n" + early)) == "auth.none"


@given(st.text(max_size=300))
def test_any_log_has_a_diagnosis_without_control_characters(log: str) -> None:
    for line in explain(log).lines:
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", line)


# --- The rules themselves ----------------------------------------------------------------------------------------------


def test_rules_are_many_and_named_once() -> None:
    names = [one.id for one in RULES]
    assert len(names) == len(set(names)) == 138


@pytest.mark.parametrize("one", RULES, ids=[one.id for one in RULES])
def test_each_rule_speaks_in_sentences_and_repeats_nothing_without_bound(one: Rule) -> None:
    for sentence in (one.cause, one.fix):
        assert sentence[0].isupper() or sentence[0] == "`"
        assert sentence.endswith(".")
    outside_sets = re.sub(r"\[(?:\\.|[^\]\\])+\]", "S", one.compiled.pattern)
    assert not re.search(r"(?<!\\)[*+]|\{\d+,\}", outside_sets)


def test_the_slowest_log_a_stranger_can_write_is_read_in_time() -> None:
    """Beginnings of messages that never end, as many as fit."""
    beginnings = ["File already exists ('", "Failed to fetch: `https://", "Tag \"", "rekor.sigstore.dev", "timed out", "Build Config URI",
                  "Unable to resolve action `a@", "is not allowed in a", "License-File x", "'", "invalid-payload", "Upload with attestations requested, but "]  # fmt: skip
    for beginning in beginnings:
        log = beginning * (200_000 // len(beginning))
        started = time.process_time()
        explain(log)
        assert time.process_time() - started < 4, beginning
