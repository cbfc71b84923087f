"""Taking a file in: read, book, tell, and say what came of it."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from channels.desk.cli.command import DONE, FAILED, Call
from channels.desk.cli.concern import whose
from channels.desk.cli.ordering import LATER, actor
from channels.desk.cli.rejecting import Rejecting
from channels.desk.cli.values import money, several
from channels.desk.ports import Opened
from models.errors import RefusedError
from models.ledger.creditor import Creditor
from models.ledger.money import decimal
from models.orders import Entry, File, Imported
from models.ports import Locale
from models.wire import FileIn


@dataclass(slots=True)
class Telling:
    """Tells the engine batch by batch, and stops trying when it is not there."""

    opened: Opened
    creditor: str
    reached: bool = True

    async def __call__(self, entries: Sequence[Entry]) -> None:
        """Tell a batch."""
        if entries and self.reached:
            told = await self.opened.engine.tell(self.creditor, entries)
            if not told:
                self.reached = False


@dataclass(frozen=True, slots=True)
class Taken:
    """What was taken in, and what goes with it."""

    creditor: Creditor
    imported: Imported
    rejecting: Rejecting
    told: bool = True


async def invoices(call: Call, opened: Opened) -> int:
    """Read a ledger's open items in."""
    args = call.args
    creditor, file, locale = _file(call, "items", args.complete)
    if args.background:
        return await _handed_over(call, opened, "items", file)
    tell = Telling(opened, creditor.key)
    rejecting = Rejecting(call, args.file, "items", locale)
    with call.out.counting(f"reading {args.file.name}") as count:
        rows = count.over(rejecting.watched(call.desk.files.reader.items(args.file, locale)))
        done = await opened.booking.import_items(
            creditor.key, rows, file, reject=rejecting.add, tell=tell
        )
    frozen = creditor.key in await opened.views.frozen()
    return _said(call, Taken(creditor, done, rejecting, tell.reached), frozen=frozen)


async def contacts(call: Call, opened: Opened) -> int:
    """Read contacts in."""
    creditor, file, locale = _file(call, "contacts")
    if call.args.background:
        return await _handed_over(call, opened, "contacts", file)
    rejecting = Rejecting(call, call.args.file, "contacts", locale)
    with call.out.counting(f"reading {call.args.file.name}") as count:
        read = call.desk.files.reader.contacts(call.args.file, locale)
        rows = count.over(rejecting.watched(read))
        done = await opened.booking.import_contacts(creditor.key, rows, file, reject=rejecting.add)
    news = done.new + done.changed > 0
    return _said(call, Taken(creditor, done, rejecting, not news or await opened.engine.sweep()))


async def payments(call: Call, opened: Opened) -> int:
    """Read payments in."""
    creditor, file, locale = _file(call, "payments")
    if call.args.background:
        return await _handed_over(call, opened, "payments", file)
    tell = Telling(opened, creditor.key)
    rejecting = Rejecting(call, call.args.file, "payments", locale)
    with call.out.counting(f"reading {call.args.file.name}") as count:
        read = call.desk.files.reader.payments(call.args.file, locale)
        rows = count.over(rejecting.watched(read))
        done = await opened.booking.import_payments(
            creditor.key, rows, file, reject=rejecting.add, tell=tell
        )
    return _said(call, Taken(creditor, done, rejecting, tell.reached))


async def confirm(call: Call, opened: Opened) -> int:
    """Say yes to an import that waits."""
    creditor = whose(call, call.args.creditor)
    tell = Telling(opened, creditor.key)
    settled = await opened.booking.confirm(
        call.args.number, actor(call.args), call.desk.clock(), tell=tell
    )
    if call.out.json:
        call.out.record({"import": call.args.number, "settled": settled, "told": tell.reached})
    call.out.say(f"{several(settled, 'item is', 'items are')} settled by the ledger")
    if not tell.reached:
        call.out.warn(LATER)
    return DONE


