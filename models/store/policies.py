"""Policies in full, by hash: a case pinned to one can be looked at for ever."""

import json
from typing import Any, Final

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from models.chasing.policy import Policy
from models.errors import UnknownError
from models.ledger.money import decimal
from models.store.statements import insert_new
from models.store.tables.records import policies

_BODY: Final = select(policies.c.body).where(policies.c.hash == bindparam("wanted"))

#: Policies never change once named by their hash, so a process keeps those it has read.
_READ: Final[dict[str, Policy]] = {}


async def policy_of(connection: AsyncConnection, digest: str) -> Policy:
    """Return the policy that a hash names.

    Raises:
        UnknownError: no case was ever pinned to it.
    """
    policy = _READ.get(digest)
    if policy is None:
        text = (await connection.execute(_BODY, {"wanted": digest})).scalar_one_or_none()
        if text is None:
            message = f"no policy with the hash {digest!r} is in the books"
            raise UnknownError(message)
        policy = _READ[digest] = loaded(text)
    return policy


async def keep_policy(connection: AsyncConnection, policy: Policy) -> None:
    """Keep a policy, unless it is kept already."""
    row = {
        "hash": policy.hash,
        "name": policy.name,
        "version": policy.version,
        "body": dumped(policy),
    }
    await connection.execute(insert_new(connection, policies), row)


def dumped(policy: Policy) -> str:
    """Return a policy with all its keys, so that a later default changes nothing."""
    return json.dumps(_written(policy.model_dump(mode="json", by_alias=True)))


def loaded(text: str) -> Policy:
    """Return the policy that :func:`dumped` wrote."""
    return Policy.model_validate(json.loads(text))


def _written(policy: dict[str, Any]) -> dict[str, Any]:
    """Write amounts as a policy file does: decimal strings of major units."""
    for key in ("minimum", "tolerance"):
        policy[key] = _amounts(policy[key])
    for level in policy["levels"]:
        if isinstance(level["approval"], dict):
            level["approval"]["above"] = _amounts(level["approval"]["above"])
    return policy


def _amounts(minor: dict[str, int]) -> dict[str, str]:
    return {currency: decimal(amount, currency) for currency, amount in minor.items()}
