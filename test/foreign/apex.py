"""An APEX application (RFC 3340) that speaks to the presence service (RFC 3343), over beep.py.

    session = connect("127.0.0.1", 10913)
    line = Line(session)
    fred = Endpoint(line, "fred@example.com")
    fred.attach()
    fred.subscribe("fred@example.com", duration=60, trans_id=7)
    print(fred.next().element.tag)  # publish
"""

from __future__ import annotations

import re
import secrets
import socket
from collections import defaultdict, deque
from datetime import datetime
from typing import NamedTuple
from xml.etree import ElementTree
from xml.sax.saxutils import quoteattr

from beep import (
    BEEP_XML,
    TIMEOUT,
    Message,
    PoorlyFormed,
    Refused,
    Session,
    as_payload,
    beep_xml,
    entity,
    read_xml,
    refusal,
)

PROFILE = "http://iana.org/beep/APEX"
OK = 250
INLINE, RELATED = "data-content", "multipart/related"


class Tuple(NamedTuple):
    """One `tuple` of a presence entry; the capabilities are (baseline, text)."""

    destination: str
    available_until: str = "2525-12-31T23:59:59-08:00"
    info: str | None = None
    capabilities: tuple[tuple[str, str], ...] = ()


class Delivery(NamedTuple):
    """One `data` that came: who sent it, to whom, and the content with its media type."""

    originator: str
    recipients: list[str]
    media_type: str
    content: bytes

    @property
    def element(self) -> ElementTree.Element:
        return read_xml(self.content)


def trans_id() -> int:
    """RFC 3340 section 6.1.1: a transaction-identifier should appear to be unpredictable."""
    return secrets.randbelow(2147483647) + 1


def timestamp(text: str) -> datetime:
    """RFC 3340's TIMESTAMP, as an instant."""
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", text):
        raise PoorlyFormed(f"{text!r} is no timestamp")
    return datetime.fromisoformat(text)


def tag(name: str, content: str = "", **attributes: object) -> str:
    """An element; an attribute that is None is left out."""
    pairs = "".join(f" {key}={quoteattr(str(value))}" for key, value in attributes.items() if value is not None)
    return f"<{name}{pairs}>{content}</{name}>" if content else f"<{name}{pairs} />"


def option(name: str, must_understand: bool, target_hop: str = "final") -> str:
    understand = "true" if must_understand else "false"
    return tag("option", internal=name, targetHop=target_hop, mustUnderstand=understand, transID=trans_id())


def presence(publisher: str, last_update: str, tuples: list[Tuple], info: str | None = None) -> str:
    """RFC 3343 section 3."""
    inner = ""
    for entry in tuples:
        capabilities = "".join(tag("capability", text, baseline=uri) for uri, text in entry.capabilities)
        inner += tag(
            "tuple",
            capabilities,
            destination=entry.destination,
            availableUntil=entry.available_until,
            tupleInfo=entry.info,
        )
    return tag("presence", inner, publisher=publisher, lastUpdate=last_update, publisherInfo=info)


def connect(host: str, port: int, **options: object) -> Session:
    sock = socket.create_connection((host, port), TIMEOUT)
    # a reply and a request often leave one after the other, and neither is worth a delay
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    session = Session(sock, **options)
    if PROFILE not in session.profiles:
        raise PoorlyFormed(f"the greeting offers {session.profiles}, not {PROFILE}")
    return session


def parts(headers: object, body: bytes) -> dict[str, tuple[str, bytes]]:
    """The parts of a multipart/related (RFC 2387): by Content-ID, the media type and the octets."""
    boundary = headers.get_param("boundary")
    if not boundary:
        raise PoorlyFormed("a multipart/related without a boundary")
    delimiter = b"\r\n--" + boundary.encode()
    pieces = (b"\r\n" + body).split(delimiter)
    if not pieces[-1].startswith(b"--"):
        raise PoorlyFormed("a multipart/related that does not end")
    found = {}
    for piece in pieces[1:-1]:
        own, octets = entity(piece.partition(b"\r\n")[2])
        found[own.get("Content-ID", "").strip("<> ")] = (own.get_content_type(), octets)
    return found


