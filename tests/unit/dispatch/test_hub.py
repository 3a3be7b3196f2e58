"""Mailboxes remember what was just written, within bounds, and know when they must read it again."""

import asyncio
from collections.abc import Callable
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from dispatch.records import InboxRow
from dispatch.streams.hub import MAX_REPLIES, MAX_ROWS, Hub, Mailbox
from tests.support.waiting import PATIENCE_S, turns

NOON = datetime(2026, 1, 5, 12, 0, tzinfo=UTC)
NAME = "rescuer:r1"


def row(seq: int, recipient: str = NAME) -> InboxRow:
    return InboxRow(
        recipient=recipient, seq=seq, kind="alert", incident_id="inc", alert_id="inc-1", at=NOON, body={"reason": ""}
    )


def send_remembered(mailbox: Mailbox) -> list[int]:
    sent = []
    while (next_row := mailbox.take_next()) is not None:
        mailbox.sent(next_row.seq)
        sent.append(next_row.seq)
    return sent


def test_rows_come_out_in_order_whatever_order_they_came_in() -> None:
    mailbox = Mailbox(NAME, 0)
    for seq in (3, 1, 2):
        mailbox.offer(row(seq))

    assert send_remembered(mailbox) == [1, 2, 3]


def test_after_a_gap_the_row_must_be_read_from_the_journal() -> None:
    mailbox = Mailbox(NAME, 0)
    mailbox.offer(row(1))
    mailbox.offer(row(3))

    assert send_remembered(mailbox) == [1]
    assert mailbox.newest_seq == 3, "there is more to send"
    mailbox.sent(2)
    assert send_remembered(mailbox) == [3]


def test_a_mailbox_that_overflows_forgets_rows_but_not_that_they_are_there() -> None:
    mailbox = Mailbox(NAME, 0)
    for seq in range(1, 10 * MAX_ROWS):
        mailbox.offer(row(seq))

    assert send_remembered(mailbox) == list(range(1, MAX_ROWS + 1))
    assert mailbox.newest_seq == 10 * MAX_ROWS - 1


class Wire:
    """Takes rows while it is open, as a connection does whose reader keeps up."""

    def __init__(self) -> None:
        self.open = True
        self.sent: list[int] = []

    def send_now(self, row: InboxRow) -> bool:
        if self.open:
            self.sent.append(row.seq)
        return self.open


async def test_a_row_is_sent_while_it_is_offered_only_where_nothing_stands_before_it() -> None:
    wire = Wire()
    mailbox = Mailbox(NAME, 0, send_now=wire.send_now)
    mailbox.offer(row(1))
    assert wire.sent == [], "nobody waits yet: what was missed before may still be on its way"
    assert send_remembered(mailbox) == [1]

    waiting = asyncio.create_task(mailbox.wait())
    await turns(3)
    mailbox.offer(row(2))
    assert (wire.sent, mailbox.sent_seq) == ([2], 2)
    await turns(3)
    assert not waiting.done(), "there is nothing left to do"

    mailbox.offer(row(4))
    mailbox.offer(row(3))
    await waiting
    mailbox.offer(row(5))
    assert wire.sent == [2, 3], "the fourth waits for its turn, and the fifth behind it"
    assert send_remembered(mailbox) == [4, 5]


async def test_a_connection_that_breaks_keeps_nobody_else_from_being_told() -> None:
    def broken(_row: InboxRow) -> bool:
        raise RuntimeError("the connection is in no state to send")

    hub, wire = Hub(), Wire()
    first, second = Mailbox("rescuer:r0", 0, send_now=broken), Mailbox(NAME, 0, send_now=wire.send_now)
    for mailbox in (first, second):
        hub.open(mailbox, alone=True)
    waiting = [asyncio.create_task(mailbox.wait()) for mailbox in (first, second)]
    await turns(3)

    hub.offer([row(1, "rescuer:r0"), row(1)])

    assert wire.sent == [1]
    await waiting[0]
    assert send_remembered(first) == [1], "its own task sends it, or finds out why not"
    waiting[1].cancel()


async def test_a_row_never_overtakes_a_reply_or_one_that_the_wire_refused() -> None:
    wire = Wire()
    mailbox = Mailbox(NAME, 0, send_now=wire.send_now)
    waiting = asyncio.create_task(mailbox.wait())
    await turns(3)
    mailbox.reply("ok")
    mailbox.offer(row(1))
    await waiting
    assert (mailbox.take_replies(), send_remembered(mailbox), wire.sent) == (["ok"], [1], [])

    waiting = asyncio.create_task(mailbox.wait())
    await turns(3)
    wire.open = False
    mailbox.offer(row(2))
    wire.open = True
    mailbox.offer(row(3))
    await waiting
    assert (wire.sent, send_remembered(mailbox)) == ([], [2, 3])


