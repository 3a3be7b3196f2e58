"""The spool's file gives back what it was given, whatever a crash does to its end."""

import os
import stat
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from dispatch.spool.file import HEAD, MAGIC, NotASpool, SpoolFile, SpoolFull, SpoolInUse, read_records

RECORDS = st.lists(st.binary(min_size=1, max_size=200), min_size=1, max_size=6)
LIMIT_BYTES = 10_000


def spool_in(folder: Path | str) -> SpoolFile:
    return SpoolFile(Path(folder) / "spool", limit_bytes=LIMIT_BYTES)


def filled(folder: Path | str, *records: bytes) -> Path:
    """The path of a spool that a process has left with `records` in it."""
    spool = spool_in(folder)
    for record in records:
        spool.append(record)
    spool.close()
    return spool.path


@given(RECORDS)
def test_records_come_back_in_order(records: list[bytes]) -> None:
    with TemporaryDirectory() as folder:
        filled(folder, *records)
        again = spool_in(folder)
        assert again.load() == records
        again.close()


@given(RECORDS, st.data())
def test_a_file_cut_anywhere_keeps_every_record_before_the_cut_and_takes_new_ones(
    records: list[bytes], data: st.DataObject
) -> None:
    with TemporaryDirectory() as folder:
        path = filled(folder, *records)
        kept = data.draw(st.integers(0, path.stat().st_size))
        os.truncate(path, kept)
        ends = [len(MAGIC) + sum(HEAD.size + len(one) for one in records[: count + 1]) for count in range(len(records))]
        whole = records[: sum(end <= kept for end in ends)]

        again = spool_in(folder)
        assert again.load() == whole
        again.append(b"new")
        again.close()

        last = spool_in(folder)
        assert last.load() == [*whole, b"new"]
        assert not last.damaged_path.exists()
        last.close()


@given(RECORDS, st.data())
def test_a_damaged_record_is_never_taken_for_a_good_one(records: list[bytes], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = filled(folder, *records)
        content = bytearray(path.read_bytes())
        at = data.draw(st.integers(len(MAGIC), len(content) - 1))
        content[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)

        again = spool_in(folder)
        found = again.load()
        again.close()
        assert found == records[: len(found)]
        assert len(found) < len(records)


def test_what_lies_behind_a_damaged_record_is_kept_for_a_person(tmp_path: Path) -> None:
    path = filled(tmp_path, b"first", b"second", b"third")
    content = path.read_bytes()
    path.write_bytes(content.replace(b"second", b"secnod"))

    again = spool_in(tmp_path)

    with capture_logs() as lines:
        assert again.load() == [b"first"]

    assert again.salvaged == [b"third"]
    assert b"third" in again.damaged_path.read_bytes()
    assert [(line["event"], line["kept"]) for line in lines] == [("spool_damaged", str(again.damaged_path))]
    again.close()
    last = spool_in(tmp_path)
    assert last.load() == [b"first"]
    assert last.salvaged == []
    last.close()


@given(RECORDS, st.data())
def test_every_record_that_the_damage_has_not_touched_can_be_read(records: list[bytes], data: st.DataObject) -> None:
    with TemporaryDirectory() as folder:
        path = filled(folder, *records, b"last")
        ends = [len(MAGIC)]
        for record in [*records, b"last"]:
            ends.append(ends[-1] + HEAD.size + len(record))
        hit = data.draw(st.integers(0, len(records) - 1))
        at = data.draw(st.integers(ends[hit], ends[hit + 1] - 1))
        content = bytearray(path.read_bytes())
        content[at] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)

        behind = [*records[hit + 1 :], b"last"]
        assert read_records(path)[-len(behind) :] == behind


def test_a_tail_of_zeros_as_a_crash_may_leave_it_is_no_record(tmp_path: Path) -> None:
    path = filled(tmp_path, b"first")
    with path.open("ab") as file:
        file.write(bytes(4096))

    again = spool_in(tmp_path)

    assert again.load() == [b"first"]
    assert not again.damaged_path.exists()
    again.close()


def test_a_full_spool_refuses_and_keeps_what_it_has(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    spool.append(b"a" * 6000)

    with pytest.raises(SpoolFull):
        spool.append(b"b" * 6000)

    spool.append(b"c")
    spool.close()
    again = spool_in(tmp_path)
    assert again.load() == [b"a" * 6000, b"c"]
    again.close()


def test_only_its_owner_may_read_it_and_it_is_gone_once_cleared(tmp_path: Path) -> None:
    spool = spool_in(tmp_path)
    assert not spool.path.exists()
    spool.append(b"a patient's address")
    assert stat.S_IMODE(spool.path.stat().st_mode) == 0o600

    spool.clear()

    assert not spool.path.exists()
    spool.append(b"the next outage")
    spool.close()
    again = spool_in(tmp_path)
    assert again.load() == [b"the next outage"]
    again.close()


def test_two_services_never_share_one(tmp_path: Path) -> None:
    ours, theirs = spool_in(tmp_path), spool_in(tmp_path)
    ours.append(b"ours")

    with pytest.raises(SpoolInUse):
        theirs.append(b"theirs")

    ours.close()
    assert theirs.load() == [b"ours"]
    theirs.close()


def test_another_programs_file_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "spool"
    path.write_bytes(b"a letter to my aunt")

    with pytest.raises(NotASpool):
        spool_in(tmp_path).load()

    assert path.read_bytes() == b"a letter to my aunt"


def test_appending_never_overwrites_what_a_former_run_left(tmp_path: Path) -> None:
    filled(tmp_path, b"left")
    spool = spool_in(tmp_path)

    spool.append(b"new")
    spool.close()

    again = spool_in(tmp_path)
    assert again.load() == [b"left", b"new"]
    again.close()
