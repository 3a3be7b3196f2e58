"""The report as people read it in a terminal."""

from collections.abc import Mapping

from rich.console import Console, Group
from rich.table import Table

from simulators.live_table import minutes

_MOST_DIGITS = 4


def wide_console() -> Console:
    """Standard output, as wide as the terminal, and wide enough for a whole line where it is none."""
    console = Console()
    return console if console.is_terminal else Console(width=160)


def print_report(console: Console, report: Mapping[str, object]) -> None:
    """One screen: calls, alerts, what is simulated, what is real, and faults if there were any."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="bold")
    grid.add_column()
    for label, text in _lines(report):
        grid.add_row(label, text)
    faults = report["faults"]
    assert isinstance(faults, list)  # noqa: S101 - of the runner's own making
    verdict = (
        "[red]" + "; ".join(faults) + "[/red]" if faults else "[green]no call and no alert lost or doubled[/green]"
    )
    console.print(Group("", grid, verdict), highlight=False)


def _lines(report: Mapping[str, object]) -> list[tuple[str, str]]:
    calls, alerts, phones = (_part(report, name) for name in ("calls", "alerts", "volunteers"))
    latency = _part(_part(report, "latency_ms"), "webhook_to_socket")
    return [
        ("calls", f"{calls['sent']} sent, {calls['incidents']} incidents, {calls['lost']} lost{_broken_off(report)}"),
        ("phones", f"{phones['connected']} connected, of {phones['could_be_sent']} who are certified and on duty"),
        (
            "alerts",
            f"{alerts['sent']} sent, {alerts['delivered']} delivered, "
            f"{alerts['lost']} lost, {alerts['duplicated']} doubled",
        ),
        (
            "answers",
            f"{alerts['accepted']} accepted, {alerts['declined']} declined, {alerts['timed_out']} timed out, "
            f"{alerts['handed_back']} handed back, {alerts['arrived']} arrived",
        ),
        ("too late by the machine", _too_late_text(_part(report, "answers"), report["speed"]) + _paced(report)),
        *_outcomes(report),
        ("ambulance (simulated)", _spread(_part(report, "simulated_s"), "ambulance", calls["sent"])),
        ("webhook to socket (real)", _latency_text(latency, report["speed"])),
        *([("callbacks to 120", _callbacks_text(_part(report, "callbacks")))] if "callbacks" in report else []),
    ]


def _outcomes(report: Mapping[str, object]) -> list[tuple[str, str]]:
    """What the volunteers' answers decide, where these were heard in time."""
    if report["withheld"]:
        return [("first hands, AEDs (simulated)", f"not told: {report['withheld']}")]
    simulated, share = _part(report, "simulated_s"), _part(report, "share_within")
    calls = _part(report, "calls")["sent"]
    return [
        ("first hands (simulated)", _spread(simulated, "first_hands", calls)),
        (
            "first hands within",
            f"4 min: {_percent(share['240'])}, 5 min: {_percent(share['300'])} of all calls; before the ambulance: "
            f"{_percent(report['share_before_ambulance'])} (published: 42-47 %)",
        ),
        ("AED at the patient (simulated)", _spread(simulated, "first_aed", calls)),
    ]


def _broken_off(report: Mapping[str, object]) -> str:
    return f" (broken off: {report['calls_planned']} were planned)" if report["interrupted"] else ""


def _too_late_text(answers: Mapping[str, object], speed: object) -> str:
    share = answers["share_too_late"]
    if not isinstance(share, float) or not isinstance(speed, float):
        return "not measured"
    return (
        f"{_percent(share, 1)} of {answers['meant_in_time']} answers given in time (10 ms of the machine are "
        f"{speed / 100:g} s here): the higher, the less what follows means"
    )


def _paced(report: Mapping[str, object]) -> str:
    speeds = report["speeds"]
    if not isinstance(speeds, dict):
        return ""
    return f"; the clock followed this machine, {speeds['slowest']:g} to {speeds['fastest']:g} times real time"


def _callbacks_text(callbacks: Mapping[str, object]) -> str:
    return (
        f"{callbacks['heard']} heard, {callbacks['repeated']} repeated, {callbacks['out_of_order']} out of order, "
        f"{callbacks['refused']} refused"
    )


def _latency_text(latency: Mapping[str, object], speed: object) -> str:
    p50 = latency["p50"]
    if not isinstance(p50, float) or not isinstance(speed, float):
        return "not measured"
    return (
        f"p50 {p50} ms, p99 {latency['p99']} ms ({latency['n']} alerts of first searches; at {speed:g} times speed "
        f"{p50} ms are {p50 * speed / 1000:.0f} simulated seconds)"
    )


def _part(report: Mapping[str, object], name: str) -> Mapping[str, object]:
    part = report[name]
    assert isinstance(part, dict)  # noqa: S101 - of the runner's own making
    return part


def _spread(simulated: Mapping[str, object], name: str, calls: object) -> str:
    part = _part(simulated, name)
    p50, p90 = part["p50"], part["p90"]
    if not isinstance(p50, float) or not isinstance(p90, float):
        return f"none (0 of {calls} calls)"
    return f"p50 {minutes(p50)}, p90 {minutes(p90)} ({part['n']} of {calls} calls)"


def _percent(share: object, digits: int = 0) -> str:
    if not isinstance(share, float):
        return "-"
    # One call of three hundred that was missed must not read as all of them, nor one that was reached as none.
    while 0.0 < share < 1.0 and digits < _MOST_DIGITS and round(share, digits + 2) in {0.0, 1.0}:
        digits += 1
    return f"{share:.{digits}%}"
