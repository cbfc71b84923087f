"""What happens in the demo: two weeks in front of the reader, then what they came to."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from channels.desk.demo import sheets
from channels.desk.demo.ledger import DemoItem, debtors, ledger
from channels.desk.demo.scene import Scene
from channels.desk.demo.summary import summary
from channels.desk.ports import Opened
from models.views import Selection

_CREDITORS: Final = ("atelier-nord", "kontor-west")
_APPROVERS: Final = {"atelier-nord": "yann", "kontor-west": "petra"}
#: Who promises, who disputes and who is put on hold.
_PROMISES, _DISPUTES, _HELD = "C1003", "70008", "70006"


async def tell(scene: Scene) -> None:
    """Tell the whole story; it ends by itself."""
    items = ledger(scene.work.first)
    await _begin(scene, items)
    await _first_week(scene, items)
    await _second_week(scene, items)
    await summary(scene)


async def _begin(scene: Scene, items: Sequence[DemoItem]) -> None:
    """Read everything in, look at what would happen, and let it begin."""
    folder = scene.desk.var / "ledgers"
    paths = sheets.write_ledgers(items, folder)
    invoices = sum(not item.credit for item in items)
    scene.say(
        f"Two creditors, {len(debtors())} debtors, {invoices} open invoices and some credit "
        "notes; all of them invented."
    )
    scene.say(f"A day takes {scene.work.seconds:g} seconds. The files are in {folder}.")
    for creditor, path in paths.items():
        await scene.typed("import", "invoices", str(path), "--creditor", creditor)
        contacts = sheets.write_contacts(creditor, folder)
        await scene.typed("import", "contacts", str(contacts), "--creditor", creditor)
    scene.say("")
    scene.say("Nobody is written to yet: a first import is frozen. What would be sent?")
    monday = scene.work.first.isoformat()
    span = ("--from", monday, "--until", monday)
    await scene.rehearsed("rehearse", str(paths[_CREDITORS[0]]), "--creditor", _CREDITORS[0], *span)
    scene.say("")
    scene.say("That looks right: let it begin.")
    for creditor in _CREDITORS:
        await scene.typed("thaw", creditor)


async def _first_week(scene: Scene, items: Sequence[DemoItem]) -> None:
    await scene.until(0)
    scene.say("Reminders leave when the offices open: one mail a debtor, in its language.")
    await scene.until(1)
    promised = _late(items, _PROMISES)[0]
    scene.say("A debtor writes that it will pay. Its word pauses the invoice, and is confirmed.")
    await scene.typed("promise", promised.number, "--by", "tomorrow")
    disputed = _late(items, _DISPUTES)[0]
    scene.say("")
    scene.say("Another one complains: what is in dispute is not chased.")
    await scene.typed("dispute", disputed.number, "--reason", "quality")
    scene.letter()
    await scene.typed("notices", lines=8)
    await scene.until(2)
    await scene.typed("next", promised.number, disputed.number)
    scene.say("")
    scene.say("The bank's file comes in. What is paid is never chased again.")
    for creditor in _CREDITORS:
        bank = _bank(scene, items, creditor)
        await scene.typed("import", "payments", str(bank), "--creditor", creditor)
    await scene.typed("unallocated")
    await scene.until(3)
    scene.say("Somebody asks to leave a debtor alone for a while.")
    await scene.typed("hold", "--debtor", _HELD, "--until", "+10", "--reason", "new contact")
    await _approved(scene)


async def _second_week(scene: Scene, items: Sequence[DemoItem]) -> None:
    disputed = _late(items, _DISPUTES)[0]
    promised = _late(items, _PROMISES)[0]
    await scene.until(7)
    scene.say("The goods were fine after all: the dispute ends against the debtor.")
    await scene.typed("settle", disputed.number, "--outcome", "against")
    await scene.until(8)
    scene.say("The promise was not kept, so its invoice is chased again. Ask it why:")
    await scene.typed("why", promised.number, "--last", "1")
    await scene.typed("tasks", lines=8)
    await _approved(scene)
    await scene.until(9)


async def _approved(scene: Scene) -> None:
    """Say yes to what waits for it: each time to the first formal notice of a creditor."""

    async def waiting(opened: Opened) -> list[tuple[str, str]]:
        tasks = await opened.views.tasks(Selection())
        asked = [task for task in tasks if task.kind == "approval" and task.number]
        return list({task.creditor: (task.creditor, task.number) for task in asked}.values())

    found = await scene.looked(waiting)
    if not found:
        return
    scene.say("")
    scene.say("A formal notice is an act of law: it waits until a person says yes.")
    for creditor, number in found:
        named = ("--creditor", creditor, "--as", _APPROVERS[creditor])
        await scene.typed("approve", number, *named)


def _late(items: Sequence[DemoItem], code: str) -> list[DemoItem]:
    """Return a debtor's invoices that nothing was said of yet, the oldest first."""
    mine = [item for item in items if item.debtor.code == code and not item.credit]
    plain = [item for item in mine if not item.disputed and not item.level]
    return sorted(plain, key=lambda item: (item.due, item.number))


def _bank(scene: Scene, items: Sequence[DemoItem], creditor: str) -> Path:
    """Write what the bank says: some pay in full, one a part, one nobody knows what for."""
    spared = {_late(items, code)[0].number for code in (_PROMISES, _DISPUTES)}
    mine = [
        item
        for item in items
        if item.debtor.creditor == creditor and not item.credit and item.number not in spared
    ]
    today = scene.today()
    rows = [
        (today, _point(item.open), item.debtor.currency, item.number, f"{creditor}-{place}")
        for place, item in enumerate(mine[1::6])
    ]
    part = mine[3]
    rows.append((today, _point(part.open // 2), part.debtor.currency, part.number, "part"))
    rows.append((today, "123.45", "EUR", "", "unclear"))
    return sheets.write_payments(rows, scene.desk.var / "ledgers" / f"{creditor}-bank.csv")


def _point(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"
