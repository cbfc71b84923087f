"""Taking files in: rows from a reader into the books, workflows started as they go."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from temporalio import activity

from activities.failing import plainly
from activities.living import alive
from models import names
from models.errors import RefusedError
from models.ledger.entries import Reject
from models.orders import Entry, File, Imported
from models.ports import Clock, Engine, Locale, Reader
from models.store.booking import Booking, Tell
from models.store.books import Books
from models.wire import FileIn, FileTaken

Keep = Callable[[Iterator[Reject], Path], int]
Fill = Callable[[Path, Locale, str, Sequence[Reject]], list[Reject]]


@dataclass(frozen=True, slots=True)
class Files:
    """How files are read: rows by a reader, forms by mapping files, rejects filled and kept."""

    reader: Reader
    load: Callable[[Path], Locale]
    keep: Keep
    fill: Fill


class Reading:
    """Reads files of one format into the books."""

    def __init__(self, books: Books, files: Files, engine: Engine, clock: Clock) -> None:
        """Use these books, this way of reading files, and this way to workflows."""
        self._books = books
        self._booking = Booking(books)
        self._files = files
        self._engine = engine
        self._clock = clock

    @activity.defn(name=names.TAKE_IN)
    @plainly
    async def take_in(self, ask: FileIn) -> FileTaken:
        """Take a file in. Idempotent: what is in the books already changes nothing."""
        path = Path(ask.path)
        rejects: list[Reject] = []
        started = 0

        async def tell(entries: Sequence[Entry]) -> None:
            nonlocal started
            told = await self._engine.tell(ask.creditor, entries)
            started += told

        async with alive():
            imported = await self._booked(ask, path, rejects, tell)
        kept = path.with_name(f"{path.stem}.rejects.csv")
        whole = await asyncio.to_thread(
            self._files.fill, path, self._locale(ask), ask.kind, rejects
        )
        written = self._files.keep(iter(whole), kept)
        return FileTaken(
            rows=imported.rows,
            new=imported.new,
            changed=imported.changed,
            unchanged=imported.unchanged,
            settled=imported.settled,
            rejected=imported.rejected,
            waiting=imported.waiting,
            started=started,
            state=imported.state,
            rejects=str(kept) if written else "",
        )

    def _locale(self, ask: FileIn) -> Locale:
        return self._files.load(Path(ask.mapping)) if ask.mapping else Locale()

    async def _booked(self, ask: FileIn, path: Path, rejects: list[Reject], tell: Tell) -> Imported:
        at = self._clock()
        creditor = self._books.creditor(ask.creditor)
        locale = self._locale(ask)
        file = File(
            name=path.name,
            sha256=await asyncio.to_thread(_digest, path),
            content_on=ask.content_on or self._books.today(creditor, at),
            actor=ask.actor,
            at=at,
            complete=ask.complete,
            accepted=ask.accepted,
            oldest=ask.oldest,
        )
        reader, refuse = self._files.reader, rejects.append
        match ask.kind:
            case "items":
                return await self._booking.import_items(
                    ask.creditor, reader.items(path, locale), file, reject=refuse, tell=tell
                )
            case "contacts":
                rows = reader.contacts(path, locale)
                return await self._booking.import_contacts(ask.creditor, rows, file, reject=refuse)
            case "payments":
                return await self._booking.import_payments(
                    ask.creditor, reader.payments(path, locale), file, reject=refuse, tell=tell
                )
            case _:
                message = f"{ask.kind!r} is not items, contacts or payments"
                raise RefusedError(message)


def _digest(path: Path) -> str:
    """Return the SHA-256 of a file.

    Raises:
        RefusedError: it cannot be read.
    """
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as unread:
        message = f"{path} cannot be read: {unread.strerror}"
        raise RefusedError(message) from unread
