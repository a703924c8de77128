"""RFC 3341 section 4: query, get and set, step by step."""

from __future__ import annotations

from apex import OK, Endpoint, tag, trans_id
from expectations import elsewhere_in_time, expect, expect_reply, expect_status, publish, status_request, subscribed
from tap import Steps, holds, same
from world import World

access = Steps()
DATA, SUBSCRIBE = "core:data", "presence:subscribe"


class Owner:
    """An endpoint that asks the access service."""

    def __init__(self, endpoint: Endpoint) -> None:
        self.endpoint, self.identity = endpoint, endpoint.identity
        endpoint.service = f"apex=access@{endpoint.service.rpartition('@')[2]}"

    def ask(self, name: str, content: str = "", **attributes: object) -> int:
        transaction = trans_id()
        self.endpoint.ask(tag(name, content, transID=transaction, **attributes))
        return transaction

    def query(self, owner: str, actor: str, actions: str = DATA) -> int:
        return self.ask("query", owner=owner, actor=actor, actions=actions)

    def get(self, owner: str, actor: str) -> int:
        return self.ask("get", owner=owner, actor=actor)

    def set(self, owner: str, actor: str, actions: str | None = DATA, last: str | None = None) -> int:
        entry = tag("access", owner=owner, actor=actor, actions=actions, lastUpdate=last)
        return self.ask("set", entry)

    def refused(self, transaction: int, code: int) -> None:
        expect_reply(self.endpoint, code, transaction)

    def decided(self, actor: str, actions: str, outcome: str) -> None:
        expect(self.endpoint, outcome, self.query(self.identity, actor, actions))

    def told(self, transaction: int, actor: str, actions: str | None) -> str:
        """The entry that comes as a `set`; gives its lastUpdate."""
        entry = expect(self.endpoint, "set", transaction).find("access")
        found = (entry.get("owner"), entry.get("actor"), entry.get("actions"))
        same(found, (self.identity, actor, actions))
        return entry.get("lastUpdate")

    def stored(self, actor: str, actions: str | None = DATA, last: str | None = None) -> str:
        """A set of one's own that succeeds; gives the lastUpdate."""
        transaction = self.set(self.identity, actor, actions, last)
        expect_reply(self.endpoint, 250, transaction)
        return self.told(transaction, actor, actions)


def owner(world: World, name: str = "fred") -> Owner:
    return Owner(world.endpoint(name))


OPERATIONS = {"4.2": Owner.query, "4.3": Owner.get, "4.4": Owner.set}


def common(section: str) -> None:
    operation = OPERATIONS[section]

    @access(f"RFC 3341 {section} step 1: an owner of another domain gets 553")
    def outside(world: World) -> None:
        fred = owner(world)
        fred.refused(operation(fred, f"fred@{world.elsewhere}", fred.identity), 553)

    @access(f"RFC 3341 {section} step 2: an owner that does not exist gets 550")
    def unknown(world: World) -> None:
        fred = owner(world)
        fred.refused(operation(fred, world.identity("nobody"), fred.identity), 550)

    @access(f"RFC 3341 {section} step 3: who may not gets 537, from another domain too")
    def forbidden(world: World) -> None:
        fred, wilma = owner(world), owner(world, "wilma")
        wilma.refused(operation(wilma, fred.identity, wilma.identity), 537)
        stranger = Owner(world.stranger("barney"))
        stranger.endpoint.service = f"apex=access@{world.domain}"
        stranger.refused(operation(stranger, fred.identity, stranger.identity), 537)


for section in OPERATIONS:
    common(section)


@access("RFC 3341 4.2 steps 5 and 6: allow where every action is permitted, else deny")
def query(world: World) -> None:
    fred, wilma = owner(world), world.endpoint("wilma")
    fred.stored(wilma.identity, f"{DATA} {SUBSCRIBE}")
    fred.decided(wilma.identity, DATA, "allow")
    fred.decided(wilma.identity, f"{SUBSCRIBE} {DATA}", "allow")
    fred.decided(wilma.identity, "presence:publish", "deny")
    fred.decided(wilma.identity, f"{DATA} presence:publish", "deny")
    fred.decided(fred.identity, "presence:publish access:set", "allow")


