"""Every failure the engine names, each a sentence for the person who reads it.

::

    RelanceError
    ├── RefusedError        it will never work as asked: say why, change nothing
    │   ├── UnknownError    the invoice, debtor, policy or creditor named is not known
    │   └── PolicyError     a policy or creditor file is wrong: file, key, value, what is allowed
    ├── UnavailableError    the same call may work later
    └── UncertainError      it may or may not have happened: a person or a look-up rules

Messages carry ids, dates and amounts, never names, addresses or texts of debtors.
"""


class RelanceError(Exception):
    """Something the engine could not do; ``str()`` is a sentence for a person."""


class RefusedError(RelanceError):
    """Never again: the request breaks a rule, or the other side said no for good."""


class UnknownError(RefusedError):
    """What was named is not in the books."""


class PolicyError(RefusedError):
    """A policy or creditor file cannot be used."""


class UnavailableError(RelanceError):
    """Not now: the same call may succeed later."""


class UncertainError(RelanceError):
    """It may have happened: nothing may repeat it without a look-up or a ruling."""
