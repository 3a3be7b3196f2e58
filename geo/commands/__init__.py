"""The `rescue-circle geo` commands, each imported when it is asked for."""
