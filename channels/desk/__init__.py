"""The desk: where the people of a creditor look, decide and record.

:mod:`~channels.desk.ports` says what the desk needs of the rest; :mod:`~channels.desk.cli`
is the ``relance`` command; :mod:`~channels.desk.demo` tells a story with it.
"""
