"""Why an export cannot be made."""


class ExportRefused(ValueError):
    """The export cannot be made so; the message says what to do."""

    code = "export_refused"
