"""BEEP (RFC 3080) over TCP (RFC 3081): one thread, one blocking socket.

Written from the two RFCs alone, so that a server which agrees with it agrees with the texts and
not with itself. It judges what it receives: a frame that RFC 3080 section 2.2.1.1 calls
poorly-formed, a reply out of order, or octets beyond the window raise PoorlyFormed.

    session = Session(socket.create_connection((host, port)))
    channel, content = session.start("http://iana.org/beep/APEX")
    reply = channel.request(b"Content-Type: application/beep+xml\r\n\r\n<terminate />")
    session.release()
"""

from __future__ import annotations

import email
import email.message
import re
import socket
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

BEEP_XML = "application/beep+xml"
HEADER_LIMIT = 62  # the longest header, an ANS with every number at its widest, and its CRLF
INITIAL_WINDOW = 4096  # RFC 3081 section 3.1.1, in octets
MODULUS = 1 << 32
HALF = MODULUS >> 1
SEGMENT = 1024  # the largest payload of one frame that this side sends, in octets
TIMEOUT = 5.0  # seconds until something that was waited for is called missing

DATA_HEADER = re.compile(rb"(MSG|RPY|ERR|NUL) (\d+) (\d+) ([.*]) (\d+) (\d+)")
ANS_HEADER = re.compile(rb"(ANS) (\d+) (\d+) ([.*]) (\d+) (\d+) (\d+)")
SEQ_HEADER = re.compile(rb"SEQ (\d+) (\d+) (\d+)")


class PoorlyFormed(Exception):
    """The peer sent what the specifications forbid."""


class Closed(Exception):
    """The peer closed the connection."""