def test_rows_already_sent_leave_room_for_new_ones() -> None:
    mailbox = Mailbox(NAME, 0)
    for seq in range(1, MAX_ROWS + 1):
        mailbox.offer(row(seq))
    mailbox.sent(MAX_ROWS)
    mailbox.offer(row(MAX_ROWS + 1))

    assert send_remembered(mailbox) == [MAX_ROWS + 1]


def test_answers_that_are_not_read_are_refused_beyond_a_bound() -> None:
    mailbox = Mailbox(NAME, 0)

    taken = [mailbox.reply(str(number)) for number in range(2 * MAX_REPLIES)]

    assert taken == [True] * MAX_REPLIES + [False] * MAX_REPLIES
    assert mailbox.take_replies() == [str(number) for number in range(MAX_REPLIES)]
    assert mailbox.take_replies() == []
    assert mailbox.reply("again")


async def test_waiting_ends_when_there_is_something_to_send_and_not_before() -> None:
    bringers: list[Callable[[Mailbox], object]] = [lambda box: box.reply("hello"), lambda box: box.offer(row(6))]
    for bring in bringers:
        mailbox = Mailbox(NAME, 5)
        waiting = asyncio.create_task(mailbox.wait())
        mailbox.offer(row(5))
        await turns(5)
        early = waiting.done()
        bring(mailbox)
        await asyncio.wait_for(waiting, timeout=PATIENCE_S)

        assert not early


def test_a_newer_phone_replaces_the_older_but_consoles_stand_side_by_side() -> None:
    hub, old, new = Hub(), Mailbox(NAME, 0), Mailbox(NAME, 0)
    consoles = [Mailbox("dispatchers", 0), Mailbox("dispatchers", 0)]

    hub.open(old, alone=True)
    hub.open(new, alone=True)
    for console in consoles:
        hub.open(console, alone=False)

    assert old.replaced.is_set()
    assert not new.replaced.is_set()
    assert not any(console.replaced.is_set() for console in consoles)
    assert hub.connected == 4


def test_rows_and_words_reach_everyone_of_that_name_and_nobody_else() -> None:
    hub, mine, mine_too, other = Hub(), Mailbox(NAME, 0), Mailbox(NAME, 0), Mailbox("rescuer:r2", 0)
    for mailbox in (mine, mine_too, other):
        hub.open(mailbox, alone=False)

    hub.offer([row(1), row(1, "rescuer:nobody")])
    hub.tell(NAME, "word")
    hub.tell("rescuer:nobody", "word")

    assert [box.newest_seq for box in (mine, mine_too, other)] == [1, 1, 0]
    assert [box.take_replies() for box in (mine, mine_too, other)] == [["word"], ["word"], []]


def test_who_has_hung_up_is_not_connected_though_an_older_line_may_be() -> None:
    hub, old, new = Hub(), Mailbox(NAME, 0), Mailbox(NAME, 0)
    hub.open(old, alone=True)
    hub.open(new, alone=True)

    hub.close(old)
    after_one = hub.is_connected(NAME)
    hub.close(new)

    assert after_one
    assert not hub.is_connected(NAME)
    assert hub.connected == 0


def test_the_hub_tells_how_many_streams_are_behind_and_by_how_much() -> None:
    hub, slow, quick = Hub(), Mailbox(NAME, 2), Mailbox("dispatchers", 0)
    hub.open(slow, alone=True)
    hub.open(quick, alone=False)
    hub.offer([row(3), row(4), row(5), row(1, "dispatchers")])
    quick.sent(1)

    assert hub.behind() == (1, 3)


@given(
    start=st.integers(0, 5),
    steps=st.lists(st.integers(1, 100).map(lambda seq: ("offer", seq)) | st.just(("send", 0)), max_size=60),
)
def test_with_the_journal_at_hand_every_row_is_sent_once_and_in_order(start: int, steps: list[tuple[str, int]]) -> None:
    mailbox, written = Mailbox(NAME, start), start
    sent: list[int] = []
    for step, count in steps:
        if step == "offer":
            for seq in range(written + 1, written + count + 1):
                mailbox.offer(row(seq))
            written += count
        else:
            missed = [row(mailbox.sent_seq + 1)] if mailbox.newest_seq > mailbox.sent_seq else []
            for next_row in [found] if (found := mailbox.take_next()) else missed:
                mailbox.sent(next_row.seq)
                sent.append(next_row.seq)

    assert sent == list(range(start + 1, start + 1 + len(sent)))
    assert mailbox.newest_seq == (written if written > start else 0)