async def _handed_over(call: Call, opened: Opened, kind: str, file: File) -> int:
    """Let a worker read the file; it must be where the worker finds it."""
    args = call.args
    creditor = whose(call, getattr(args, "complete", "") or args.creditor)
    ask = FileIn(
        path=str(args.file.resolve()),
        creditor=creditor.key,
        kind=kind,
        complete=file.complete,
        accepted=file.accepted,
        oldest=file.oldest,
        content_on=file.content_on,
        mapping=str(args.mapping.resolve()) if args.mapping else "",
        actor=file.actor,
    )
    workflow = await opened.engine.take_in(ask, file.sha256)
    if call.out.json:
        call.out.record({"workflow": workflow or None, "creditor": creditor.key, "kind": kind})
    if not workflow:
        call.out.warn("Temporal is not reachable: import it without --background, or later")
        return FAILED
    call.out.say(f"a worker reads it in: {workflow} in the Temporal UI says what it comes to")
    return DONE


def _file(call: Call, sheet: str, complete: str = "") -> tuple[Creditor, File, Locale]:
    """Return whose file it is, what it is, and how it is to be read."""
    args, files = call.args, call.desk.files
    if complete and args.creditor and complete != args.creditor:
        message = f"--complete {complete} and --creditor {args.creditor} differ: leave one out"
        raise RefusedError(message)
    creditor = whose(call, complete or args.creditor)
    locale = files.load(args.mapping) if args.mapping else Locale()
    if args.save_mapping:
        files.save(args.save_mapping, _kept(files.found(args.file, locale, sheet), locale))
    now = call.desk.clock()
    today = call.desk.policies[creditor.default_policy].day(now)
    about = File(
        name=args.file.name,
        sha256=_digest(args.file),
        content_on=args.as_of(today) if args.as_of else today,
        actor=actor(args),
        at=now,
        complete=bool(complete),
        oldest=getattr(args, "oldest_first", False),
        accepted=getattr(args, "yes", False),
    )
    return creditor, about, locale


def _kept(form: Locale, said: Locale) -> Locale:
    """Return a form to keep: only a person can decide that a column is to be left out."""
    columns = form.columns.items()
    kept = {name: ours for name, ours in columns if ours or name in said.columns}
    return replace(form, columns=kept)


def _digest(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as wrong:
        raise RefusedError(f"{path} cannot be opened: {wrong.strerror}") from wrong


def _said(call: Call, taken: Taken, *, frozen: bool = False) -> int:
    """Say how many rows became what, and where the others are."""
    done, creditor = taken.imported, taken.creditor
    taken.rejecting.done()
    if call.out.json:
        call.out.record(_as_json(taken, frozen=frozen))
    words = ("new", "changed", "unchanged", "settled", "rejected")
    counts = {word: getattr(done, word) for word in words}
    said = ", ".join(f"{count:,} {word}" for word, count in counts.items() if count) or "nothing"
    call.out.say(f"{creditor.key}: {several(done.rows, 'row')}: {said}")
    for currency, minor in done.left.items():
        call.out.say(f"  {money(minor, currency)} pays nothing yet: see relance unallocated")
    if done.why:
        call.out.warn(done.why)
    if done.state != "done":
        call.out.warn(
            f"{several(done.waiting, 'item')} would be settled: relance import confirm "
            f"{done.import_id} --creditor {creditor.key} says yes"
        )
    if not taken.told:
        call.out.warn(LATER)
    if frozen:
        call.out.say(
            f"  {creditor.key} is frozen: nobody is written to. Look at what would be sent with "
            f"relance rehearse, then relance thaw {creditor.key}"
        )
    return FAILED if done.rejected and done.rejected == done.rows else DONE


def _as_json(taken: Taken, *, frozen: bool) -> dict[str, Any]:
    done, rejects = taken.imported, taken.rejecting.path
    return {
        "import": done.import_id,
        "creditor": taken.creditor.key,
        "rows": done.rows,
        "new": done.new,
        "changed": done.changed,
        "unchanged": done.unchanged,
        "settled": done.settled,
        "rejected": done.rejected,
        "waiting": done.waiting,
        "state": done.state,
        "why": done.why,
        "remarks": taken.rejecting.remarked,
        "rejects": None if rejects is None else str(rejects),
        "left": {currency: decimal(minor, currency) for currency, minor in done.left.items()},
        "told": taken.told,
        "frozen": frozen,
    }
