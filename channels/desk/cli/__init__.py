"""The ``relance`` command: :func:`channels.desk.cli.app.run` is its door.

A command more is an entry in a module under ``commands/``; a new module there is found by
itself. A command imports what is heavy only when it runs, so that help comes at once.
"""
