"""RFC 3340 section 4: attach, bind, terminate and data, step by step."""

from __future__ import annotations

from apex import INLINE, OK, RELATED, Endpoint, Line, attach, option, trans_id
from beep import Refused
from tap import Steps, holds, same
from world import World

apex = Steps()
EVERY_OCTET = bytes(range(256)) * 64  # more than any initial window, and nothing but binary
WORDS = b"<greeting xmlns='urn:x'  mood=\"good\">\r\n\tHello,   W\xc3\xb6rld &amp; &#233;<!-- kept --><a/></greeting>"


def told(sender: Endpoint, recipient: Endpoint, content: bytes, **how: str) -> None:
    """Data goes from one application to another, and its content comes unaltered."""
    same(sender.send([recipient.identity], content, **how), OK, "data")
    delivery = recipient.next()
    same(delivery.originator, sender.identity, "originator")
    same(delivery.recipients, [recipient.identity], "recipients")
    holds(delivery.content == content, f"the content came as {delivery.content[:200]!r}")
    same(delivery.media_type, how.get("media_type", "application/beep+xml"), "media type")


@apex("RFC 3340 4.2: an attach goes with the start of the channel")
def piggy_backed(world: World) -> None:
    identity = world.identity("fred")
    line = Line(world.session(), attach(identity, 1))
    same(line.opened, OK)
    told(Endpoint(line, identity), Endpoint(line, identity), WORDS)


@apex("RFC 3340 4.2: an attach that goes with the start is refused with its code")
def piggy_backed_refused(world: World) -> None:
    opening = attach(f"fred@{world.elsewhere}", 1)
    try:
        same(Line(world.session(), opening).opened, 553)
    except Refused as refused:  # the texts leave open whether the channel is created
        same(refused.code, 553)


@apex("RFC 3340 4.4.1 step 1: a transID in use on the channel gets 555")
def attach_in_use(world: World) -> None:
    line = world.line()
    same(line.attach(world.identity("fred"), 1), OK)
    same(line.attach(world.identity("wilma"), 1), 555)


@apex("RFC 3340 4.4.1 step 1: the same transID on another channel is no conflict")
def attach_other_channel(world: World) -> None:
    session = world.session()
    same(Line(session).attach(world.identity("fred"), 1), OK)
    same(Line(session).attach(world.identity("wilma"), 1), OK)


@apex("RFC 3340 4.4.1 step 1: the transID of a refused attach is free")
def attach_again(world: World) -> None:
    line = world.line()
    same(line.attach(f"fred@{world.elsewhere}", 1), 553)
    same(line.attach(world.identity("fred"), 1), OK)


@apex("RFC 3340 4.4.1 step 2: an endpoint of another domain gets 553")
def attach_elsewhere(world: World) -> None:
    same(world.line().attach(f"fred@{world.elsewhere}", 1), 553)


@apex("RFC 3340 4.4.1 step 3: a service's name gets 537")
def attach_as_service(world: World) -> None:
    line = world.line()
    same(line.attach(f"apex=presence@{world.domain}", 1), 537)
    same(line.attach(f"apex=nothing@{world.domain}", 2), 537)


@apex("RFC 3340 4.4.1 step 4: an unknown option that must be understood gets 504, another is ignored")
def attach_option(world: World) -> None:
    line = world.line()
    same(line.attach(world.identity("fred"), 1, option("x-unknown", True)), 504)
    same(line.attach(world.identity("fred"), 2, option("x-unknown", False)), OK)


@apex("RFC 3340 4.4.1 step 5: an endpoint that another application is attached as gets 554")
def attach_taken(world: World) -> None:
    fred = world.endpoint("fred")
    same(world.line().attach(fred.identity, 1), 554)
    told(fred, fred, WORDS)


@apex("RFC 3340 4.4.1 step 6: several endpoints attach on one channel, and each gets what is its own")
def attach_several(world: World) -> None:
    line = world.line()
    fred, wilma, barney = (world.endpoint(name, line) for name in ("fred", "wilma", "barney"))
    told(fred, wilma, b"<to-wilma />")
    told(wilma, barney, b"<to-barney />")
    told(barney, fred, b"<to-fred />")


@apex("RFC 3340 4.4.1 step 6: a domain is compared without case, a local part with it")
def attach_case(world: World) -> None:
    line = world.line()
    fred = world.endpoint("fred", line)
    local = fred.identity.rpartition("@")[0]
    same(world.line().attach(f"{local}@{world.domain.upper()}", 1), 554)
    same(world.line().attach(f"F{local[1:]}@{world.domain}", 1), OK)


@apex("RFC 3340 4.4.2 step 2: a bind for a domain that is served here gets 537")
def bind_here(world: World) -> None:
    same(world.line().bind(world.domain, 1), 537)


@apex("RFC 3340 4.4.2 step 4: a bind for another domain is accepted, and data goes both ways")
def bind_elsewhere(world: World) -> None:
    stranger, presence = world.stranger("wilma"), f"apex=presence@{world.domain}"
    fred = world.endpoint("fred")
    same(fred.send([stranger.identity], WORDS), OK)
    same(stranger.next().content, WORDS)
    same(stranger.send([presence], "<terminate transID='5' />"), OK)
    same(stranger.answer().attrib["code"], "550")


