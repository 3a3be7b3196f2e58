"""Who is connected, and what each is still to be sent.

The journal's inbox is the truth: a mailbox only remembers what was just written, so that most frames need no read. A
mailbox that overflows drops what it remembers and reads it again, in order, when its turn comes; memory stays bounded.
"""

import asyncio
import random
from collections import defaultdict, deque
from collections.abc import Callable, Sequence

import structlog

from dispatch.records import InboxRow

log = structlog.get_logger(__name__)

MAX_ROWS = 128
MAX_REPLIES = 128

LEAST_AWAY_S = 0.5
RECONNECTS_PER_S = 500
"""Phones that a process which is about to end sends to its successor come back so many a second (assumption: each
costs it a token, a read of its inbox and a handshake, and calls must be taken meanwhile)."""


class Mailbox:
    """One connection's outgoing side.

    sent_seq: the last durable frame that went out. newest_seq: the newest there is, as far as has been told here; what
    a phone claims to hold says nothing of that. send_now: sends a row while it is offered, where nothing stands before
    it; False where it must wait for its turn.
    """

    def __init__(
        self, recipient: str, sent_seq: int, *, send_now: Callable[[InboxRow], bool] = lambda _row: False
    ) -> None:
        self.recipient = recipient
        self.sent_seq = sent_seq
        self.newest_seq = 0
        self.replaced = asyncio.Event()
        self._rows: dict[int, InboxRow] = {}
        self._replies: deque[str] = deque()
        self._wake = asyncio.Event()
        self._send_now = send_now
        self._is_idle = False

    def offer(self, row: InboxRow) -> None:
        """A row has just been written to this recipient's inbox."""
        self.newest_seq = max(self.newest_seq, row.seq)
        is_next = row.seq == self.sent_seq + 1 and not self._replies and self._is_idle
        if is_next and self._is_sent_now(row):
            self.sent(row.seq)
            return
        if len(self._rows) < MAX_ROWS:
            self._rows[row.seq] = row
        self._wake.set()

    def _is_sent_now(self, row: InboxRow) -> bool:
        try:
            return self._send_now(row)
        except Exception:
            # One broken connection keeps nobody else's phone from ringing; its own task meets the failure alone.
            log.exception("frame_not_sent_now", incident_id=row.incident_id, alert_id=row.alert_id)
            return False

    def reply(self, text: str) -> bool:
        """A frame of the moment, ahead of the durable ones; False where the reader is too slow to be told."""
        if len(self._replies) >= MAX_REPLIES:
            return False
        self._replies.append(text)
        self._wake.set()
        return True

    async def wait(self) -> None:
        """Return when there is something to send."""
        while not self._replies and self.newest_seq <= self.sent_seq:
            self._wake.clear()
            self._is_idle = True
            try:
                await self._wake.wait()
            finally:
                self._is_idle = False

    def take_replies(self) -> list[str]:
        replies = list(self._replies)
        self._replies.clear()
        return replies

    def take_next(self) -> InboxRow | None:
        """The row after `sent_seq` if it is remembered; else it must be read from the journal."""
        return self._rows.pop(self.sent_seq + 1, None)

    def sent(self, seq: int) -> None:
        self.sent_seq = seq
        for old in [held for held in self._rows if held <= seq]:
            del self._rows[old]


class Hub:
    """All mailboxes by recipient. A volunteer has one phone on the line: a newer connection replaces the older."""

    def __init__(self) -> None:
        self._mailboxes: defaultdict[str, list[Mailbox]] = defaultdict(list)
        self.leaving = asyncio.Event()
        self._longest_away_s = LEAST_AWAY_S
        self._emptied = asyncio.Event()

    def hand_over(self) -> None:
        """This process is about to end: every stream tells its reader when to come back, and closes."""
        self._longest_away_s = LEAST_AWAY_S + self.connected / RECONNECTS_PER_S
        self.leaving.set()

    async def empty(self) -> None:
        """Return when nobody is connected."""
        while self._mailboxes:
            self._emptied.clear()
            await self._emptied.wait()

    def draw_away_s(self) -> float:
        """When one of the readers should come back, in real seconds; not all at once."""
        return random.uniform(LEAST_AWAY_S, self._longest_away_s)

    def open(self, mailbox: Mailbox, *, alone: bool) -> None:
        held = self._mailboxes[mailbox.recipient]
        if alone:
            for older in held:
                older.replaced.set()
        held.append(mailbox)

    def close(self, mailbox: Mailbox) -> None:
        held = self._mailboxes[mailbox.recipient]
        held.remove(mailbox)
        if not held:
            del self._mailboxes[mailbox.recipient]
        if not self._mailboxes:
            self._emptied.set()

    def offer(self, rows: Sequence[InboxRow]) -> None:
        for row in rows:
            for mailbox in self._mailboxes.get(row.recipient, ()):
                mailbox.offer(row)

    def tell(self, recipient: str, text: str) -> None:
        """A frame of the moment for everyone connected as `recipient`."""
        for mailbox in self._mailboxes.get(recipient, ()):
            mailbox.reply(text)

    def is_connected(self, recipient: str) -> bool:
        return recipient in self._mailboxes

    def behind(self) -> tuple[int, int]:
        """How many mailboxes have durable frames yet to go out, and how many frames these are."""
        waiting = [
            mailbox.newest_seq - mailbox.sent_seq
            for held in self._mailboxes.values()
            for mailbox in held
            if mailbox.newest_seq > mailbox.sent_seq
        ]
        return len(waiting), sum(waiting)

    def count(self, recipient: str) -> int:
        """How many are connected as `recipient`."""
        return len(self._mailboxes.get(recipient, ()))

    @property
    def connected(self) -> int:
        return sum(len(held) for held in self._mailboxes.values())
