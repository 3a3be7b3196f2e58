"""Why a person's word does not count."""


class Refused(Exception):
    """Nothing has changed. `code` is for the phone or console, `message` for the person before it."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
