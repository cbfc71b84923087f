"""Connecting by the standard ``TEMPORAL_*`` environment and profile file."""

from collections.abc import Sequence
from typing import Final

from temporalio.api.enums.v1 import IndexedValueType
from temporalio.api.operatorservice.v1 import (
    AddSearchAttributesRequest,
    ListSearchAttributesRequest,
)
from temporalio.client import Client, Interceptor
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.envconfig import ClientConfig
from temporalio.runtime import Runtime
from temporalio.service import RPCError
from tenacity import AsyncRetrying, retry_if_exception_type, stop_after_delay, wait_exponential

from models import names
from models.errors import UnavailableError

KEYWORD = IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD
DATETIME = IndexedValueType.INDEXED_VALUE_TYPE_DATETIME

#: Where a Temporal server listens that nobody has moved.
ADDRESS: Final = "localhost:7233"
#: The search attributes every namespace needs, with their types.
ATTRIBUTES = {
    names.STATE: KEYWORD,
    names.LEVEL: KEYWORD,
    names.CREDITOR: KEYWORD,
    names.DEBTOR: KEYWORD,
    names.DUE: DATETIME,
    names.NEXT_AT: DATETIME,
}


async def connect(
    patience: float = 0.0,
    *,
    interceptors: Sequence[Interceptor] = (),
    runtime: Runtime | None = None,
) -> Client:
    """Return a client as the environment says: address, namespace, TLS, key, profile.

    Args:
        patience: seconds to keep trying while the server starts; 0 tries once.
        interceptors: of the client and of workers made with it.
        runtime: carries metrics settings; the process's default otherwise.

    Raises:
        UnavailableError: nothing answers at the address.
    """
    config = ClientConfig.load_client_connect_config()
    config.setdefault("target_host", ADDRESS)
    attempts = AsyncRetrying(
        retry=retry_if_exception_type((RuntimeError, RPCError)),
        stop=stop_after_delay(patience),
        wait=wait_exponential(multiplier=0.2, max=2),
        reraise=True,
    )
    try:
        async for attempt in attempts:
            with attempt:
                return await Client.connect(
                    **config,
                    data_converter=pydantic_data_converter,
                    interceptors=interceptors,
                    runtime=runtime,
                )
    except (RuntimeError, RPCError) as failed:
        message = (
            f"Temporal does not answer at {config['target_host']}: start it with `relance up`, "
            "or set TEMPORAL_ADDRESS"
        )
        raise UnavailableError(message) from failed
    raise AssertionError


async def register(client: Client) -> list[str]:
    """See that the namespace knows the search attributes; return those that were added."""
    listed = await client.operator_service.list_search_attributes(
        ListSearchAttributesRequest(namespace=client.namespace)
    )
    missing = {
        name: kind for name, kind in ATTRIBUTES.items() if name not in listed.custom_attributes
    }
    if missing:
        await client.operator_service.add_search_attributes(
            AddSearchAttributesRequest(namespace=client.namespace, search_attributes=missing)
        )
    return sorted(missing)
