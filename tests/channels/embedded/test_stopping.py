"""What a shutdown waits for: a mail that is under way, as long as it may take."""

from pathlib import Path

import worker
from channels.email.settings import Settings as Mail
from channels.embedded.raising import Plan, _children
from models.store.outbox import LEASE
from workflows.patience import ATTEMPT


async def nothing():
    return None


def plan(grace):
    return Plan(
        var=Path("var"),
        fresh=False,
        migrate=nothing,
        worker=("worker", "worker"),
        environment={},
        grace=grace,
        mail_server="",
        ui_port=0,
        health_port=0,
        say=print,
    )


def test_a_shutdown_outlasts_any_send_so_that_no_mail_is_left_in_doubt(monkeypatch):
    monkeypatch.delenv("RELANCE_GRACE", raising=False)
    monkeypatch.delenv("RELANCE_EMAIL_PATIENCE", raising=False)

    assert Mail().patience < ATTEMPT.total_seconds() <= worker.Settings().grace
    assert worker.Settings().grace < LEASE.total_seconds(), "a lease outlasts the shutdown"


def test_what_is_done_again_without_harm_does_not_hold_a_shutdown_up():
    assert worker.Settings().grace > worker.CORE_GRACE


def test_a_worker_is_killed_only_after_its_own_grace():
    *_, at_work = _children(plan(grace=135.0), Path("var/mail"))

    assert at_work.name == "worker"
    assert at_work.grace > 135.0
