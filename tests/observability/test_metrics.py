"""The figures an operator scrapes."""

from __future__ import annotations

from dataclasses import dataclass

from bot.observability.metrics import Metrics


@dataclass(frozen=True)
class Sent:
    method: str = "GET"
    path: str = "/repos/{repository}"
    status: int = 200
    seconds: float = 0.1
    resource: str = "core"
    remaining: int | None = 4999


def test_counts_what_it_is_told() -> None:
    metrics = Metrics()
    metrics.count_delivery("push", "wake-up")
    metrics.count_delivery("push", "wake-up")
    metrics.count_job("delivery", "done", 0.5)
    metrics.count_exchange(Sent())
    metrics.count_exchange(Sent(status=0, remaining=None))
    metrics.set_dead_letters(3)
    metrics.count_command("release", "refused", "role-too-low")
    text = metrics.render().decode()
    assert 'aweigh_deliveries_total{event="push",outcome="wake-up"} 2.0' in text
    assert 'aweigh_jobs_total{kind="delivery",outcome="done"} 1.0' in text
    assert 'aweigh_job_seconds_count{kind="delivery"} 1.0' in text
    assert 'aweigh_github_requests_total{method="GET",path="/repos/{repository}",status="0"} 1.0' in text
    assert 'aweigh_github_rate_limit_remaining{resource="core"} 4999.0' in text
    assert "aweigh_dead_letters 3.0" in text
    assert 'aweigh_commands_total{command="release",decision="refused",reason="role-too-low"} 1.0' in text


def test_two_bots_in_one_process_count_apart() -> None:
    first, second = Metrics(), Metrics()
    first.count_delivery("push", "dropped")
    assert 'outcome="dropped"' not in second.render().decode()
