"""What would be answered about a case now: a look that writes nothing."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing import events as ev
from models.chasing.answers import Contact, Wait
from models.chasing.dunning import settle
from models.chasing.folding import after
from models.chasing.notice import Notice
from models.chasing.policy import Policy
from models.chasing.resting import rests
from models.errors import UnknownError
from models.ledger.creditor import Creditor
from models.store.around import Around, around
from models.store.describing import View, described, journalled, put_off, told
from models.store.engine import Store
from models.store.policies import policy_of
from models.store.previewing import preview
from models.store.reading import Filed, cases_named
from models.store.selecting import split
from models.store.stating import STATEMENT
from models.store.tables.saying import slots
from models.views import Item, Reason

#: So many cases are read by one statement.
_AT_ONCE: Final = 500
_PUT_OFF: Final = select(slots).where(
    slots.c.invoice_id == bindparam("row_id"), slots.c.level != STATEMENT, slots.c.blocker != ""
)


class Asking:
    """Answers as the engine would, from the books alone: also when no engine runs."""

    def __init__(
        self, store: Store, creditors: Mapping[str, Creditor], channels: frozenset[str]
    ) -> None:
        """Ask about these creditors' cases, with these channels connected."""
        self._store = store
        self._creditors = creditors
        self._channels = channels

    async def answered(
        self, items: Iterable[Item], now: datetime, under: Policy | None = None
    ) -> Sequence[tuple[Item, Reason | None]]:
        """Return items as they stand at an instant, each with the answer it would get.

        ``under`` shows them as if they were moved to another policy now. A closed item has
        no answer. Nothing is recorded: a promise that has just broken is
        shown as broken, and written down by the next look.

        Raises:
            UnavailableError: the books do not answer.
        """
        worlds: dict[int, Around] = {}
        answers: list[tuple[Item, Reason | None]] = []
        asked = list(items)
        async with self._store.reading() as connection:
            known = await _filed(connection, asked)
            for item in asked:
                filed = known.get((item.creditor, item.number))
                if filed is None:
                    answers.append((item, None))
                    continue
                if filed.debtor_id not in worlds:
                    creditor = self._creditor(item.creditor)
                    worlds[filed.debtor_id] = await around(connection, creditor, filed.debtor_id)
                world = worlds[filed.debtor_id]
                policy = await policy_of(connection, filed.case.policy_hash)
                if under is not None:
                    filed, policy = _moved(filed, under, now), under
                answers.append(await self._answered(connection, item, (filed, policy), world, now))
        return answers

    async def notice(self, creditor: str, number: str, now: datetime) -> Notice | None:
        """Return the notice to which an invoice awaits a yes, as it would leave now."""
        async with self._store.reading() as connection:
            owner = self._creditor(creditor)
            return await preview(connection, owner, number, self._channels, now)

    def _creditor(self, key: str) -> Creditor:
        if key not in self._creditors:
            message = f"no creditor file has the key {key!r} any more: put it back into the config"
            raise UnknownError(message)
        return self._creditors[key]

    async def _answered(
        self,
        connection: AsyncConnection,
        item: Item,
        placed: tuple[Filed, Policy],
        world: Around,
        now: datetime,
    ) -> tuple[Item, Reason]:
        filed, policy = placed
        facts = world.facts(filed.id, policy, self._channels, now)
        case, _, answer = settle(filed.case, policy, facts, now)
        view = View(filed, case, policy, facts, answer, now)
        looked = described(view, until=answer.until if isinstance(answer, Wait) else None)
        if isinstance(answer, Contact):
            for row in await connection.execute(_PUT_OFF, {"row_id": filed.id}):
                if (row.level, row.round) == answer.step:
                    looked = put_off(view, row.at, row.blocker)
        said = journalled(policy, answer)
        fresh = replace(
            item,
            state=looked.state,
            level=case.level,
            next_at=looked.next_at,
            next_on=None if looked.next_at is None else policy.day(looked.next_at),
            blockers=looked.blockers,
            why=answer.why,
            rule=answer.rule,
            policy=policy.name,
            extended=None if case.chase_due == case.due else case.chase_due,
            rests=rests(case, policy, facts, now),
        )
        reason = Reason(
            at=now,
            rule=answer.rule,
            why=answer.why,
            policy=policy.name,
            version=policy.version,
            hash=policy.hash,
            blockers=split(said["blockers"]),
            facts=json.loads(told(facts, case)),
            answer=json.loads(said["answer"]),
            engine="",
        )
        return fresh, reason


async def _filed(
    connection: AsyncConnection, items: Sequence[Item]
) -> dict[tuple[str, str], Filed]:
    """Return the cases of items that are not closed, by creditor and number."""
    numbers: dict[str, list[str]] = defaultdict(list)
    for item in items:
        if not item.closed:
            numbers[item.creditor].append(item.number)
    return {
        (creditor, filed.case.invoice.number): filed
        for creditor, named in numbers.items()
        for first in range(0, len(named), _AT_ONCE)
        for filed in await cases_named(connection, creditor, named[first : first + _AT_ONCE])
    }


def _moved(filed: Filed, policy: Policy, now: datetime) -> Filed:
    """Return a case as if it went on under another policy from now on."""
    change = ev.PolicyChanged(
        on=policy.day(now), policy=policy.name, version=policy.version, hash=policy.hash
    )
    return replace(filed, case=after(filed.case, change))
