"""What the demo came to: what was sent to whom, what waits for what, and where it all is."""

from collections import Counter
from collections.abc import Sequence

from channels.desk.cli.output import Output
from channels.desk.cli.tables import Column
from channels.desk.cli.values import several
from channels.desk.cli.words import explained
from channels.desk.demo.scene import Scene
from channels.desk.ports import Opened
from models.policies import shipped
from models.views import Item, Selection, Sent


async def summary(scene: Scene) -> None:
    """Tell it."""

    async def look(opened: Opened) -> tuple[Sequence[Item], Sequence[Sent]]:
        return await opened.views.items(Selection(closed=True)), await opened.views.sent(
            Selection()
        )

    items, notices = await scene.looked(look)
    mails = sorted(scene.mails.glob("*.eml"))
    scene.say("")
    scene.say("What was sent to whom")
    scene.say("")
    _sent(notices)
    scene.say("")
    scene.say("What waits for what")
    scene.say("")
    _waiting(items)
    scene.say("")
    went = sum(one.state == "sent" and one.channel == "email" for one in notices)
    twice = len(mails) - len({path.stem.rpartition("-")[2] for path in mails})
    scene.say(
        f"{several(went, 'mail was', 'mails were')} sent, {len(mails)} arrived, {twice} twice."
    )
    scene.say(f"The mails:       {scene.mails}")
    if scene.ui:
        scene.say(f"The Temporal UI: {scene.ui}")
    scene.say(f"The database:    {scene.database}")


def _sent(notices: Sequence[Sent]) -> None:
    """Write a line a debtor: how often each level was said to it."""
    sent = [one for one in notices if one.state == "sent"]
    levels = sorted({one.level for one in sent if one.level}, key=_rank)
    counts: Counter[tuple[str, str, str, str]] = Counter()
    for one in sent:
        counts[one.creditor, one.name or one.debtor, one.language, one.level or "answers"] += 1
    kinds = [*levels, "answers"]
    debtors = sorted({key[:3] for key in counts})
    columns = [Column("creditor"), Column("debtor"), Column("in")]
    columns += [Column(kind, right=True) for kind in kinds]
    rows = [
        [*debtor, *(str(counts[(*debtor, kind)] or "") for kind in kinds)] for debtor in debtors
    ]
    sums = [str(sum(counts[(*debtor, kind)] for debtor in debtors)) for kind in kinds]
    Output(json=False).table(columns, [*rows, ["", "all", "", *sums]])


def _rank(level: str) -> tuple[int, str]:
    """Return a level's place among those of the longest policy that ships."""
    order = max((policy.by_name for policy in shipped().values()), key=len)
    return order.get(level, len(order)), level


def _waiting(items: Sequence[Item]) -> None:
    """Write how many invoices are in which state, and for what they wait."""
    states = Counter((item.state, item.blockers) for item in items)
    rows = [
        [state, _why(state, blockers), f"{count:,}"]
        for (state, blockers), count in states.most_common()
    ]
    columns = (Column("state"), Column("waits because", wide=True), Column("invoices", right=True))
    Output(json=False).table(columns, rows)


def _why(state: str, blockers: Sequence[str]) -> str:
    if blockers:
        return "; ".join(explained(one).meaning for one in blockers)
    return "its next level has its day" if state == "open" else "-"
