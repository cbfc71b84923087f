"""The rows, one file per subject; ``SQLModel`` classes whose ``Table`` the statements use.

A row is never a value: :mod:`models.store.reading` makes values of rows. Every file names
its tables in the plural at its end.
"""
