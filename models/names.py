"""Names that must be the same everywhere: workflow ids, task queues, search attributes.

None of them carries personal data: a creditor's and a debtor's keys are our own, an
invoice is its ledger's number.
"""

from typing import Final
from urllib.parse import quote, unquote

#: Workflows and everything that only touches our own books.
CORE: Final = "relance"

#: Temporal search attributes, all keywords but the two dates.
STATE: Final = "RelanceState"
LEVEL: Final = "RelanceLevel"
CREDITOR: Final = "RelanceCreditor"
DEBTOR: Final = "RelanceDebtor"
DUE: Final = "RelanceDue"
NEXT_AT: Final = "RelanceNextAt"


#: Types of workflows.
INVOICE: Final = "Invoice"
DEBTOR_RUN: Final = "Debtor"
INTAKE: Final = "Intake"
SWEEP: Final = "Sweep"

#: Id of a sweep that somebody asked for, beside the scheduled ones.
SWEEP_NOW: Final = "sweep-now"

#: Names under which workflows ask for activities.
LOOK: Final = "look"
COMPOSE: Final = "compose"
RECORD: Final = "record"
DELIVER: Final = "deliver"
EXPIRE: Final = "expire"
TAKE_IN: Final = "take_in"
SWEEP_UP: Final = "sweep_up"


def channel_queue(channel: str) -> str:
    """Return the task queue of a channel's sends.

    >>> channel_queue("email")
    'relance-email'
    """
    return f"{CORE}-{channel}"


def invoice_id(creditor: str, number: str) -> str:
    """Return the id of an invoice's workflow; parts are percent-encoded.

    >>> invoice_id("acme", "018304 / 28865")
    'invoice/acme/018304%20%2F%2028865'
    """
    return f"invoice/{quote(creditor, safe='')}/{quote(number, safe='')}"


def intake_id(creditor: str, contents: str) -> str:
    """Return the id of the workflow that reads a file, from a digest of its contents.

    >>> intake_id("acme", "9f86d081884c7d65")
    'intake/acme/9f86d081884c7d65'
    """
    return f"intake/{quote(creditor, safe='')}/{contents[:16]}"


def debtor_id(creditor: str, debtor: str) -> str:
    """Return the id of a debtor's workflow, from our own key of the debtor."""
    return f"debtor/{quote(creditor, safe='')}/{quote(debtor, safe='')}"


def parts(workflow: str) -> tuple[str, str, str]:
    """Return kind, creditor, and number or key of a workflow id.

    >>> parts("invoice/acme/018304%20%2F%2028865")
    ('invoice', 'acme', '018304 / 28865')
    """
    kind, creditor, key = workflow.split("/")
    return kind, unquote(creditor), unquote(key)


#: How something can be said; a policy may name no other.
CHANNELS: Final = ("email", "sms", "letter", "registered-letter", "call", "memory")
