"""Children that are started again when they end, until that is of no use."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from typing import Final, NoReturn

from channels.embedded.children import Child
from models.errors import UnavailableError

#: Whoever ran for so many seconds did not end at once.
STEADY: Final = 30.0
#: So many ends in a row, each at once, and it is not started again.
STRIKES: Final = 5
#: Seconds before it is started again; doubled with each end at once.
PAUSE: Final = 1.0


async def keep(
    child: Child,
    say: Callable[[str], None],
    started: Callable[[Child], None],
    first: float = PAUSE,
) -> NoReturn:
    """Start a child again whenever it ends, and say so.

    Args:
        child: runs already.
        say: is told of each end.
        started: is told of each start.
        first: seconds of the first pause.

    Raises:
        UnavailableError: it ends at once, again and again; says where its log lies.
    """
    clock = asyncio.get_running_loop().time
    since, strikes = clock(), 0
    while True:
        how = await child.ended()
        strikes = 0 if clock() - since > STEADY else strikes + 1
        if strikes == STRIKES:
            message = f"the {child.name} ended {STRIKES} times in a row: {child.log} says why"
            raise UnavailableError(message)
        pause = first * 2 ** max(0, strikes - 1)
        say(
            f"The {child.name} ended ({how}); it is started again in {pause:g} s. "
            f"{child.log} may say why."
        )
        await asyncio.sleep(pause)
        # One that does not start has ended, and is counted as such.
        with suppress(UnavailableError):
            await child.start()
            started(child)
        since = clock()