@apex("RFC 3340 4.4.3 step 1: zero ends every attachment of the session, on every channel")
def terminate_all(world: World) -> None:
    session = world.session()
    first, second = Line(session), Line(session)
    fred, wilma = world.endpoint("fred", first), world.endpoint("wilma", first)
    barney = world.endpoint("barney", second)
    same(second.terminate(0), OK)
    for endpoint in (fred, wilma, barney):
        same(endpoint.send([endpoint.identity], WORDS), 537, endpoint.identity)
        same(world.line().attach(endpoint.identity, 1), OK, endpoint.identity)


@apex("RFC 3340 4.4.3 step 1: zero gets ok where nothing is attached")
def terminate_nothing(world: World) -> None:
    same(world.line().terminate(0), OK)


@apex("RFC 3340 4.4.3 step 2: an unknown transID, one that has ended, or another channel's gets 550")
def terminate_unknown(world: World) -> None:
    session = world.session()
    line, other = Line(session), Line(session)
    same(line.terminate(13), 550)
    same(line.attach(world.identity("fred"), 14), OK)
    same(other.terminate(14), 550)
    same(line.terminate(14), OK)
    same(line.terminate(14), 550)


@apex("RFC 3340 4.4.3 step 3: the endpoint is released, the others on the channel are not")
def terminate_one(world: World) -> None:
    line = world.line()
    fred, wilma = world.endpoint("fred", line), world.endpoint("wilma", line)
    same(line.terminate(fred.attachment), OK)
    same(fred.send([wilma.identity], WORDS), 537)
    told(wilma, wilma, WORDS)
    again = world.endpoint("fred")
    told(wilma, again, WORDS)


@apex("RFC 3340 4.4.4.1 step 1: an originator that is not attached here gets 537")
def not_attached(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    for identity in (world.identity("nobody"), fred.identity, f"apex=presence@{world.domain}", f"x@{world.elsewhere}"):
        same(Endpoint(wilma.line, identity).send([fred.identity], WORDS), 537, identity)
    told(wilma, fred, WORDS)


@apex("RFC 3340 4.4.4.1 step 2: an unknown option that must be understood gets 504, and nothing is delivered")
def data_option(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    for hop in ("this", "final", "all"):
        same(wilma.send([fred.identity], b"<lost />", options=option("x-unknown", True, hop)), 504, hop)
    same(wilma.send([fred.identity], b"<kept />", options=option("x-unknown", False)), OK)
    same(fred.next().content, b"<kept />")


@apex("RFC 3340 4.4.4.1 step 3: data to an endpoint that is not attached gets ok, and the next arrives")
def nobody_there(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    same(wilma.send([world.identity("nobody")], WORDS), OK)
    told(wilma, fred, WORDS)


@apex("RFC 3340 4.4.4.1 step 5.3: data-content arrives octet for octet")
def data_inline(world: World) -> None:
    told(world.endpoint("wilma"), world.endpoint("fred"), WORDS, form=INLINE)


@apex("RFC 3340 4.4.4.1 step 5.3: multipart/related arrives octet for octet, larger than the window")
def data_related(world: World) -> None:
    wilma, fred = world.endpoint("wilma"), world.endpoint("fred")
    told(wilma, fred, EVERY_OCTET, form=RELATED, media_type="image/gif")
    told(fred, wilma, WORDS, form=RELATED)


@apex("RFC 3340 4.4.4.1 step 5: every recipient gets it, one that is absent is no obstacle")
def data_several(world: World) -> None:
    wilma, line = world.endpoint("wilma"), world.line()
    fred, barney = world.endpoint("fred", line), world.endpoint("barney")
    betty = world.endpoint("betty", line)
    everyone = [fred.identity, world.identity("nobody"), barney.identity, betty.identity]
    same(wilma.send(everyone, WORDS), OK)
    for endpoint in (fred, barney, betty):
        same(endpoint.next().content, WORDS, endpoint.identity)


@apex("RFC 3340 4.4.4.1 step 5: what one sends to one comes in order")
def data_order(world: World) -> None:
    wilma, fred = world.endpoint("wilma"), world.endpoint("fred")
    for n in range(100):
        same(wilma.send([fred.identity], f"<n>{n}</n>", form=(INLINE, RELATED)[n % 2]), OK)
    same([int(fred.next().element.text) for _ in range(100)], list(range(100)))


@apex("RFC 3080 2.6: several channels of one session work side by side, and one closes alone")
def several_channels(world: World) -> None:
    session = world.session()
    lines = [Line(session) for _ in range(5)]
    endpoints = [world.endpoint(f"e{n}", line) for n, line in enumerate(lines)]
    for n, endpoint in enumerate(endpoints):
        told(endpoint, endpoints[n - 1], WORDS)
    lines[2].close()
    told(endpoints[1], endpoints[3], WORDS)
    # RFC 3340 section 6.1.1: what was attached on the channel is not attached any more
    same(world.line().attach(endpoints[2].identity, trans_id()), OK)


@apex("RFC 3080 2.6.1: the replies to MSGs sent without waiting come in their order")
def pipelined(world: World) -> None:
    line = world.line()
    same(line.attach(world.identity("fred"), 1), OK)
    sent = []
    for n in range(50):
        sent.append((line.channel.send(b"Content-Type: application/beep+xml\r\n\r\n<terminate transID='9' />"), 550))
        opening = attach(world.identity(f"e{n}"), n + 100).encode()
        sent.append((line.channel.send(b"Content-Type: application/beep+xml\r\n\r\n" + opening), OK))
    same([line.outcome(line.channel.wait(msgno)[-1]) for msgno, _ in sent], [code for _, code in sent])
