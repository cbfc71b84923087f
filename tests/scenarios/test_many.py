"""Forty invoices are one contact, and a case that comes back goes on where it stood."""

import pytest
from sqlalchemy import select

from models.store.tables.items import invoices
from tests.scenarios import acting
from tests.scenarios.telling import read

STORY = """# {title}

{title}

```play
rule: 17
from: 2031-03-03
until: {until}
```

```policy
standard-b2b
```

```ledger
number,issued,due,amount,currency,debtor,email,country
{rows}
```

```story
{story}
```

```timeline
on | debtor | channel | level | invoices | amount | currency | also open
```

```end
invoice | state | open | level | blockers
```
"""


def scenario(folder, title, rows, story="", until="2031-03-07"):
    path = folder / "17-drawn.md"
    path.write_text(STORY.format(title=title, rows="\n".join(rows), story=story, until=until))
    return read(path)


@pytest.mark.timeout(240)
async def test_forty_invoices_of_one_debtor_are_one_mail(tmp_path):
    """Forty workflows that come due at one slot make one notice of forty lines."""
    rows = [
        f"F-{n:02},2031-02-01,2031-03-03,{100 + n}.00,EUR,ALBA,a@alba.example,FR"
        for n in range(1, 41)
    ]
    told = await acting.played(scenario(tmp_path, "Forty", rows), tmp_path)

    (mail,) = told.timeline
    assert mail.level == "first-reminder"
    assert len(mail.invoices) == 40
    assert mail.amount == sum((100 + n) * 100 for n in range(1, 41))


async def test_a_reversal_opens_the_next_cycle_with_its_levels(tmp_path, monkeypatch):
    """A payment taken back after the case was closed: levels go on, nothing is repeated."""
    cycles = []
    standings = acting._standings

    async def looked(on, told):
        async with on.house.store.reading() as connection:
            found = await connection.execute(select(invoices.c.cycle, invoices.c.closed))
            cycles.extend(tuple(row) for row in found)
        return await standings(on, told)

    monkeypatch.setattr(acting, "_standings", looked)
    row = "F-1,2031-02-01,2031-03-03,100.00,EUR,ALBA,a@alba.example,FR"
    story = (
        '{"on": "2031-03-07", "event": "payment", "invoice": "F-1", "amount": "100.00"}\n'
        '{"on": "2031-03-12", "event": "reversal", "invoice": "F-1", "amount": "100.00"}'
    )
    told = await acting.played(
        scenario(tmp_path, "Taken back", [row], story, "2031-03-20"), tmp_path
    )

    assert [line.level for line in told.timeline] == ["first-reminder", "second-reminder"]
    assert cycles == [(2, False)]
