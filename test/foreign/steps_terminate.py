"""RFC 3343 section 4.5: the terminate operation."""

from __future__ import annotations

from apex import tag, trans_id
from expectations import ended, expect_entry, expect_reply, publish, silent, subscribed, watching
from tap import Steps
from world import World

terminate = Steps()


@terminate("RFC 3343 4.5 step 1: a transID that refers to nothing, or to another's operation, gets 550")
def terminate_unknown(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    subscription = subscribed(wilma, fred)
    ended(fred, trans_id())
    ended(fred, subscription)
    publish(fred, fred)
    expect_entry(wilma, fred.identity, subscription)


@terminate("RFC 3343 4.5 step 1: the transID 0 gets no reply")
def terminate_zero(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    subscription = subscribed(wilma, fred)
    wilma.ask(tag("terminate", transID=0))
    wilma.ask(tag("terminate"))
    silent(wilma)
    publish(fred, fred)
    expect_entry(wilma, fred.identity, subscription)


@terminate("RFC 3343 4.5 step 2: a subscription ends with 250, nothing follows, and its transID is free")
def terminate_subscription(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    subscription = subscribed(wilma, fred)
    wilma.terminate(subscription)
    expect_reply(wilma, 250, subscription)
    publish(fred, fred)
    silent(wilma)
    ended(wilma, subscription)
    wilma.subscribe(fred.identity, 600, subscription)
    expect_entry(wilma, fred.identity, subscription)


@terminate("RFC 3343 4.5 step 2: a watch ends with 250, and no notice follows")
def terminate_watch(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    watch = watching(fred, fred)
    fred.terminate(watch)
    expect_reply(fred, 250, watch)
    subscribed(wilma, fred)
    silent(fred)
    ended(fred, watch)


@terminate("RFC 3343 4.5 step 2: an operation outlives the attachment, and ends from the next one")
def terminate_later(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    subscription = subscribed(wilma, fred)
    wilma.line.session.release()
    publish(fred, fred)
    again = world.endpoint("wilma")
    # RFC 3340 section 6.1.1: what changed meanwhile comes with the earlier application's transID
    expect_entry(again, fred.identity, subscription)
    again.terminate(subscription)
    expect_reply(again, 250, subscription)
    publish(fred, fred)
    silent(again)
