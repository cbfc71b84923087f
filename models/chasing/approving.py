"""The yes a notice needs: given to the notice as it will leave."""

from models.chasing import events as ev
from models.chasing.answers import Blocker, State, Wait
from models.chasing.moment import Draft, Look, Moment


def leaves(group: list[Look], draft: Draft) -> bool:
    """Say whether a notice may leave: no yes is needed, or every line of it has one.

    A line that joined, or that grew since the yes, needs a new one for the whole notice;
    a line that shrank does not.
    """
    currencies = {look.currency for look in group}
    totals = [(total.net, total.currency) for total in draft.totals if total.currency in currencies]
    if not any(look.level.asks(*total) for look in group for total in totals):
        return True
    for look in group:
        yes = look.case.yes
        if yes is None or yes.level != draft.level or look.case.chaseable > yes.amount:
            return False
    return True


def ask(moment: Moment, group: list[Look], draft: Draft) -> None:
    """Ask for a yes to every line of a notice; what was given before lapses."""
    for look in group:
        today = look.today(moment.now)
        if look.case.yes is not None:
            reason = "a line joined the notice"
            moment.record(look, ev.ApprovalLapsed(on=today, level=draft.level, reason=reason))
        asked = ev.ApprovalAsked(
            on=today,
            level=draft.level,
            round=look.contact.round,
            amount=look.case.chaseable,
            digest=draft.digest,
            by=look.case.caused_by,
        )
        moment.record(look, asked)
        why = f"{draft.level} waits for an approval asked for on {today}"
        wait = Wait("10", why, State.WAITING, (Blocker.APPROVAL,), level=draft.level)
        moment.wait(look, wait)
