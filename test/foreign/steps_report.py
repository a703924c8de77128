"""RFC 3340 sections 5.1 and 6.2: statusRequest and the report service; RFC 3342 section 1: attachOverride."""

from __future__ import annotations

from apex import OK, Endpoint, option, tag, trans_id
from expectations import expect_status, settle, silent, status_request
from tap import Steps, same
from world import World

report = Steps()
CONTENT = "<note>hello</note>"


def reported(sender: Endpoint, recipient: str, code: int) -> None:
    """Data is taken, and the report that was asked for tells what became of it; nothing else comes."""
    transaction = trans_id()
    same(sender.send([recipient], CONTENT, options=status_request(transaction)), OK, "data")
    expect_status(sender, transaction, {recipient: code})
    silent(sender)


@report("RFC 3340 5.1: data that arrives is reported with 250, after the recipient has acknowledged it")
def arrives(world: World) -> None:
    wilma, fred = world.endpoint("wilma"), world.endpoint("fred")
    transaction = trans_id()
    same(wilma.send([fred.identity], CONTENT, options=status_request(transaction)), OK)
    same(settle(wilma), [], "what came before fred's relay had an answer")
    same(fred.next().content, CONTENT.encode())
    expect_status(wilma, transaction, {fred.identity: 250})


@report("RFC 3340 4.4.4.1: data to a domain with no relay gets ok, and 550 in the report")
def no_relay(world: World) -> None:
    reported(world.endpoint("wilma"), f"fred@{world.elsewhere}", 550)


@report("RFC 3340 4.4.4.1: data to a domain with no relay gets ok, and nothing else where no report is asked for")
def no_relay_unasked(world: World) -> None:
    wilma = world.endpoint("wilma")
    same(wilma.send([f"fred@{world.elsewhere}"], CONTENT), OK)
    silent(wilma)


@report("RFC 3340 4.4.4.1: data to an endpoint that is not attached gets ok, and 550 in the report")
def not_attached(world: World) -> None:
    reported(world.endpoint("wilma"), world.identity("nobody"), 550)


@report("RFC 3340 4.4.4.1: data to a service that does not exist gets ok, and 550 in the report")
def no_service(world: World) -> None:
    reported(world.endpoint("wilma"), f"apex=nothing@{world.domain}", 550)


@report("RFC 3340 4.4.4.1 step 5.3: what the access service does not allow gets ok, and 537 in the report")
def not_allowed(world: World) -> None:
    stranger, fred = world.stranger("wilma"), world.endpoint("fred")
    stranger.service = f"apex=presence@{world.domain}"
    reported(stranger, fred.identity, 537)


@report("RFC 3340 5.1: each recipient is reported by itself")
def several(world: World) -> None:
    wilma, fred, transaction = world.endpoint("wilma"), world.endpoint("fred"), trans_id()
    nobody, outside = world.identity("nobody"), f"fred@{world.elsewhere}"
    recipients = [nobody, fred.identity, outside]
    same(wilma.send(recipients, CONTENT, options=status_request(transaction)), OK)
    same(fred.next().content, CONTENT.encode())
    expect_status(wilma, transaction, {nobody: 550, fred.identity: 250, outside: 550})
    silent(wilma)


@report("RFC 3340 5.1: a statusResponse is not reported on")
def no_circle(world: World) -> None:
    wilma = world.endpoint("wilma")
    inner = tag("destination", tag("reply", code=250, transID=1), identity=wilma.identity)
    response = tag("statusResponse", inner, transID=1)
    for recipient in (f"apex=report@{world.domain}", world.identity("nobody")):
        same(wilma.send([recipient], response, options=status_request(trans_id())), OK)
    silent(wilma)


@report("RFC 3342 1: attachOverride ends the old attachment with terminate and 556")
def override(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    line, transaction = world.line(), trans_id()
    same(line.attach(fred.identity, transaction, option("attachOverride", True, "this")), OK)
    fred.line.session.until(lambda: bool(fred.line.terminated))
    same(fred.line.terminated, [(fred.attachment, "556")])
    same(fred.send([wilma.identity], CONTENT), 537)
    later = Endpoint(line, fred.identity)
    same(wilma.send([fred.identity], CONTENT), OK)
    same(later.next().content, CONTENT.encode())
    same(later.send([wilma.identity], CONTENT), OK)
    # without the option, whoever is attached stays
    same(fred.attach(), 554)


@report("RFC 3342 1: attachOverride leaves the other attachments of the channel alone")
def override_one(world: World) -> None:
    line = world.line()
    fred, wilma = world.endpoint("fred", line), world.endpoint("wilma", line)
    same(world.line().attach(fred.identity, 1, option("attachOverride", True, "this")), OK)
    line.session.until(lambda: bool(line.terminated))
    same(wilma.send([wilma.identity], CONTENT), OK)
    same(wilma.next().content, CONTENT.encode())
    same(line.terminated, [(fred.attachment, "556")])


@report("RFC 3342 1: attachOverride overrides nothing where nobody is attached")
def override_nobody(world: World) -> None:
    line = world.line()
    same(line.attach(world.identity("fred"), 1, option("attachOverride", True, "this")), OK)
    same(line.attach(world.identity("fred"), 2), 554)
    same(line.terminated, [])


@report("RFC 3340 4.4.1: who attaches twice gets 554, on the same channel too, and stays attached")
def attach_twice(world: World) -> None:
    fred = world.endpoint("fred")
    same(fred.line.attach(fred.identity, trans_id()), 554)
    same(fred.attach(), 555)
    same(fred.send([fred.identity], CONTENT), OK)
    same(fred.next().content, CONTENT.encode())
