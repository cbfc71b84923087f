"""Everything on one machine: Temporal, mail catcher and worker as children of one command.

Start reading at :func:`channels.embedded.raising.raised`.
"""
