"""Doing: small asynchronous functions, grouped by what they do.

An activity gets its tools from :mod:`worker` and reaches the outside through
:mod:`models.ports` only. It is safe to repeat: what it did once is found, not done again.
"""
