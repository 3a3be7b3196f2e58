"""Hours in columns of their own: Japan's days, start, end, note; the French Géo'DAE's days and hours."""

from registry.hours.reading import Reading, read_hours


def read_columns(days: str, start: str, end: str, note: str, languages: tuple[str, ...] = ("ja",)) -> Reading:
    """What the four columns of Japan's national list say together.

    The note restricts what the others say: days that are closed, an earlier end, a condition.
    """
    days, start, end, note = (cell.strip() for cell in (days, start, end, note))
    times = f"{start} - {end}" if start and end else start or end
    return read_hours("\n".join(part for part in (f"{days} {times}".strip(), note) if part), languages)


def read_days_and_hours(days: str, hours: str, languages: tuple[str, ...] = ("fr",)) -> Reading:
    """What Géo'DAE's `c_disp_j` and `c_disp_h` say together; either may be a list in braces ({7j/7}, {24h/24})."""
    return read_hours(f"{days.strip()} {hours.strip()}".strip(), languages)
