"""hostile.py HOST PORT DOMAIN: what no client should send, and after each the next client is served.

Output is TAP; the exit code is 1 if a step fails. Step 1 is a client that means no harm; each later
step sends one bad input, so that a reader can match steps with the lines of the server's log.
"""

from __future__ import annotations

import random
import re
import socket
import sys
from collections.abc import Callable

from apex import OK, Line, trans_id
from beep import TIMEOUT, Frame, Session, as_payload, beep_xml
from expectations import expect_reply, poll, silent
from tap import Steps, holds, same
from world import World

SEQS = re.compile(rb"(SEQ \d+ \d+ \d+\r\n)*")
steps = Steps()


def served(world: World) -> None:
    """The next client attaches, asks, and is answered."""
    client = world.endpoint("next")
    poll(client, client)
    silent(client)
    client.line.close()
    client.line.session.release()


@steps("a client that means no harm, errs once, and leaves without a word")
def control(world: World) -> None:
    served(world)
    rude = world.endpoint("rude")
    poll(rude, rude)
    same(rude.send([rude.identity], "<hello />"), OK)
    rude.next()
    same(rude.line.terminate(9), 550)
    same(rude.line.terminate(0), OK)
    rude.line.session.abort()


# --- frames: each ends the session without a response (RFC 3080 section 2.2.1.1)


def ends(sock: socket.socket, octets: bytes) -> None:
    """The peer closes the connection; it may still have acknowledged what came before."""
    sock.settimeout(TIMEOUT)
    answer = b""
    try:
        sock.sendall(octets)
        while piece := sock.recv(65536):
            answer += piece
    except (BrokenPipeError, ConnectionResetError):
        pass
    finally:
        sock.close()
    holds(SEQS.fullmatch(answer), f"the peer answered {answer[:200]!r}")


# {m} and {s} are the number and the sequence number that come next on channel 0; {m1} and {s1} on
# channel 1, where APEX has been started
FRAMES = {
    "an unknown keyword": "XYZ 0 {m} . {s} 0\r\nEND\r\n",
    "a keyword in lower case": "msg 0 {m} . {s} 0\r\nEND\r\n",
    "two spaces in the header": "MSG  0 {m} . {s} 0\r\nEND\r\n",
    "a tab in the header": "MSG\t0 {m} . {s} 0\r\nEND\r\n",
    "a parameter too few": "MSG 0 {m} . {s}\r\nEND\r\n",
    "a parameter too many": "MSG 0 {m} . {s} 0 0\r\nEND\r\n",
    "a header ended by LF alone": "MSG 0 {m} . {s} 0\n" + "x" * 200,
    "a header without an end": "MSG 0 {m} . {s} " + "0" * 5000,
    "a channel that is no number": "MSG zero {m} . {s} 0\r\nEND\r\n",
    "a negative channel": "MSG -1 {m} . {s} 0\r\nEND\r\n",
    "a number with a sign": "MSG 0 +{m} . {s} 0\r\nEND\r\n",
    "a channel out of range": "MSG 2147483648 {m} . {s} 0\r\nEND\r\n",
    "a message number out of range": "MSG 0 2147483648 . {s} 0\r\nEND\r\n",
    "a sequence number out of range": "MSG 0 {m} . 4294967296 0\r\nEND\r\n",
    "a size out of range": "MSG 0 {m} . {s} 2147483648\r\nEND\r\n",
    "an unknown continuation indicator": "MSG 0 {m} ! {s} 0\r\nEND\r\n",
    "an ANS without an answer number": "ANS 0 {m} . {s} 0\r\nEND\r\n",
    "a channel that does not exist": "MSG 9 0 . 0 0\r\nEND\r\n",
    "a RPY to what was never sent": "RPY 0 77 . {s} 0\r\nEND\r\n",
    "an ERR to what was never sent": "ERR 1 77 . {s1} 0\r\nEND\r\n",
    "an ANS to what was never sent": "ANS 1 77 . {s1} 0 0\r\nEND\r\n",
    "a NUL to what was never sent": "NUL 1 77 . {s1} 0\r\nEND\r\n",
    "a second greeting": "RPY 0 0 . {s} 0\r\nEND\r\n",
    "a keyword that changes inside a message": "MSG 1 {m1} * {s1} 0\r\nEND\r\nERR 1 {m1} . {s1} 0\r\nEND\r\n",
    "a message inside another": "MSG 1 {m1} * {s1} 0\r\nEND\r\nMSG 1 99 . {s1} 0\r\nEND\r\n",
    "a NUL that continues": "NUL 0 0 * {s} 0\r\nEND\r\n",
    "a NUL with a payload": "NUL 0 0 . {s} 1\r\nxEND\r\n",
    "a sequence number that skips": "MSG 1 {m1} . 4000000000 0\r\nEND\r\n",
    "a sequence number that repeats": "MSG 0 {m} . 0 0\r\nEND\r\n",
    "a trailer that is not END": "MSG 1 {m1} . {s1} 0\r\nENX\r\n",
    "a payload longer than its size": "MSG 1 {m1} . {s1} 1\r\nxyEND\r\n",
    "a frame beyond the window of channel 0": "MSG 0 {m} . {s} 5000\r\n" + "x" * 5000 + "END\r\n",
    "a frame far beyond the window": "MSG 1 {m1} . {s1} 2147483647\r\n",
    "a SEQ for a channel that does not exist": "SEQ 9 0 4096\r\n",
    "a SEQ with an acknowledgement out of range": "SEQ 0 4294967296 4096\r\n",
    "a SEQ with a window out of range": "SEQ 0 0 2147483648\r\n",
    "a SEQ that acknowledges what was never sent": "SEQ 1 1000000 4096\r\n",
    "a SEQ with a parameter too few": "SEQ 0 0\r\n",
    "a SEQ that is no number": "SEQ 0 x 4096\r\n",
}