class Refused(Exception):
    """The peer answered with an error element; `code` is its three-digit reply code."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(f"{code} {text}".strip())
        self.code = code


class Seq(NamedTuple):
    channel: int
    ackno: int
    window: int


class Frame(NamedTuple):
    keyword: str
    channel: int
    msgno: int
    more: bool
    seqno: int
    payload: bytes
    ansno: int | None = None

    def octets(self) -> bytes:
        header = (
            f"{self.keyword} {self.channel} {self.msgno} {'*' if self.more else '.'}"
            f" {self.seqno} {len(self.payload)}"
        )
        if self.ansno is not None:
            header += f" {self.ansno}"
        return header.encode() + b"\r\n" + self.payload + b"END\r\n"


class Message(NamedTuple):
    keyword: str
    msgno: int
    payload: bytes
    ansno: int | None = None


def ahead(one: int, other: int) -> int:
    """How far `one` is ahead of `other`, modulo 2^32 (negative where it is behind)."""
    return (one - other + HALF) % MODULUS - HALF


def entity(payload: bytes) -> tuple[email.message.Message, bytes]:
    """The MIME headers of a payload, and the octets after them (RFC 3080 section 2.2)."""
    if payload.startswith(b"\r\n"):
        return email.message_from_bytes(b"\r\n"), payload[2:]
    head, gap, body = payload.partition(b"\r\n\r\n")
    if not gap:
        raise PoorlyFormed(f"no end of the MIME headers in {payload[:80]!r}")
    return email.message_from_bytes(head + b"\r\n\r\n"), body


def read_xml(body: bytes) -> ElementTree.Element:
    """Parses the subset of XML that RFC 3080 section 6.4 allows."""
    if body.lstrip().startswith(b"<?xml ") or b"<!DOCTYPE" in body:
        raise PoorlyFormed("an XML or a DOCTYPE declaration")
    try:
        return ElementTree.fromstring(body)
    except ElementTree.ParseError as error:
        raise PoorlyFormed(f"{error} in {body[:200]!r}") from None


def beep_xml(payload: bytes) -> ElementTree.Element:
    """The root element of a payload that must be application/beep+xml."""
    headers, body = entity(payload)
    if "Content-Type" not in headers or headers.get_content_type() != BEEP_XML:
        raise PoorlyFormed(f"{headers.get('Content-Type')} instead of {BEEP_XML}")
    return read_xml(body)


def as_payload(xml: str) -> bytes:
    return f"Content-Type: {BEEP_XML}\r\n\r\n{xml}".encode()


def refusal(root: ElementTree.Element) -> Refused:
    if root.tag != "error" or not re.fullmatch("[1-5][0-9][0-9]", root.get("code", "")):
        raise PoorlyFormed(f"an ERR with {ElementTree.tostring(root)!r}")
    return Refused(int(root.get("code", "")), (root.text or "").strip())


class Wire:
    """Frames on a socket."""

    def __init__(self, sock: socket.socket) -> None:
        self.socket = sock
        self._buffer = b""

    def send(self, octets: bytes) -> None:
        try:
            self.socket.settimeout(TIMEOUT)
            self.socket.sendall(octets)
        except (BrokenPipeError, ConnectionResetError):
            raise Closed("the peer closed while this side was sending") from None

    def read(self, deadline: float) -> Frame | Seq:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > HEADER_LIMIT:
                raise PoorlyFormed(f"no header in {self._buffer[:HEADER_LIMIT]!r}")
            self._fill(deadline)
        header = self._buffer[:end]
        if seq := SEQ_HEADER.fullmatch(header):
            self._buffer = self._buffer[end + 2 :]
            channel, ackno, window = map(int, seq.groups())
            if channel >= HALF or ackno >= MODULUS or window >= HALF:
                raise PoorlyFormed(f"a number out of range in {header!r}")
            return Seq(channel, ackno, window)
        found = DATA_HEADER.fullmatch(header) or ANS_HEADER.fullmatch(header)
        if found is None:
            raise PoorlyFormed(f"the header {header!r}")
        keyword, more = found[1].decode(), found[4] == b"*"
        channel, msgno, seqno, size, *ansno = (int(found[n]) for n in (2, 3, *range(5, found.re.groups + 1)))
        if max(channel, msgno, size) >= HALF or max(seqno, *ansno, 0) >= MODULUS:
            raise PoorlyFormed(f"a number out of range in {header!r}")
        start, stop = end + 2, end + 2 + size
        while len(self._buffer) < stop + 5:
            self._fill(deadline)
        payload, trailer = self._buffer[start:stop], self._buffer[stop : stop + 5]
        self._buffer = self._buffer[stop + 5 :]
        if trailer != b"END\r\n":
            raise PoorlyFormed(f"the trailer {trailer!r} after {header!r}")
        return Frame(keyword, channel, msgno, more, seqno, payload, ansno[0] if ansno else None)

    def _fill(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError("nothing arrived in time")
        self.socket.settimeout(left)
        try:
            octets = self.socket.recv(65536)
        except ConnectionResetError:
            octets = b""
        if not octets:
            raise Closed("the peer closed the connection")
        self._buffer += octets


class Channel:
    """One channel: numbering, windows and order in both directions.

    `handler` is called with every complete MSG; it, or someone later, calls `reply`.
    """

    def __init__(self, session: Session, number: int, profile: str) -> None:
        self.session, self.number, self.profile = session, number, profile
        self.handler: Callable[[Message], None] | None = None
        self.outstanding: deque[int] = deque()  # MSGs sent whose reply is not complete
        self.queue: deque[Message] = deque()  # what waits for the peer's window
        self.sent = 0  # the sequence number of the next octet that leaves
        self.edge = INITIAL_WINDOW  # octets before this one may leave
        self.expected = 0  # the sequence number of the next octet that arrives
        self.promised = INITIAL_WINDOW  # octets before this one may arrive
        self._acknowledged = 0
        self._next_msgno = 0
        self._replies: dict[int, list[Message]] = {}
        self._owed: deque[int] = deque()  # MSGs received whose reply has not been queued
        self._answers: dict[int, Message] = {}
        self._previous: Frame | None = None
        self._parts: dict[int | None, bytes] = {}  # by ansno: what has come of unfinished messages

    def send(self, payload: bytes) -> int:
        """Queues a MSG; gives its number."""
        msgno = self._next_msgno
        self._next_msgno += 1
        self.outstanding.append(msgno)
        self.queue.append(Message("MSG", msgno, payload))
        self.session.flush()
        return msgno

    def wait(self, msgno: int, timeout: float = TIMEOUT) -> list[Message]:
        """The complete reply to a MSG: one message, or every ANS and the NUL."""
        self.session.until(lambda: msgno not in self.outstanding, timeout)
        return self._replies.pop(msgno)

    def request(self, payload: bytes, timeout: float = TIMEOUT) -> Message:
        return self.wait(self.send(payload), timeout)[-1]

    def reply(self, msgno: int, payload: bytes, keyword: str = "RPY") -> None:
        """Answers a MSG; the answer leaves after those to earlier MSGs (section 2.6.1)."""
        self._answers[msgno] = Message(keyword, msgno, payload)
        while self._owed and self._owed[0] in self._answers:
            self.queue.append(self._answers.pop(self._owed.popleft()))
        self.session.flush()

    def greet(self, payload: bytes) -> None:
        """The reply number zero that no MSG asked for, in both directions (section 2.3.1.1)."""
        self.outstanding.append(0)
        self._next_msgno = 1
        self.queue.append(Message("RPY", 0, payload))
        self.session.flush()

    def idle(self) -> bool:
        return not (self.queue or self.outstanding or self._owed)

    def send_frame(self) -> bool:
        """Sends one frame of the oldest message, if the peer's window has room for it."""
        if not self.queue:
            return False
        keyword, msgno, payload, ansno = self.queue[0]
        size = min(len(payload), max(ahead(self.edge, self.sent), 0), self.session.segment)
        if payload and not size:
            return False
        more = size < len(payload)
        self.session.wire.send(Frame(keyword, self.number, msgno, more, self.sent, payload[:size], ansno).octets())
        self.sent = (self.sent + size) % MODULUS
        if more:
            self.queue[0] = Message(keyword, msgno, payload[size:], ansno)
        else:
            self.queue.popleft()
        return True

    def receive_seq(self, seq: Seq) -> None:
        if ahead(seq.ackno, self.sent) > 0 or ahead(seq.ackno, self._acknowledged) < 0:
            raise PoorlyFormed(f"{seq}: {self._acknowledged} to {self.sent} could be acknowledged")
        self._acknowledged = seq.ackno
        self.edge = (seq.ackno + seq.window) % MODULUS

    def receive_frame(self, frame: Frame) -> None:
        self._judge(frame)
        self._previous = frame
        self.expected = (self.expected + len(frame.payload)) % MODULUS
        self._advertise()
        self._parts[frame.ansno] = self._parts.get(frame.ansno, b"") + frame.payload
        if not frame.more:
            self._complete(Message(frame.keyword, frame.msgno, self._parts.pop(frame.ansno), frame.ansno))

    def _judge(self, frame: Frame) -> None:
        """RFC 3080 section 2.2.1.1, and the window of RFC 3081 section 3.1."""
        previous = self._previous
        end = (frame.seqno + len(frame.payload)) % MODULUS
        is_reply = frame.keyword != "MSG"
        if frame.seqno != self.expected:
            raise PoorlyFormed(f"{frame.octets()[:80]!r}: {self.expected} was expected")
        if ahead(end, self.promised) > 0:
            raise PoorlyFormed(f"{frame.octets()[:80]!r} ends beyond the window at {self.promised}")
        if not is_reply and frame.msgno in self._owed:
            raise PoorlyFormed(f"MSG {frame.msgno} has no reply yet")
        # section 2.6.1: replies come in the order of the MSGs
        if is_reply and (not self.outstanding or self.outstanding[0] != frame.msgno):
            raise PoorlyFormed(f"{frame.keyword} {frame.msgno}: outstanding are {list(self.outstanding)}")
        if frame.keyword == "NUL" and (frame.more or frame.payload or self._parts):
            raise PoorlyFormed("a NUL that continues, has a payload, or comes before an ANS is complete")
        if self._parts and previous and (previous.msgno, previous.keyword) != (frame.msgno, frame.keyword):
            raise PoorlyFormed(f"{frame.keyword} {frame.msgno} inside {previous.keyword} {previous.msgno}")
        if is_reply and self._replies.get(frame.msgno) and frame.keyword not in ("ANS", "NUL"):
            raise PoorlyFormed(f"{frame.keyword} after ANS to {frame.msgno}")

    def _advertise(self) -> None:
        window = self.session.window if self.number else INITIAL_WINDOW
        if self.session.acknowledges and ahead(self.promised, self.expected) <= window // 2:
            self.promised = (self.expected + window) % MODULUS
            self.session.wire.send(f"SEQ {self.number} {self.expected} {window}\r\n".encode())

    def _complete(self, message: Message) -> None:
        if message.keyword == "MSG":
            self._owed.append(message.msgno)
            if self.handler is not None:
                self.handler(message)
            return
        self._replies.setdefault(message.msgno, []).append(message)
        if message.keyword != "ANS":
            self.outstanding.popleft()