def inline_content(xml: bytes) -> bytes:
    """The octets inside `data-content`, as they came."""
    found = re.search(rb"<data-content\b[^>]*>(.*)</data-content\s*>", xml, re.DOTALL)
    if not found:
        raise PoorlyFormed(f"no data-content in {xml[:200]!r}")
    return found[1]


def read_data(payload: bytes) -> tuple[ElementTree.Element, Delivery | None]:
    """The control document of an incoming MSG, and what it delivers if it is a `data`."""
    headers, body = entity(payload)
    related = {}
    if headers.get_content_type() == "multipart/related":
        related = parts(headers, body)
        kind, body = related.get(headers.get_param("start", "").strip("<>"), next(iter(related.values())))
        if kind != BEEP_XML:
            raise PoorlyFormed(f"a control document of the type {kind}")
        root = read_xml(body)
    else:
        root = beep_xml(payload)
    if root.tag != "data":
        return root, None
    content, inline = root.get("content", ""), root.find("data-content")
    if content.startswith("cid:"):
        media_type, octets = related[content[4:]]
    elif inline is not None and content == "#" + inline.get("Name", ""):
        media_type, octets = BEEP_XML, inline_content(body)
    else:
        raise PoorlyFormed(f"the content {content!r} is nowhere")
    originator = root.find("originator").get("identity")
    return root, Delivery(originator, [to.get("identity") for to in root.findall("recipient")], media_type, octets)


class Line:
    """One APEX channel. `opened` is the outcome of the element that went with its start."""

    def __init__(self, session: Session, opening: str = "") -> None:
        self.session = session
        self.inboxes: dict[str, deque[Delivery]] = defaultdict(deque)
        self.terminated: list[tuple[int, str]] = []  # what the relay has terminated: transID and code
        self.bound: list[str] = []  # the domains that the relay has bound
        self.channel, answer = session.start(PROFILE, opening)
        self.channel.handler = self._receive
        self.opened = self._outcome(read_xml(answer.encode())) if opening else None

    def request(self, payload: str | bytes) -> int:
        """Sends a MSG; gives 250 for `ok`, else the code of the `error`."""
        octets = as_payload(payload) if isinstance(payload, str) else payload
        return self.outcome(self.channel.request(octets))

    def outcome(self, reply: Message) -> int:
        root = beep_xml(reply.payload)
        if (reply.keyword, root.tag) not in (("RPY", "ok"), ("ERR", "error")):
            raise PoorlyFormed(f"{reply.keyword} with {root.tag}")
        return self._outcome(root)

    def attach(self, endpoint: str, transaction: int, options: str = "") -> int:
        return self.request(attach(endpoint, transaction, options))

    def bind(self, relay: str, transaction: int) -> int:
        return self.request(tag("bind", relay=relay, transID=transaction))

    def terminate(self, transaction: int) -> int:
        return self.request(tag("terminate", transID=transaction))

    def close(self) -> None:
        self.session.close(self.channel)

    def _outcome(self, root: ElementTree.Element) -> int:
        if root.tag == "ok" and not root.attrib and not len(root):
            return OK
        return refusal(root).code

    def _receive(self, message: Message) -> None:
        root, delivery = read_data(message.payload)
        if delivery is not None:
            for recipient in delivery.recipients:
                self.inboxes[recipient].append(delivery)
        elif root.tag == "terminate":
            self.terminated.append((int(root.get("transID", "0")), root.get("code", "250")))
        elif root.tag == "bind":
            self.bound.append(root.get("relay"))
        else:
            raise PoorlyFormed(f"a MSG with {root.tag}")
        self.channel.reply(message.msgno, as_payload("<ok />"))


