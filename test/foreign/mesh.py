"""mesh.py HOST PORT DOMAIN PEER: RFC 3340 sections 4.4.2, 4.5.1 and 4.5.2, as another relay meets them
at HOST:PORT, where a server listens for relays that runs as

    apex serve --domain DOMAIN --mesh HOST:PORT --config FILE

with a FILE that lets 127.0.0.1 bind for PEER, and for no other domain. Output is TAP.
"""

from __future__ import annotations

import sys

from apex import OK, Endpoint, Line, tag, trans_id
from beep import Refused
from expectations import expect_status, status_request
from tap import Steps, same
from world import World

mesh = Steps()
CONTENT = "<note>hello</note>"


class Mesh(World):
    peer = ""

    def bound(self) -> Line:
        line = self.line()
        same(line.bind(self.peer, trans_id()), OK, "bind")
        return line

    def barney(self, line: Line) -> Endpoint:
        return Endpoint(line, f"barney@{self.peer}")


def serves(world: Mesh, line: Line) -> None:
    """Data to an endpoint that nobody knows gets ok, and a report comes to who asked for one."""
    barney, nobody, transaction = world.barney(line), world.identity("nobody"), trans_id()
    same(barney.send([nobody], CONTENT, options=status_request(transaction)), OK, "data")
    expect_status(barney, transaction, {nobody: 537})


@mesh("RFC 3340 4.4.2 step 4: who may bind is bound, may originate, and gets what is for its domain")
def bound(world: Mesh) -> None:
    serves(world, world.bound())


@mesh("RFC 3340 4.4.2: a relay that is bound to binds in return, for what it serves")
def in_return(world: Mesh) -> None:
    line = world.bound()
    line.session.until(lambda: bool(line.bound))
    same(line.bound, [world.domain])


@mesh("RFC 3340 4.4.2 step 1: a transID in use gets 555")
def bind_in_use(world: Mesh) -> None:
    line = world.line()
    same(line.bind(world.peer, 1), OK)
    same(line.bind(world.peer, 1), 555)
    serves(world, line)


@mesh("RFC 3340 4.4.2 step 2: a bind without permission gets 537, and nothing is bound")
def bind_forbidden(world: Mesh) -> None:
    line = world.bound()
    for domain in (world.elsewhere, world.domain, f"sub.{world.peer}"):
        same(line.bind(domain, trans_id()), 537, domain)
        same(Endpoint(line, f"fred@{domain}").send([world.identity("nobody")], CONTENT), 537, domain)
    serves(world, line)


@mesh("RFC 3340 4.4.2 step 2: a bind without permission that goes with the start gets 537")
def bind_piggy_backed(world: Mesh) -> None:
    try:
        same(Line(world.session(), tag("bind", relay=world.elsewhere, transID=1)).opened, 537)
    except Refused as refused:  # the texts leave open whether the channel is created
        same(refused.code, 537)
    serves(world, world.bound())


@mesh("RFC 3340 4.5.2: who has not bound originates for nobody: 537")
def unbound(world: Mesh) -> None:
    line = world.line()
    same(world.barney(line).send([world.identity("nobody")], CONTENT), 537)
    # what another session has bound is that session's
    world.bound()
    same(world.barney(line).send([world.identity("nobody")], CONTENT), 537)


@mesh("RFC 3340 4.5.1 and 4.5.2: a relay that is bound originates for its domain alone: 537")
def for_another(world: Mesh) -> None:
    line = world.bound()
    local = (world.identity("fred"), f"apex=presence@{world.domain}", f"apex=report@{world.domain}")
    for identity in (*local, f"barney@{world.elsewhere}", f"barney@sub.{world.peer}"):
        same(Endpoint(line, identity).send([world.identity("nobody")], CONTENT), 537, identity)
    serves(world, line)


@mesh("RFC 3340 4.4.3: a binding that is terminated is over")
def terminated(world: Mesh) -> None:
    line = world.line()
    same(line.bind(world.peer, 7), OK)
    same(line.terminate(7), OK)
    same(world.barney(line).send([world.identity("nobody")], CONTENT), 537)
    same(line.terminate(7), 550)


@mesh("RFC 3340 2.1: endpoints do not attach where relays bind: 537")
def attach_here(world: Mesh) -> None:
    line = world.bound()
    same(line.attach(world.identity("fred"), trans_id()), 537)
    same(line.attach(f"barney@{world.peer}", trans_id()), 553)
    serves(world, line)


@mesh("RFC 3340 4.4.4.1: data for a domain with no relay gets ok, and 550 in the report")
def no_relay(world: Mesh) -> None:
    line = world.bound()
    barney, lost, transaction = world.barney(line), "fred@nowhere.invalid", trans_id()
    same(barney.send([lost], CONTENT), OK)
    same(barney.send([lost], CONTENT, options=status_request(transaction)), OK)
    expect_status(barney, transaction, {lost: 550})
    serves(world, line)


def main(host: str, port: str, domain: str, peer: str) -> int:
    Mesh.peer = peer
    return mesh.run(lambda: Mesh(host, int(port), domain))


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
