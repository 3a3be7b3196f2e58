"""A call log is read row by row; nothing of it is dropped or believed silently."""

from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from dispatch.contracts.webhook import MessageType
from simulators.call_log import CallLog, LogColumns, UnusableLog, log_scenario, read_call_log

ZONE = ZoneInfo("America/New_York")
HEADER = "id,date,min_response_min,lat,lon,block_street\n"


def read(folder: Path, rows: str, *, header: str = HEADER, columns: LogColumns | None = None, seed: int = 1) -> CallLog:
    path = folder / "log.csv"
    path.write_text(header + rows, encoding="utf-8")
    return read_call_log(path, columns or LogColumns(), time_zone=ZONE, seed=seed)


def test_the_ambulance_comes_at_the_minute_on_record(tmp_path: Path) -> None:
    log = read(tmp_path, "7,1/2/2017,5.5,36.86,-76.02,1000 LINDSLEY DR\n")

    created, arrived, closed = log_scenario(log, seed=1).messages

    assert created.location is not None
    assert (created.location.lon, created.location.lat, created.location.datum) == (-76.02, 36.86, "wgs84")
    assert (arrived.type, arrived.offset_s) == (MessageType.AMBULANCE_ARRIVED, 330.0)
    assert (closed.type, closed.offset_s) == (MessageType.CALL_CLOSED, 420.0)


@pytest.mark.parametrize(
    ("minutes", "why"), [("-3", "negative"), ("0", "zero"), ("", "missing"), ("nan", "missing"), ("128.35", "too_long")]
)
def test_a_response_time_that_cannot_be_true_is_flagged_and_its_call_replayed_without_an_ambulance(
    tmp_path: Path, minutes: str, why: str
) -> None:
    log = read(tmp_path, f"1,1/2/2017,6,36.86,-76.02,A\n2,1/3/2017,{minutes},36.86,-76.02,B\n")

    told = log.statement()["response_outliers"]
    kinds = [message.type for message in log_scenario(log, seed=1).messages if message.cad_ref == "LOG-2"]

    assert isinstance(told, dict)
    assert told["counts"] == {why: 1}
    assert told["first"][0] == {"line": 3, "id": "2", "minutes": minutes, "why": why}
    assert kinds == [MessageType.CALL_CREATED, MessageType.CALL_CLOSED]
    assert log.statement()["response_min"] == {"p10": 6.0, "p50": 6.0, "p90": 6.0, "n": 1}


def test_rows_that_cannot_be_read_are_listed_with_line_and_reason(tmp_path: Path) -> None:
    log = read(
        tmp_path,
        "1,1/2/2017,6,36.86,-76.02,A\n2,yesterday,6,36.86,-76.02,B\n3,1/2/2017,6,,-76.02,C\n1,1/2/2017,6,36.9,-76.0,D\n",
    )

    assert [line for line, _ in log.unreadable] == [3, 4, 5]
    assert "lat" in log.unreadable[1][1]
    assert "been there before" in log.unreadable[2][1]
    assert len(log.calls) == 1


def test_times_of_day_are_invented_by_seed_on_the_day_of_the_log_and_the_report_says_so(tmp_path: Path) -> None:
    rows = "".join(f"{n},3/12/2017,6,36.86,-76.02,A\n" for n in range(40))

    log, same, other = read(tmp_path, rows), read(tmp_path, rows), read(tmp_path, rows, seed=2)

    assert log.calls == same.calls
    assert log.calls != other.calls
    assert {call.at.date() for call in log.calls} == {date(2017, 3, 12)}
    assert len({call.at for call in log.calls}) == 40
    assert "invented" in str(log.statement()["times_of_day"])


def test_another_citys_columns_and_its_own_times_are_taken(tmp_path: Path) -> None:
    columns = LogColumns(
        call_id="nr", date="when", lon="x", lat="y", response_min="mins", address="", date_format="%Y-%m-%d %H:%M"
    )
    log = read(tmp_path, "A9,2024-05-01 13:45,4,47.1,9.5\n", header="nr,when,mins,y,x\n", columns=columns)

    assert (log.calls[0].at.hour, log.calls[0].at.minute) == (13, 45)
    assert log.statement()["times_of_day"] == "from the log"


def test_a_sample_is_drawn_by_seed_in_order_of_time(tmp_path: Path) -> None:
    log = read(tmp_path, "".join(f"{n},1/{n}/2017,6,36.86,-76.02,A\n" for n in range(1, 31)))

    sample = log.sample(10, seed=3)

    assert len(sample.calls) == 10
    assert list(sample.calls) == sorted(sample.calls, key=lambda call: call.at)
    assert sample == log.sample(10, seed=3)
    assert log.sample(100, seed=3) == log


def test_a_log_without_the_columns_says_which_it_lacks(tmp_path: Path) -> None:
    with pytest.raises(UnusableLog, match=r"min_response_min.*column"):
        read(tmp_path, "1,1/2/2017,1,2\n", header="id,date,lat,lon\n")
