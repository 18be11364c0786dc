"""Logs as runners keep them: time stamps, groups, colours, and twine's lines that break in the middle of words."""

from __future__ import annotations

import textwrap


def stamped(text: str) -> str:
    """Text as the log of a job: a time stamp before each line."""
    lines = textwrap.dedent(text).strip("\n").split("\n")
    return "\ufeff" + "\n".join(
        f"2026-11-20T12:{n // 60 % 60:02}:{n % 60:02}.1234567Z {line}" for n, line in enumerate(lines)
    )


def twine_message(text: str, *, columns: int = 80, indent: int = 9) -> str:
    """A message as rich prints it for twine: level before the first line, then broken at the column, words or not."""
    room = columns - indent
    pieces = [text[at : at + room] for at in range(0, len(text), room)]
    head = f"\x1b[31mERROR   \x1b[0m {pieces[0]}"
    return "\n".join([head, *(" " * indent + piece.rstrip() for piece in pieces[1:])])


def twine_log(message: str) -> str:
    """A publishing job of the PyPA action whose upload the index refused."""
    before = textwrap.dedent(
        """\
        ##[group]Run pypa/gh-action-pypi-publish@release/v1
        with:
          packages-dir: dist
        ##[endgroup]
        ##[command]/usr/bin/docker run --name ghcrio -e "INPUT_PASSWORD" ghcr.io/pypa/gh-action-pypi-publish:release-v1
        Checking dist/widget-1.2.0-py3-none-any.whl: \x1b[32mPASSED\x1b[0m
        Uploading distributions to the index
        Uploading widget-1.2.0-py3-none-any.whl
        \x1b[2K25l
        \x1b[35m100%\x1b[0m \x1b[90m━━━━━━━━━━━━━━━━━━━━━━━━━━━\x1b[0m \x1b[32m9.6/9.6 kB\x1b[0m • \x1b[33m00:00\x1b[0m
        """
    )
    after = "##[error]Process completed with exit code 1.\nPost job cleanup."
    return stamped(f"{before}{twine_message(message)}\n{after}")


UV_LOG = stamped(
    """
    ##[group]Run uv publish
    uv publish
    ##[endgroup]
    Publishing 2 files to the index
    Uploading widget-1.2.0-py3-none-any.whl (9.6KiB)
    error: Failed to publish `dist/widget-1.2.0-py3-none-any.whl`
      Caused by: Server returned status code 400 Bad Request. Server says: 400 The use of local versions in '1.2.0+g1a2b3c4' is not allowed.
    ##[error]Process completed with exit code 2.
    """
)
BUILD_LOG = stamped(
    """
    ##[group]Run python -m build
    ##[endgroup]
    * Creating isolated environment: venv+pip...
    * Installing packages in isolated environment:
      - hatchling>=1.27
    * Getting build dependencies for sdist...
    * Building sdist...
    Traceback (most recent call last):
      File "/opt/hostedtoolcache/Python/3.13.0/x64/lib/python3.13/site-packages/pyproject_hooks/_in_process/_in_process.py", line 389, in <module>
        main()
      File "/tmp/build-env-x/lib/python3.13/site-packages/hatchling/metadata/core.py", line 1, in core
    ValueError: Unable to determine which files to ship inside the wheel using the following heuristics
    ERROR Backend subprocess exited when trying to invoke build_sdist
    ##[error]Process completed with exit code 1.
    Post job cleanup.
    Cleaning up orphan processes
    """
)
GOOD_LOG = stamped(
    """
    ##[group]Run pypa/gh-action-pypi-publish@release/v1
    ##[endgroup]
    Generating and uploading digital attestations
    Fulcio client using URL: https://fulcio.sigstore.dev
    Transparency log entry created at index 1234 on https://rekor.sigstore.dev
    Showing hash values of files to be uploaded:
    Checking dist/widget-1.2.0.tar.gz: PASSED
    Uploading widget-1.2.0.tar.gz
    100% ━━━━━━━━━━━━━━━━━━━━ 9.6/9.6 kB • 00:00 • ?
    View at:
    Post job cleanup.
    """
)