@access("RFC 3341 3.1: the entry that matches best decides alone")
def precedence(world: World) -> None:
    fred = owner(world)
    wilma = world.identity("wilma")
    fred.stored("*@*", "all:all")
    fred.stored(wilma, "all:none")
    fred.decided(wilma, DATA, "deny")
    fred.decided(f"wilma@{world.elsewhere}", "presence:publish", "allow")


@access("RFC 3341 4.3 steps 5 and 6: get gives the entry of this actor, or 551")
def get(world: World) -> None:
    fred = owner(world)
    wildcard, wilma = f"*@{world.elsewhere}", f"wilma@{world.elsewhere}"
    fred.refused(fred.get(fred.identity, wildcard), 551)
    last = fred.stored(wildcard)
    same(fred.told(fred.get(fred.identity, wildcard), wildcard, DATA), last)
    # identically: what the entry matches is not its name
    fred.refused(fred.get(fred.identity, wilma), 551)


@access("RFC 3341 4.4 step 5: a lastUpdate where there is no entry gets 555")
def set_nothing(world: World) -> None:
    fred = owner(world)
    last = "2000-05-14T13:02:00-08:00"
    for actions in (DATA, None):
        fred.refused(fred.set(fred.identity, f"x@{world.elsewhere}", actions, last), 555)


@access("RFC 3341 4.4 step 7: another lastUpdate, or none, gets 555, and the entry stays")
def set_conflict(world: World) -> None:
    fred, actor = owner(world), f"x@{world.elsewhere}"
    last = fred.stored(actor)
    for wrong in (None, "2000-05-14T13:02:00-08:00"):
        for actions in (SUBSCRIBE, None):
            fred.refused(fred.set(fred.identity, actor, actions, wrong), 555)
    same(fred.told(fred.get(fred.identity, actor), actor, DATA), last)


@access("RFC 3341 4.4 steps 8 and 9: an entry is replaced, by the same instant in another offset, and deleted")
def set_replace(world: World) -> None:
    fred, actor = owner(world), f"x@{world.elsewhere}"
    first = fred.stored(actor)
    second = fred.stored(actor, SUBSCRIBE, elsewhere_in_time(first))
    holds(first != second, "the lastUpdate of what replaces an entry differs")
    fred.refused(fred.set(fred.identity, actor, DATA, first), 555)
    same(fred.stored(actor, None, second), second)
    fred.refused(fred.get(fred.identity, actor), 551)
    fred.refused(fred.set(fred.identity, actor, None, second), 555)


@access("RFC 3341 4.4 steps 6.4, 8.3 and 9.4: the owner is told of what another sets, and only the other is answered")
def set_for_another(world: World) -> None:
    fred, wilma = owner(world), owner(world, "wilma")
    actor = f"x@{world.elsewhere}"
    fred.stored(wilma.identity, "access:set core:data")
    transaction = wilma.set(fred.identity, actor)
    expect_reply(wilma.endpoint, 250, transaction)
    last = fred.told(transaction, actor, DATA)
    transaction = wilma.set(fred.identity, actor, None, last)
    expect_reply(wilma.endpoint, 250, transaction)
    fred.told(transaction, actor, None)
    wilma.refused(wilma.get(fred.identity, actor), 537)


@access("RFC 3341 3: a changed entry takes effect at once, for data")
def at_once(world: World) -> None:
    fred, wilma = owner(world), world.endpoint("wilma")
    fred.stored(wilma.identity, "all:none")
    transaction = trans_id()
    same(wilma.send([fred.identity], "<lost />", options=status_request(transaction)), OK)
    expect_status(wilma, transaction, {fred.identity: 537})
    same(len(fred.endpoint.line.inboxes[fred.identity]), 0, "what came for fred")


@access("RFC 3341 3: who may subscribe no more gets a terminate, and no update after it")
def at_once_subscription(world: World) -> None:
    fred, wilma, other = owner(world), world.endpoint("wilma"), world.endpoint("barney")
    publisher = world.subaddress(fred.endpoint, "phone")
    subscription = subscribed(wilma, fred.endpoint)
    still = subscribed(other, fred.endpoint)
    fred.stored(wilma.identity, DATA)
    expect(wilma, "terminate", subscription)
    publish(publisher, fred.endpoint)
    expect(other, "publish", still)
    wilma.terminate(subscription)
    expect_reply(wilma, 550, subscription)
