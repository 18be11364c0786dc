"""Answers that are errors, in GitHub's form."""

from collections.abc import Mapping, Sequence
from typing import Any

from bot.sandbox.http.messages import Response, reply

DOCUMENTATION = "https://docs.sandbox.invalid/rest"


class HttpError(Exception):
    """An answer that is an error; its body has GitHub's form."""

    status = 500
    message = "Server Error"

    def __init__(
        self,
        message: str | None = None,
        *,
        errors: Sequence[Mapping[str, Any] | str] | None = None,
        headers: Mapping[str, str] | None = None,
        status: int | None = None,
    ) -> None:
        self.message = message or type(self).message
        self.status = status or type(self).status
        self.errors = errors
        self.headers = dict(headers or {})
        super().__init__(f"{self.status} {self.message}")

    def response(self) -> Response:
        """The answer to send."""
        content: dict[str, Any] = {"message": self.message}
        if self.errors is not None:
            content["errors"] = list(self.errors)
        content |= {"documentation_url": DOCUMENTATION, "status": str(self.status)}
        return reply(self.status, content, self.headers)


class BadRequestError(HttpError):
    """400."""

    status, message = 400, "Problems parsing JSON"


class UnauthorizedError(HttpError):
    """401."""

    status, message = 401, "Bad credentials"


class ForbiddenError(HttpError):
    """403."""

    status, message = 403, "Resource not accessible by integration"


class NotFoundError(HttpError):
    """404; also for what the caller must not know of."""

    status, message = 404, "Not Found"


class MethodNotAllowedError(HttpError):
    """405; GitHub's word for a pull request that cannot be merged."""

    status, message = 405, "Pull Request is not mergeable"


class ConflictError(HttpError):
    """409."""

    status, message = 409, "Conflict"


class GoneError(HttpError):
    """410."""

    status, message = 410, "Gone"


class UnprocessableError(HttpError):
    """422 with a sentence and no list of fields."""

    status, message = 422, "Validation Failed"


def invalid(resource: str, field_name: str, code: str = "invalid", message: str | None = None) -> UnprocessableError:
    """422 ``Validation Failed`` about one field: code is missing, missing_field, invalid, already_exists or custom."""
    error = {"resource": resource, "code": code, "field": field_name}
    if message is not None:
        error["message"] = message
    return UnprocessableError(errors=[error])


def refused(resource: str, message: str) -> UnprocessableError:
    """422 ``Validation Failed`` with a sentence of the resource's own (code ``custom``)."""
    return UnprocessableError(errors=[{"resource": resource, "code": "custom", "message": message}])
