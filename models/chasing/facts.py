"""What a look reads beside the case: the same for every case of a debtor, at one moment."""

from dataclasses import dataclass
from datetime import date, datetime

from models.chasing.answers import Blocker
from models.chasing.hours import Hours
from models.chasing.level import Level
from models.chasing.reaching import Route, Tried, lacking, route
from models.ledger.debtor import Contact, Debtor, Hold, Standing


@dataclass(frozen=True, slots=True)
class Facts:
    """The world around one case.

    Attributes:
        hours: contact hours of the case's policy for this debtor.
        debtor: who is written to, with contacts and their state.
        channels: channels that are connected.
        standing: how far matters have gone with the debtor.
        insolvent_on: day of the judgment; claims issued up to it are stopped.
        debtor_holds: holds on the debtor; ``creditor_holds`` on everybody.
        frozen: whether the creditor stands still; ``thaws_on`` is this debtor's turn.
        fresh: whether the books cover what they must, now.
        stale_until: when to look again while they do not.
        being_said: whether a notice with this case's line is planned or on its way.
        unknown: whether a legal notice's outcome is not known.
        addresses_known: False when nothing is known of any address, as in a rehearsal of a
            ledger without such columns: every level then reaches its first role.
    """

    hours: Hours
    debtor: Debtor
    channels: frozenset[str]
    standing: Standing = Standing.NORMAL
    insolvent_on: date | None = None
    debtor_holds: tuple[Hold, ...] = ()
    creditor_holds: tuple[Hold, ...] = ()
    frozen: bool = False
    thaws_on: date | None = None
    fresh: bool = True
    stale_until: datetime | None = None
    being_said: bool = False
    unknown: bool = False
    addresses_known: bool = True

    def way(self, level: Level, tried: Tried = frozenset()) -> Route | None:
        """Return how a level reaches the debtor, leaving out addresses tried in vain."""
        if self.addresses_known:
            return route(level, self.debtor, self.channels, tried)
        left = self.channels - {channel for channel, _ in tried}
        channel = next((c for c in level.channels if c in left), None)
        return None if channel is None else Route(Contact(role=level.to[0]), channel)

    def lacks(self, level: Level, tried: Tried = frozenset()) -> tuple[str, tuple[Blocker, ...]]:
        """Return what keeps a level that has no way, in words and as blockers."""
        return lacking(level, self.debtor, self.channels, tried)
