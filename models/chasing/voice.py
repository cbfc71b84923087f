"""What a rehearsal says to one debtor: at once, beside, and answers at their own slot."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime

from models.chasing.confirming import still
from models.chasing.happening import Sim
from models.chasing.moment import Draft
from models.chasing.portfolio import Account
from models.chasing.reaching import Route
from models.chasing.stage import Stage
from models.chasing.timeline import Entry, Speaker, entries


class Voice:
    """Speaks for one account; what was said is in ``timeline``."""

    def __init__(self, account: Account) -> None:
        """Begin with nothing said and nothing to answer."""
        self.timeline: list[Entry] = []
        self._account = account
        self._answers: list[Draft] = []
        self._beside: set[tuple[str, str, int, str]] = set()

    def tell(self, draft: Draft) -> None:
        """Put a draft on the timeline."""
        beside = tuple(way.channel for way in draft.beside)
        account = self._account
        speaker = Speaker(account.creditor, account.code, draft.route.channel, beside)
        self.timeline.extend(entries(draft, speaker, draft.why))

    def say(self, draft: Draft) -> None:
        """Say levels; beside the notice, only where none of them was said before."""
        self.tell(replace(draft, beside=tuple(self._new_beside(draft))))

    def promise(self, answers: list[Draft]) -> None:
        """Keep answers until their slot."""
        self._answers += answers

    def moments(self) -> list[datetime]:
        """Return the slots of the answers that wait."""
        return [draft.at for draft in self._answers]

    def answer(self, sims: Mapping[str, Sim], stage: Stage, now: datetime) -> None:
        """Send the answers whose slot has come and that are still true; none to the insolvent."""
        due = [draft for draft in self._answers if draft.at <= now]
        self._answers = [draft for draft in self._answers if draft.at > now]
        for draft in due:
            days = {part.by for part in draft.instalments}
            true = (still(sims[line.number].case, line, draft.kind, days) for line in draft.lines)
            if stage.facts(draft.policy, now).insolvent_on is None and all(true):
                self.tell(draft)

    def _new_beside(self, draft: Draft) -> Iterator[Route]:
        for way in draft.beside:
            said = {(line.number, line.level, line.round, way.channel) for line in draft.lines}
            if not said & self._beside:
                yield way
            self._beside |= said
