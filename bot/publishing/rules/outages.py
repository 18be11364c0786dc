"""The index and the way to it."""

from __future__ import annotations

from bot.publishing.rules.rule import Retry, Rule, Who

RULES = (
    Rule(
        "index.read-only",
        r"Read-only mode: Uploads are temporarily disabled",
        cause="The index is in maintenance and takes no uploads.",
        fix="Wait, then re-run the failed jobs.",
        who=Who.NOBODY,
        retry=Retry.RERUN,
    ),
    Rule(
        "index.uploads-off",
        r"New uploads are temporarily disabled",
        cause="The index takes no uploads at the moment.",
        fix="Wait, then re-run the failed jobs.",
        who=Who.NOBODY,
        retry=Retry.RERUN,
    ),
    Rule(
        "index.org-inactive",
        r"Organization account owning this project is inactive",
        cause="The organisation that owns the project on the index is inactive.",
        fix="Write to the index's support for organisations.",
        who=Who.INDEX_OWNER,
        retry=Retry.FIX_THEN_RERUN,
    ),
    Rule(
        "index.5xx",
        r'(HTTPError: (?P<code>50\d|52\d)[A-Za-z<>]{0,40}from https?://|Received "(?P<code2>50\d)|status code (?P<code3>50\d))',
        cause="The index or its CDN failed; twine has tried five times already.",
        fix="Wait (status.python.org tells more), compare the files, then re-run with `skip-existing: true`: a file may have been stored in spite of the error.",
        who=Who.NOBODY,
        retry=Retry.COMPARE_FIRST,
        generic=True,
    ),
    Rule(
        "index.429",
        r"(HTTPError: 429|status code 429)",
        cause="The index limits the rate of requests.",
        fix="Wait an hour, then re-run the failed jobs.",
        who=Who.NOBODY,
        retry=Retry.RERUN,
    ),
    Rule(
        "index.network",
        r"(ConnectionResetError|Connection aborted|RemoteDisconnected|NameResolutionError|Temporary failure in name resolution|SSLError|ProtocolError|Failed to send POST request)",
        cause="The network failed between runner and index.",
        fix="Compare the files, then re-run with `skip-existing: true`.",
        who=Who.NOBODY,
        retry=Retry.COMPARE_FIRST,
        generic=True,
    ),
    Rule(
        "index.400-blank",
        r"HTTPError: 400 Bad Request from (?P<url>https?://\S{1,200}?/legacy/)(Bad Request)?",
        cause="The index refused the file, but its reason did not reach the log.",
        fix="Compare the index with what was built; set `verbose: true` on the upload to see the reason next time.",
        who=Who.WORKFLOW,
        retry=Retry.COMPARE_FIRST,
        generic=True,
    ),
)
