"""What can be typed after ``relance``: each module here lists its ``COMMANDS``."""
