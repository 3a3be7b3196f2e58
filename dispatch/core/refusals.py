"""Why a volunteer's frame does not count."""


class Refused(Exception):
    """Nothing has changed. `code` is for the phone, `message` for the person who holds it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
