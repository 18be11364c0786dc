"""The log of a job as GitHub writes it."""

from collections.abc import Iterable

from bot.sandbox.clock import Clock


class JobLog:
    """Lines with time stamps; markers such as `##[group]` fold, and `##[error]` colours, on the run's page."""

    def __init__(self, clock: Clock, masked: Iterable[str] = ()) -> None:
        self._clock = clock
        self._masked = [secret for secret in masked if secret]
        self._lines: list[str] = []

    def write(self, text: str = "") -> None:
        """Add one or several lines, with the secrets in them masked."""
        for secret in self._masked:
            text = text.replace(secret, "***")
        stamp = self._clock.now().strftime("%Y-%m-%dT%H:%M:%S.%f0Z")
        self._lines += [f"{stamp} {line}" for line in text.split("\n")]

    def group(self, title: str, text: str = "") -> None:
        """Add a group that is shown folded."""
        self.write(f"##[group]{title}")
        if text:
            self.write(text)
        self.write("##[endgroup]")

    def mark_error(self, text: str) -> None:
        """Add an error; what follows its first line is written as it is, like a decoded annotation."""
        self.write(f"##[error]{text}")

    def mark_warning(self, text: str) -> None:
        """Add a warning."""
        self.write(f"##[warning]{text}")

    @property
    def text(self) -> str:
        """Everything so far."""
        return "".join(f"{line}\n" for line in self._lines)
