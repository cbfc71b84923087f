"""Every scenario, told by the rehearsal: what it says is what the scenario expects."""

from dataclasses import replace

import pytest

from models.chasing.portfolio import Portfolio, gathered
from models.chasing.rehearsal import Rehearsal, rehearse
from tests.scenarios.telling import Scenario, differences, paths, read


def rehearsed(scenario: Scenario, folder) -> Rehearsal:
    portfolio: Portfolio = gathered(
        scenario.items(folder), scenario.policy_of, scenario.since, scenario.people(folder)
    )
    assert not portfolio.rejects, [str(reject) for reject in portfolio.rejects]
    for account in portfolio.accounts.values():
        facts = dict(scenario.debtors.get(account.code, {}))
        if "payment_days" in facts:
            facts["payment_days"] = tuple(facts["payment_days"])
        account.debtor = replace(account.debtor, **facts)
    return rehearse(portfolio, scenario.story, scenario.since, scenario.until)


@pytest.mark.parametrize("path", paths(), ids=lambda path: path.stem)
def test_the_rehearsal_tells_the_story(path, tmp_path):
    scenario = read(path)

    told = rehearsed(scenario, tmp_path)

    differs = differences(
        scenario,
        [entry.as_json() for entry in told.timeline],
        [standing.as_json() for standing in told.standings],
        told.refused,
    )
    assert not differs, f"{scenario.title}\n{differs}"


def test_every_rule_in_reach_is_told():
    told = {read(path).rule for path in paths()}

    # 13 comes with interest and fees.
    assert told >= set(range(1, 23)) - {13}
