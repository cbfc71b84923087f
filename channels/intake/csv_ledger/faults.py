"""What reading a cell may find wrong."""


class WrongCellError(Exception):
    """A cell says something that cannot be taken; becomes a reject at once."""

    def __init__(self, column: str, value: str, expected: str) -> None:
        super().__init__(expected)
        self.column = column
        self.value = value
        self.expected = expected
