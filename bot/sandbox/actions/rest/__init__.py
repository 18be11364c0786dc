"""The routes of Actions, environments and deployments."""

from bot.sandbox.actions.rest import deployments, environments, gates, jobs, runs, workflows

PARTS = (workflows.routes, runs.routes, jobs.routes, gates.routes, environments.routes, deployments.routes)

__all__ = ["PARTS"]
