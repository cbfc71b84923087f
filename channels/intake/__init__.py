"""Input formats: one module or package a format, each a :class:`models.ports.Reader`."""