def attach(endpoint: str, transaction: int, options: str = "") -> str:
    return tag("attach", options, endpoint=endpoint, transID=transaction)


def data(
    originator: str,
    recipients: list[str],
    content: bytes,
    form: str = INLINE,
    media_type: str = BEEP_XML,
    options: str = "",
) -> bytes:
    """A `data` in one of the two forms of RFC 3340 section 4.1, laid out as in its examples."""
    reference = "#Content" if form == INLINE else f"cid:{secrets.token_hex(8)}@example.com"
    lines = [f"<data content='{reference}'>", "    " + tag("originator", identity=originator)]
    lines += ["    " + tag("recipient", identity=recipient) for recipient in recipients]
    lines += ["    " + options] if options else []
    head = "\r\n".join(lines).encode()
    if form == INLINE:
        nested = b"\r\n    <data-content Name='Content'>" + content + b"</data-content>\r\n</data>\r\n"
        return as_payload("") + head + nested
    boundary, start = secrets.token_hex(12), f"{secrets.token_hex(8)}@example.com"
    opening = (
        f'Content-Type: multipart/related; boundary="{boundary}";\r\n'
        f'              start="<{start}>";\r\n              type="{BEEP_XML}"\r\n\r\n'
        f"--{boundary}\r\nContent-Type: {BEEP_XML}\r\nContent-ID: <{start}>\r\n\r\n"
    )
    between = (
        f"\r\n</data>\r\n--{boundary}\r\nContent-Type: {media_type}\r\n"
        f"Content-Transfer-Encoding: binary\r\nContent-ID: <{reference[4:]}>\r\n\r\n"
    )
    return opening.encode() + head + between.encode() + content + f"\r\n--{boundary}--\r\n".encode()


class Endpoint:
    """An endpoint that uses a line: it sends as `identity`, and has an inbox of its own."""

    def __init__(self, line: Line, identity: str) -> None:
        self.line, self.identity = line, identity
        self.service = "apex=presence@" + identity.rpartition("@")[2]
        self.attachment = trans_id()
        self.form = INLINE

    def attach(self) -> int:
        return self.line.attach(self.identity, self.attachment)

    def send(self, recipients: list[str], content: str | bytes, **how: str) -> int:
        octets = content.encode() if isinstance(content, str) else content
        return self.line.request(data(self.identity, recipients, octets, **{"form": self.form, **how}))

    def next(self, timeout: float = TIMEOUT) -> Delivery:
        """The next data for this endpoint, waited for."""
        inbox = self.line.inboxes[self.identity]
        self.line.session.until(lambda: bool(inbox), timeout)
        return inbox.popleft()

    def ask(self, operation: str) -> None:
        """Sends an operation to the presence service, which the relay must take."""
        code = self.send([self.service], operation)
        if code != OK:
            raise Refused(code, f"the relay did not take {operation}")

    def answer(self, timeout: float = TIMEOUT) -> ElementTree.Element:
        """The next operation from the presence service."""
        delivery = self.next(timeout)
        if delivery.originator.lower() != self.service.lower():
            raise PoorlyFormed(f"{delivery} is not from {self.service}")
        return delivery.element

    def subscribe(self, publisher: str, duration: int, trans_id: int) -> None:
        self.ask(tag("subscribe", publisher=publisher, duration=duration, transID=trans_id))

    def watch(self, publisher: str, duration: int, trans_id: int) -> None:
        self.ask(tag("watch", publisher=publisher, duration=duration, transID=trans_id))

    def publish(self, publisher: str, trans_id: int, entry: str) -> None:
        now = datetime.now().astimezone().isoformat(timespec="seconds")
        self.ask(tag("publish", entry, publisher=publisher, transID=trans_id, timeStamp=now))

    def terminate(self, trans_id: int) -> None:
        self.ask(tag("terminate", transID=trans_id))