def poor_frame(template: str) -> Callable[[World], None]:
    def check(world: World) -> None:
        session = world.session()
        channel, management = Line(session).channel, session.channels[0]
        same(channel.number, 1)
        numbers = {"m": 2, "s": management.sent, "m1": 0, "s1": channel.sent}
        ends(session.wire.socket, template.format(**numbers).encode())
        session.abort()
        served(world)

    return check


for name, template in FRAMES.items():
    steps.add(f"the session ends on {name}", poor_frame(template))


@steps("the session ends on a MSG whose number has no reply yet")
def number_in_use(world: World) -> None:
    session = world.session()
    line = Line(session)
    # 64 of these fill the peer's first window; their replies, which nobody acknowledges, need more
    # than ours, so the last one waits
    session.acknowledges = False
    request = as_payload("<terminate transID='9'/>")
    for _ in range(4096 // len(request)):
        line.channel.send(request)
    last = line.channel.outstanding[-1]
    line.channel.queue.clear()
    session.wire.send(b"MSG 1 %d . %d 0\r\nEND\r\n" % (last, line.channel.sent))
    closes(session)
    served(world)


def closes(session: Session) -> None:
    """The peer closes the connection; replies to what came before may come before."""
    sock = session.wire.socket
    sock.settimeout(TIMEOUT)
    try:
        while sock.recv(65536):
            pass
    except ConnectionResetError:
        pass
    session.abort()


@steps("the session ends on a frame that stops in its middle")
def truncated(world: World) -> None:
    session = world.session()
    session.wire.send(b"MSG 0 2 . %d 100\r\nContent-Type" % session.channels[0].sent)
    session.wire.socket.shutdown(socket.SHUT_WR)
    closes(session)
    served(world)


NOISE = {
    "noise": random.Random(3343).randbytes(4000),
    "zeros": bytes(4000),
    "an HTTP request": b"GET / HTTP/1.1\r\nHost: example.com\r\n\r\n",
    "a TLS hello": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(range(200)),
    "a greeting that is not well-formed": Frame("RPY", 0, 0, False, 0, as_payload("<greeting>")).octets(),
    "a greeting that is none": Frame("RPY", 0, 0, False, 0, as_payload("<ok />")).octets(),
}


def noise(octets: bytes) -> Callable[[World], None]:
    def check(world: World) -> None:
        sock = socket.create_connection((world.host, world.port), TIMEOUT)
        greeting = b""
        while not greeting.endswith(b"END\r\n"):
            piece = sock.recv(4096)
            holds(piece, "a greeting comes")
            greeting += piece
        ends(sock, octets)
        served(world)

    return check


for name, octets in NOISE.items():
    steps.add(f"the session ends on {name} in the place of a greeting", noise(octets))


@steps("the channel closes on a reply that is not well-formed (RFC 3080 section 2.2.2.1)")
def poor_reply(world: World) -> None:
    fred = world.endpoint("fred")
    channel = fred.line.channel
    channel.handler = lambda message: channel.reply(message.msgno, as_payload("<ok"))
    same(fred.send([fred.identity], "<hello />"), OK)
    fred.line.session.until(lambda: channel.number not in fred.line.session.channels)
    served(world)


# --- messages: each gets an ERR with a code, and the session goes on

HEADER = as_payload("")
BAD_XML, NOT_VALID, EITHER = {500}, {501}, {500, 501}
LONG = "f" * 1025
MESSAGES = {
    "XML that is not well-formed": ("<terminate transID='9'", BAD_XML),
    "two root elements": ("<terminate transID='9' /><ok />", BAD_XML),
    "no XML at all": ("", BAD_XML),
    "an undeclared entity": ("<terminate transID='9'>&nbsp;</terminate>", BAD_XML),
    "a character that XML forbids": ("<terminate transID='9'>&#1;</terminate>", BAD_XML),
    "octets that are no UTF-8": (b"<terminate transID='9'>\xff\xfe</terminate>", BAD_XML),
    "a DOCTYPE": ("<!DOCTYPE terminate [<!ENTITY a 'b'>]><terminate transID='9'>&a;</terminate>", EITHER),
    "an external DOCTYPE": ("<!DOCTYPE terminate SYSTEM 'file:///etc/passwd'><terminate transID='9' />", EITHER),
    "an XML declaration": ("<?xml version='1.0'?><terminate transID='9' />", EITHER),
    "an unknown root element": ("<befriend transID='9' />", NOT_VALID),
    "a reply in the place of a request": ("<ok />", NOT_VALID),
    "an unknown attribute": ("<terminate transID='9' mood='good' />", NOT_VALID),
    "an unknown element": ("<attach endpoint='{new}' transID='9'><mood /></attach>", NOT_VALID),
    "text where there is none": ("<attach endpoint='{new}' transID='9'>hello</attach>", NOT_VALID),
    "an attach without transID": ("<attach endpoint='{new}' />", NOT_VALID),
    "an attach with the transID 0": ("<attach endpoint='{new}' transID='0' />", NOT_VALID),
    "a transID out of range": ("<attach endpoint='{new}' transID='2147483648' />", NOT_VALID),
    "a transID that is no number": ("<terminate transID='nine' />", NOT_VALID),
    "an endpoint without a domain": ("<attach endpoint='fred' transID='9' />", NOT_VALID),
    "an endpoint that is too long": (f"<attach endpoint='{LONG}@example.com' transID='9' />", NOT_VALID),
    "a data without a recipient": ("<data content='#C'><originator identity='{fred}' /></data>", NOT_VALID),
    "a data without an originator": ("<data content='#C'><recipient identity='{fred}' /></data>", NOT_VALID),
    "a data with its children in another order": (
        "<data content='#C'><recipient identity='{fred}' /><originator identity='{fred}' />"
        "<data-content Name='C'><hello /></data-content></data>",
        NOT_VALID,
    ),
}


def still_works(line: Line) -> None:
    same(line.terminate(0), OK, "the session goes on")


def poor_message(xml: str | bytes, codes: set[int]) -> Callable[[World], None]:
    def check(world: World) -> None:
        fred = world.endpoint("fred")
        if isinstance(xml, str):
            filled = xml.replace("{fred}", fred.identity).replace("{new}", world.identity("new")).encode()
        else:
            filled = xml
        code = fred.line.request(HEADER + filled)
        holds(code in codes, f"{code} is none of {codes}")
        still_works(fred.line)
        served(world)

    return check


for name, (xml, codes) in MESSAGES.items():
    steps.add(f"an ERR answers {name}", poor_message(xml, codes))


@steps("an ERR answers a MSG without a Content-Type")
def no_media_type(world: World) -> None:
    fred = world.endpoint("fred")
    same(fred.line.request(b"\r\n<terminate transID='9' />"), 500)
    still_works(fred.line)
    served(world)


@steps("an ERR answers a multipart/related without its boundary")
def no_boundary(world: World) -> None:
    fred = world.endpoint("fred")
    code = fred.line.request(b"Content-Type: multipart/related; start=\"<1@x>\"\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n")
    holds(code in EITHER, f"{code} is none of {EITHER}")
    still_works(fred.line)
    served(world)


MANAGEMENT = {
    "XML that is not well-formed": ("<start number='3'>", BAD_XML),
    "an unknown root element": ("<befriend />", EITHER),
    "a start with an even number": ("<start number='2'><profile uri='http://iana.org/beep/APEX' /></start>", NOT_VALID),
    "a start without a number": ("<start><profile uri='http://iana.org/beep/APEX' /></start>", NOT_VALID),
    "a start without a profile": ("<start number='3' />", NOT_VALID),
}


def poor_management(xml: str, codes: set[int]) -> Callable[[World], None]:
    def check(world: World) -> None:
        session = world.session()
        reply = session.channels[0].request(as_payload(xml))
        error = beep_xml(reply.payload)
        same((reply.keyword, error.tag), ("ERR", "error"))
        holds(int(error.get("code")) in codes, f"{error.get('code')} is none of {codes}")
        still_works(Line(session))
        served(world)

    return check


for name, (xml, codes) in MANAGEMENT.items():
    steps.add(f"an ERR on channel 0 answers {name}", poor_management(xml, codes))


# --- operations: the relay says ok, the presence service replies 501 where it can read a transID

ENTRY = "<presence publisher='{fred}' lastUpdate='2000-05-14T13:02:00-08:00'>{tuples}</presence>"
TUPLE = "<tuple destination='mailto:fred@example.com' availableUntil='2525-12-31T23:59:59-08:00' />"
NOW = "timeStamp='2000-05-14T13:30:00-08:00'"
OPERATIONS = {
    "a duration that is no number": "<subscribe publisher='{fred}' duration='soon' transID='{t}' />",
    "a negative duration": "<subscribe publisher='{fred}' duration='-1' transID='{t}' />",
    "a duration out of range": "<subscribe publisher='{fred}' duration='2147483648' transID='{t}' />",
    "a watch without a duration": "<watch publisher='{fred}' transID='{t}' />",
    "a subscribe without a publisher": "<subscribe duration='1' transID='{t}' />",
    "a publisher that is no endpoint": "<subscribe publisher='fred' duration='1' transID='{t}' />",
    "an unknown operation": "<befriend publisher='{fred}' transID='{t}' />",
    "an unknown attribute": "<subscribe publisher='{fred}' duration='1' transID='{t}' mood='good' />",
    "a subscribe with content": "<subscribe publisher='{fred}' duration='1' transID='{t}'><mood /></subscribe>",
    "a publish without an entry": "<publish publisher='{fred}' transID='{t}' " + NOW + " />",
    "a publish without a tuple": (
        "<publish publisher='{fred}' transID='{t}' " + NOW + ">" + ENTRY.replace("{tuples}", "") + "</publish>"
    ),
    "a publish without a time": (
        "<publish publisher='{fred}' transID='{t}'>" + ENTRY.replace("{tuples}", TUPLE) + "</publish>"
    ),
    "a time that is none": (
        "<publish publisher='{fred}' transID='{t}' timeStamp='yesterday'>"
        + ENTRY.replace("{tuples}", TUPLE)
        + "</publish>"
    ),
    "a lastUpdate that is no time": (
        "<publish publisher='{fred}' transID='{t}' " + NOW + ">"
        + ENTRY.replace("{tuples}", TUPLE).replace("2000-05-14", "2000-05-32")
        + "</publish>"
    ),
}
UNREADABLE = {
    "a subscribe without transID": "<subscribe publisher='{fred}' duration='1' />",
    "a transID that is no number": "<subscribe publisher='{fred}' duration='1' transID='one' />",
    "a transID out of range": "<subscribe publisher='{fred}' duration='1' transID='2147483648' />",
    "a terminate of 0": "<terminate transID='0' />",
    "an unknown operation without transID": "<befriend />",
    "no element at all": "hello",
}


def poor_operation(xml: str, is_answered: bool) -> Callable[[World], None]:
    def check(world: World) -> None:
        fred, transaction = world.endpoint("fred"), trans_id()
        operation = xml.replace("{fred}", fred.identity).replace("{t}", str(transaction))
        before = poll(fred, fred)
        same(fred.send([fred.service], operation), OK, "the relay's answer")
        if is_answered:
            expect_reply(fred, 501, transaction)
        silent(fred)
        same(poll(fred, fred).attrib, before.attrib, "what is stored")
        served(world)

    return check


for name, xml in OPERATIONS.items():
    steps.add(f"a reply 501 answers {name}", poor_operation(xml, True))
for name, xml in UNREADABLE.items():
    steps.add(f"nothing answers {name}", poor_operation(xml, False))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    host, port, domain = sys.argv[1:]
    sys.exit(steps.run(lambda: World(host, int(port), domain)))
