"""Payloads that GitHub really sent: each is answered with a reason, none ends in an error of ours.

A sample lies in ``data``; the whole set is used where ``AWEIGH_WEBHOOK_EXAMPLES`` says it lies (see ``data/README.md``).
"""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog

from tests.intake.test_webhook import NEW, Door

SAMPLE = Path(__file__).with_name("data") / "webhooks-examples-7.6.1.json"
# Every host that a payload of theirs can come from: github.com, and GitHub Enterprise Server by version.
WHOLE = os.environ.get("AWEIGH_WEBHOOK_EXAMPLES")
FILES = sorted(Path(WHOLE).glob("*/index.json")) if WHOLE else [SAMPLE]


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    async with Door().open(NEW) as opened:
        yield opened


def list_examples(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    for event in json.loads(file.read_text()):
        for example in event["examples"]:
            yield event["name"], example


def as_an_app_gets_it(example: dict[str, Any]) -> dict[str, Any]:
    """Most examples were sent to a repository's webhook, whose deliveries name no installation."""
    return {"installation": {"id": 7}, **example}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
async def test_every_official_example_is_understood(door: Door, file: Path) -> None:
    answers = Counter[str]()
    with structlog.testing.capture_logs() as lines:
        for event, example in list_examples(file):
            status, said = await door.send(event, as_an_app_gets_it(example))
            assert status == 202, f"{event} {example.get('action')}: {said}"
            answers[said.partition(":")[0]] += 1
    await door.engine.idle()
    assert [line for line in lines if line["log_level"] in {"warning", "error", "critical"}] == []
    assert answers["dropped"]
    assert answers["wake-up"]
    print(dict(answers))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.name)
async def test_every_official_example_as_it_is_gets_an_answer_below_500(door: Door, file: Path) -> None:
    with structlog.testing.capture_logs() as lines:
        for event, example in list_examples(file):
            status, said = await door.send(event, example)
            assert status in {202, 400}, f"{event} {example.get('action')}: {said}"
            # What is refused lacks what the deliveries of an App have.
            assert status == 202 or "installation" in said
    assert not [line for line in lines if line["log_level"] in {"error", "critical"} or "exc_info" in line]
