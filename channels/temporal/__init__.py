"""The door to Temporal: connecting, telling workflows, and the embedded server.

Start reading at :class:`channels.temporal.telling.Telling`.
"""
