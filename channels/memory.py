"""A channel that keeps what it is given: for tests, and for trying a policy out."""

from collections.abc import Iterator
from dataclasses import dataclass

from models.chasing.notice import Notice
from models.errors import RelanceError, UncertainError
from models.ports import Receipt


@dataclass(frozen=True, slots=True)
class _Fault:
    error: RelanceError
    times: int


class Memory:
    """Keeps each notice once by its key, and fails where a test tells it to.

    >>> channel = Memory()
    >>> len(channel), channel.notices
    (0, [])
    """

    def __init__(self) -> None:
        self._kept: dict[str, Notice] = {}
        self._faults: dict[str, _Fault] = {}
        self._blind = False
        self.attempts: list[str] = []

    @property
    def notices(self) -> list[Notice]:
        """What arrived, in order."""
        return list(self._kept.values())

    def fail(self, key: str, error: RelanceError, times: int = 1) -> None:
        """Meet the next sends of a key with an error; an ``UncertainError`` arrives all the same.

        Args:
            key: of the notice; empty for whatever comes next.
            error: a RefusedError, UnavailableError or UncertainError.
            times: how many sends fail before one goes through.
        """
        self._faults[key] = _Fault(error, times)

    def go_blind(self) -> None:
        """Answer :meth:`sent` with "nobody can say" from now on, as mail does."""
        self._blind = True

    async def send(self, notice: Notice) -> Receipt:
        """Keep a notice. See :class:`models.ports.Channel`."""
        self.attempts.append(notice.key)
        fault = self._taken(notice.key) or self._taken("")
        if fault is None or isinstance(fault, UncertainError):
            self._kept.setdefault(notice.key, notice)
        if fault is not None:
            raise fault
        return Receipt(reference=f"memory:{notice.key}")

    async def sent(self, notice: Notice) -> bool | None:
        """Say whether a notice was kept."""
        return None if self._blind else notice.key in self._kept

    def __len__(self) -> int:
        """Count what arrived."""
        return len(self._kept)

    def __iter__(self) -> Iterator[Notice]:
        """Go through what arrived, in order."""
        return iter(self.notices)

    def _taken(self, key: str) -> RelanceError | None:
        fault = self._faults.pop(key, None)
        if fault is None:
            return None
        if fault.times > 1:
            self._faults[key] = _Fault(fault.error, fault.times - 1)
        return fault.error
