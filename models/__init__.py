"""What is true and what should follow: the domain, pure but for :mod:`models.store`.

Read :mod:`models.chasing.dunning` first (one case), then :mod:`models.chasing.composing`
(one debtor). ``ledger`` is what is owed, ``chasing`` what should follow, ``store`` the
only SQL. Arrows run down: store and rehearsal, chasing, ledger.
"""
