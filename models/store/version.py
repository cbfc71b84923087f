"""Which tables a database has, told without loading what migrates it."""

import re
from pathlib import Path
from typing import Final

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from models.errors import UnavailableError
from models.store.engine import Store

_VERSIONS: Final = Path(__file__).parent / "migrations" / "versions"
_REVISION: Final = re.compile(r'^revision = "(\w+)"$', re.MULTILINE)
_FOUND: Final = text("SELECT version_num FROM alembic_version")


def newest() -> str:
    """Return the revision that this release's tables have; files sort by age."""
    last = max(path for path in _VERSIONS.glob("*.py"))
    found = _REVISION.search(last.read_text("utf-8"))
    return "" if found is None else found.group(1)


async def current(url: str) -> bool:
    """Say whether a database has this release's tables; False when it cannot be told."""
    store = Store(url, pool=1)
    try:
        async with store.reading() as connection:
            return (await connection.execute(_FOUND)).scalar_one_or_none() == newest()
    except (UnavailableError, DBAPIError):
        return False
    finally:
        await store.close()