class Session:
    """A BEEP session. `accept(channel, content)` decides on a start from the peer: it gives the
    content of the profile element that answers, or None to decline."""

    def __init__(
        self,
        sock: socket.socket,
        initiator: bool = True,
        profiles: Iterable[str] = (),
        accept: Callable[[Channel, str], str | None] | None = None,
        window: int = INITIAL_WINDOW,
        segment: int = SEGMENT,
    ) -> None:
        self.wire = Wire(sock)
        self.window, self.segment, self.acknowledges = window, segment, True
        self.released = False
        self._initiator, self._accept = initiator, accept
        self._next_number = 1 if initiator else 2
        self._management = Channel(self, 0, "")
        self._management.handler = self._manage
        self.channels = {0: self._management}
        offers = "".join(f"<profile uri={quoteattr(uri)} />" for uri in profiles)
        self._management.greet(as_payload(f"<greeting>{offers}</greeting>" if offers else "<greeting />"))
        greeting = self._positive(self._management.wait(0)[-1], "greeting")
        self.profiles = [profile.get("uri") for profile in greeting.iter("profile")]

    def start(self, profile: str, content: str = "", number: int | None = None) -> tuple[Channel, str]:
        """Creates a channel; gives it with the content of the peer's profile element. Raises Refused."""
        if number is None:
            number = self._next_number
            self._next_number += 2
        inner = f"<![CDATA[{content}]]>" if content else ""
        element = f"<start number='{number}'><profile uri={quoteattr(profile)}>{inner}</profile></start>"
        chosen = self._positive(self._management.request(as_payload(element)), "profile")
        if chosen.get("uri") != profile:
            raise PoorlyFormed(f"{chosen.get('uri')} was never proposed")
        self.channels[number] = Channel(self, number, profile)
        return self.channels[number], (chosen.text or "").strip()

    def close(self, channel: Channel, code: int = 200) -> None:
        """Closes a channel once every MSG on it has been answered. Raises Refused."""
        self.until(channel.idle)
        self._positive(self._management.request(as_payload(f"<close number='{channel.number}' code='{code}' />")), "ok")
        del self.channels[channel.number]

    def release(self) -> None:
        """Releases the session and closes the connection. Raises Refused."""
        self._positive(self._management.request(as_payload("<close number='0' code='200' />")), "ok")
        self.abort()

    def abort(self) -> None:
        self.released = True
        self.wire.socket.close()

    def until(self, holds: Callable[[], bool], timeout: float = TIMEOUT) -> None:
        """Serves the peer, frame by frame, until something holds."""
        deadline = time.monotonic() + timeout
        while not holds():
            self.pump(deadline)

    def pump(self, deadline: float) -> None:
        """Waits for one frame and does what it asks for."""
        frame = self.wire.read(deadline)
        channel = self.channels.get(frame.channel)
        if channel is None:
            raise PoorlyFormed(f"{frame}: there is no such channel")
        if isinstance(frame, Seq):
            channel.receive_seq(frame)
        else:
            channel.receive_frame(frame)
        if not self.released:
            self.flush()

    def flush(self) -> None:
        """Sends what the windows allow, a frame of each channel in turn (RFC 3081 section 3.1.4)."""
        while any([channel.send_frame() for channel in list(self.channels.values())]):
            pass

    def _positive(self, message: Message, tag: str) -> ElementTree.Element:
        root = beep_xml(message.payload)
        if message.keyword == "ERR":
            raise refusal(root)
        if message.keyword != "RPY" or root.tag != tag:
            raise PoorlyFormed(f"{message.keyword} with {root.tag} instead of {tag}")
        return root

    def _manage(self, message: Message) -> None:
        root = beep_xml(message.payload)
        if root.tag == "start":
            self._started(message.msgno, root)
        elif root.tag == "close":
            self._closed(message.msgno, int(root.get("number", "0")))
        else:
            self._decline(message.msgno, 500, f"{root.tag} is unexpected")

    def _started(self, msgno: int, root: ElementTree.Element) -> None:
        number = int(root.get("number", "0"))
        if number in self.channels or number % 2 == (1 if self._initiator else 0):
            return self._decline(msgno, 501, "the number is taken, or of this side's parity")
        for proposed in root.iter("profile"):
            channel = Channel(self, number, proposed.get("uri", ""))
            content = self._accept(channel, (proposed.text or "").strip()) if self._accept else None
            if content is not None:
                inner = f"<![CDATA[{content}]]>" if content else ""
                answer = f"<profile uri={quoteattr(channel.profile)}>{inner}</profile>"
                self.channels[number] = channel
                return self._management.reply(msgno, as_payload(answer))
        self._decline(msgno, 550, "none of these profiles is known here")

    def _closed(self, msgno: int, number: int) -> None:
        others = [channel for channel in self.channels.values() if channel.number and number in (0, channel.number)]
        if number and not others:
            return self._decline(msgno, 550, "there is no such channel")
        # section 2.3.1.3 lets a peer decline at any time; this one does so rather than wait
        if not all(channel.idle() for channel in others):
            return self._decline(msgno, 550, "still working")
        self._management.reply(msgno, as_payload("<ok />"))
        if number:
            del self.channels[number]
        else:
            self.abort()

    def _decline(self, msgno: int, code: int, text: str) -> None:
        self._management.reply(msgno, as_payload(f"<error code='{code}'>{text}</error>"), "ERR")
