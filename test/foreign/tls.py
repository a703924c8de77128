"""tls.py HOST PORT CA CERT KEY: the TLS profile (RFC 3080 section 3.1) with Python's ssl module, against
a peer that offers it, ECHO once it is encrypted, and TURN, on which it asks for TLS itself.

CA certifies both sides: this one as user.example with CERT and KEY, the peer as one.example and as
other.example. Output is TAP; the exit code is 1 if a step fails.
"""

from __future__ import annotations

import socket
import ssl
import sys
import warnings

from beep import Channel, Closed, Refused, Session, as_payload, beep_xml, read_xml, refusal
from tap import Steps, holds, same

TLS = "http://iana.org/beep/TLS"
ECHO = "http://example.com/echo"
TURN = "http://example.com/turn"
READY, PROCEED = "<ready />", "<proceed />"
step = Steps()


class World:
    def __init__(self, host: str, port: str, ca: str, cert: str, key: str) -> None:
        self.address, self.ca, self.own = (host, int(port)), ca, (cert, key)
        self.sockets: list[socket.socket] = []

    def socket(self) -> socket.socket:
        self.sockets.append(socket.create_connection(self.address))
        return self.sockets[-1]

    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=self.ca)

    def credentials(self, context: ssl.SSLContext) -> ssl.SSLContext:
        context.load_cert_chain(*self.own)
        return context

    def secured(self, session: Session, context: ssl.SSLContext | None = None, name: str = "one.example") -> Session:
        """What follows a proceed, on the side that asked."""
        same(session.wire._buffer, b"", "octets after the proceed")
        session.wire.socket.settimeout(5)
        sock = (context or self.context()).wrap_socket(session.wire.socket, server_hostname=name)
        self.sockets.append(sock)
        return Session(sock, window=16384)

    def leave(self) -> None:
        for sock in self.sockets:
            sock.close()

    abandon = leave


def echoes(session: Session, octets: bytes) -> None:
    channel, _ = session.start(ECHO)
    same(channel.number, 1, "the numbers begin anew")
    holds(channel.request(octets, timeout=30).payload == octets, f"{len(octets)} octets came back otherwise")


@step("a ready inside the start: proceed, a new greeting with other profiles, and long messages")
def inside_start(world: World) -> None:
    session = Session(world.socket())
    same(sorted(session.profiles), [TURN, TLS], "in the clear")
    same(session.start(TLS, READY)[1], PROCEED, "the answer")
    session = world.secured(session)
    same(session.profiles, [ECHO], "encrypted")
    echoes(session, bytes(range(256)) * 1000)
    session.release()


@step("a ready on the channel, with a version, over TLS 1.2")
def on_channel(world: World) -> None:
    session = Session(world.socket())
    channel, content = session.start(TLS)
    same(content, "", "the answer to nothing")
    reply = channel.request(as_payload("<ready version='1' />"))
    same((reply.keyword, reply.payload), ("RPY", as_payload(PROCEED)), "the reply")
    context = world.context()
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    session = world.secured(session, context)
    same(session.wire.socket.version(), "TLSv1.2", "the version")
    echoes(session, b"hello")


@step("serverName selects the certificate")
def server_name(world: World) -> None:
    session = Session(world.socket())
    start = f"<start number='1' serverName='other.example'><profile uri='{TLS}'><![CDATA[{READY}]]></profile></start>"
    reply = session._management.request(as_payload(start))
    same(beep_xml(reply.payload).text, PROCEED, "the answer")
    names = world.secured(session, name="other.example").wire.socket.getpeercert()["subjectAltName"]
    same(names, (("DNS", "other.example"),), "whom the certificate names")


@step("a certificate of this side is shown")
def certificate(world: World) -> None:
    session = Session(world.socket())
    session.start(TLS, READY)
    echoes(world.secured(session, world.credentials(world.context())), b"it is me")


@step("the error about a version is inside a positive reply, and another ready may follow")
def version(world: World) -> None:
    session = Session(world.socket())
    channel, content = session.start(TLS, "<ready version='oops' />")
    same(refusal(read_xml(content.encode())).code, 501, "the code")
    same(channel.request(as_payload(READY)).payload, as_payload(PROCEED), "the reply")
    echoes(world.secured(session), b"after all")


@step("TLS 1.1 is refused, and the connection is over")
def old(world: World) -> None:
    session = Session(world.socket())
    session.start(TLS, READY)
    context = world.context()
    warnings.simplefilter("ignore", DeprecationWarning)
    context.minimum_version = ssl.TLSVersion.TLSv1
    context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    try:
        world.secured(session, context)
    except (ssl.SSLError, ConnectionResetError) as error:
        holds("HOSTNAME" not in str(error), str(error))
        return
    holds(False, "TLS 1.1 was negotiated")


@step("plaintext after the proceed ends the session")
def plaintext(world: World) -> None:
    session = Session(world.socket())
    session.start(TLS, READY)
    try:
        session.start(ECHO)
    except (Closed, ssl.SSLError):
        return
    except Exception as error:  # a TLS alert is no frame
        holds("header" in str(error), str(error))
        return
    holds(False, "a channel was started")


@step("a second tuning channel is refused with 450")
def second(world: World) -> None:
    session = Session(world.socket())
    session.start(TLS)
    try:
        session.start(TLS, READY)
    except Refused as refused:
        same(refused.code, 450, "the code")
        return
    holds(False, "it was started")


@step("a peer that asks for TLS itself, and is told to proceed")
def turned(world: World) -> None:
    asked: list[str] = []

    def accept(channel: Channel, content: str) -> str | None:
        asked.append(content)
        return PROCEED

    session = Session(world.socket(), profiles=[TLS], accept=accept)
    session.start(TURN)
    session.until(lambda: asked)
    same(asked, [READY], "the ready")
    context = world.credentials(ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER))
    sock = context.wrap_socket(session.wire.socket, server_side=True)
    world.sockets.append(sock)
    session = Session(sock)
    same(session.profiles, [ECHO], "encrypted")
    echoes(session, b"the other way round")


if __name__ == "__main__":
    if len(sys.argv) != 6:
        sys.exit(__doc__)
    sys.exit(step.run(lambda: World(*sys.argv[1:])))
