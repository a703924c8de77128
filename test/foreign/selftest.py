"""beep.py against itself over a socketpair: no server is needed. Output is TAP."""

from __future__ import annotations

import socket
import sys
import threading
import time

from beep import MODULUS, Closed, Channel, PoorlyFormed, Refused, Session, ahead, entity
from tap import Steps, holds, same

ECHO = "http://example.com/echo"
step = Steps()


class World:
    """Two sessions that face each other: this thread is the initiator, another one the listener."""

    def __init__(self) -> None:
        self.near, self.far = socket.socketpair()
        self.listener: Session | None = None
        self.failure: Exception | None = None
        self.thread: threading.Thread | None = None

    def listen(self, **options: object) -> None:
        """Lets the other side echo whatever comes on a channel."""

        def accept(channel: Channel, content: str) -> str | None:
            if channel.profile != ECHO:
                return None
            channel.handler = lambda message: channel.reply(message.msgno, message.payload)
            return content

        def serve() -> None:
            try:
                self.listener = Session(self.far, initiator=False, profiles=[ECHO], accept=accept, **options)
                while not self.listener.released:
                    self.listener.pump(time.monotonic() + 10)
            except Exception as failure:
                self.failure = failure
                self.far.close()

        self.thread = threading.Thread(target=serve, daemon=True)
        self.thread.start()

    def leave(self) -> None:
        self.abandon()
        if self.failure is not None and not isinstance(self.failure, Closed):
            raise self.failure

    def abandon(self) -> None:
        self.near.close()
        if self.thread is not None:
            self.thread.join(10)


@step("greeting, start, close and release")
def whole_session(world: World) -> None:
    world.listen()
    session = Session(world.near)
    same(session.profiles, [ECHO])
    channel, content = session.start(ECHO, "<hello a='1' />")
    same(content, "<hello a='1' />")
    same(channel.request(b"\r\nhello").payload, b"\r\nhello")
    session.close(channel)
    same(list(session.channels), [0])
    session.release()


@step("a start is refused for an unknown profile and for a number of the wrong parity")
def refusals(world: World) -> None:
    world.listen()
    session = Session(world.near)
    for profile, number, code in (("http://example.com/none", None, 550), (ECHO, 2, 501)):
        try:
            session.start(profile, number=number)
            raise AssertionError("it was accepted")
        except Refused as refused:
            same(refused.code, code)


@step("messages larger than the windows come whole, in order, on several channels")
def windows(world: World) -> None:
    world.listen(window=5000, segment=777)
    session = Session(world.near, segment=333)
    channels = [session.start(ECHO)[0] for _ in range(3)]
    sent = []
    for n in range(30):
        channel = channels[n % 3]
        payload = b"\r\n" + bytes([n]) * (n * 1500)
        sent.append((channel, channel.send(payload), payload))
    for channel, msgno, payload in sent:
        same(channel.wait(msgno)[-1].payload, payload)


@step("sequence numbers pass 2^32 - 1")
def wrap(world: World) -> None:
    world.listen()
    session = Session(world.near)
    channel, _ = session.start(ECHO)
    near = MODULUS - 3000
    holds(world.listener is not None, "the listener has a session")
    for end in (channel, world.listener.channels[channel.number]):
        end.sent = end.expected = end._acknowledged = near
        end.edge = end.promised = (near + 4096) % MODULUS
    payload = b"\r\n" + b"x" * 20000
    same(channel.request(payload).payload, payload)
    holds(channel.sent < near, "the number has wrapped")
    same(ahead(5, MODULUS - 5), 10)
    same(ahead(MODULUS - 5, 5), -10)


START = b"Content-Type: application/beep+xml\r\n\r\n<profile uri='http://example.com/echo' />"
STARTED = b"RPY 0 0 . 0 50\r\nContent-Type: application/beep+xml\r\n\r\n<greeting />END\r\n" + (
    b"RPY 0 1 . 50 %d\r\n%sEND\r\n" % (len(START), START)
)
POOR = {
    "an unknown keyword": b"FOO 0 1 . 50 0\r\nEND\r\n",
    "two spaces": b"MSG  1 0 . 0 0\r\nEND\r\n",
    "a channel that does not exist": b"MSG 5 0 . 0 0\r\nEND\r\n",
    "a wrong sequence number": b"MSG 1 0 . 1 0\r\nEND\r\n",
    "a reply that nothing asked for": b"RPY 1 0 . 0 0\r\nEND\r\n",
    "a message inside another": b"MSG 1 0 * 0 1\r\nxEND\r\nMSG 1 1 . 1 0\r\nEND\r\n",
    "a number out of range": b"MSG 1 2147483648 . 0 0\r\nEND\r\n",
    "a frame beyond the window": b"MSG 1 0 . 0 4097\r\n" + b"x" * 4097 + b"END\r\n",
    "a wrong trailer": b"MSG 1 0 . 0 1\r\nxEMD\r\n",
    "a SEQ for what was never sent": b"SEQ 1 1 4096\r\n",
    "a MSG whose number has no reply yet": b"MSG 1 0 . 0 0\r\nEND\r\nMSG 1 0 . 0 0\r\nEND\r\n",
    "no header at all": b"\0" * 200,
}


def poor(octets: bytes):
    def check(world: World) -> None:
        world.far.sendall(STARTED)
        session = Session(world.near)
        session.start(ECHO)
        world.far.sendall(octets)
        try:
            session.until(lambda: False, 5)
        except PoorlyFormed:
            return
        raise AssertionError("it was accepted")

    return check


for name, octets in POOR.items():
    step.add(f"poorly-formed: {name}", poor(octets))


@step("headers are folded, present, or none")
def headers(world: World) -> None:
    found, body = entity(b'Content-Type: multipart/related; boundary="b c";\r\n   start="<1@x>"\r\n\r\n\r\n--b c')
    same((found.get_param("boundary"), found.get_param("start"), body), ("b c", "<1@x>", b"\r\n--b c"))
    same(entity(b"\r\nx")[1], b"x")


if __name__ == "__main__":
    sys.exit(step.run(World))
