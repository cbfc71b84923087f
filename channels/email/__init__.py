"""Notices as e-mail: ``message`` writes one, ``smtp`` sends it, ``catcher`` receives it at home.

Start reading at :class:`channels.email.smtp.Email`.
"""
