"""The demo: a ledger that looks like a real one, and two weeks of its life in two minutes.

:mod:`~channels.desk.demo.ledger` makes the items, :mod:`~channels.desk.demo.sheets` writes
them as accounting programs would, :mod:`~channels.desk.demo.story` tells what happens.
"""
