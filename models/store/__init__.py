"""The sealed room: the only code that speaks SQL.

Open a :class:`models.store.engine.Store`; write through :mod:`models.store.books`; read
cases through :mod:`models.store.reading` and lists through :mod:`models.store.views`.
"""
