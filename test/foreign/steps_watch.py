"""RFC 3343 sections 4.3 and 4.6: the watch operation, and the notices it causes."""

from __future__ import annotations

import time

from apex import trans_id
from expectations import (
    ended,
    expect,
    expect_entry,
    expect_farewell,
    expect_notify,
    expect_reply,
    expires,
    publish,
    refused,
    settle,
    silent,
    subscribed,
    watching,
)
from tap import Steps, same
from world import World

watch = Steps()


@watch("RFC 3343 4.3 step 1: a subject outside this domain gets 553")
def watch_outside(world: World) -> None:
    wilma = world.endpoint("wilma")
    refused(wilma, wilma.watch, f"fred@{world.elsewhere}", 553)


@watch("RFC 3343 4.3 step 2: a subject that is no valid endpoint gets 550")
def watch_unknown(world: World) -> None:
    wilma = world.endpoint("wilma")
    refused(wilma, wilma.watch, world.identity("nobody"), 550)


@watch("RFC 3343 4.3 step 3: an originator without presence:watch gets 537")
def watch_forbidden(world: World) -> None:
    fred, wilma, stranger = world.endpoint("fred"), world.endpoint("wilma"), world.stranger("betty")
    refused(wilma, wilma.watch, fred.identity, 537)
    refused(stranger, stranger.watch, fred.identity, 537)


@watch("RFC 3343 4.3 step 3: a subaddress may watch its endpoint")
def watch_subaddress(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    console = world.subaddress(fred, "console")
    watch = watching(console, fred)
    subscribed(wilma, fred)
    expect_notify(console, watch, wilma.identity, 600)
    silent(fred)


@watch("RFC 3343 4.3 step 4: a new watch silently replaces the earlier one")
def watch_replaces(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    earlier, later = watching(fred, fred), watching(fred, fred)
    silent(fred)
    subscribed(wilma, fred)
    same(settle(fred), [("notify", later)])
    ended(fred, earlier)


@watch("RFC 3343 4.3 step 4: a watch and a subscription of one originator to one subject go side by side")
def watch_beside_subscription(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    subscription = subscribed(fred, fred)
    watch = trans_id()
    fred.watch(fred.identity, 600, watch)
    expect_reply(fred, 250, watch)
    expect_notify(fred, watch, fred.identity, 600)
    # a subaddress, because a poll of fred's own would end his subscription; he hears of the poll
    publish(world.subaddress(fred, "publisher"), fred)
    same(sorted(settle(fred)), sorted([("notify", watch), ("publish", subscription)]))
    subscribed(wilma, fred)
    same(settle(fred), [("notify", watch)])


@watch("RFC 3343 4.3 step 5: the transID of a subscribe in progress gets 555")
def watch_in_use(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    subscription = subscribed(fred, wilma)
    fred.watch(fred.identity, 600, subscription)
    expect_reply(fred, 555, subscription)
    publish(wilma, wilma)
    expect_entry(fred, wilma.identity, subscription)


@watch("RFC 3343 4.3 steps 4 and 5: a watch may be renewed with its own transID")
def watch_renewed(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    watch = watching(fred, fred)
    fred.watch(fred.identity, 700, watch)
    expect_reply(fred, 250, watch)
    subscribed(wilma, fred)
    same(settle(fred), [("notify", watch)])


@watch("RFC 3343 4.3 step 5: a refused watch leaves the earlier watch in progress")
def watch_refused_changes_nothing(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    watch, subscription = watching(fred, fred), subscribed(fred, wilma)
    fred.watch(fred.identity, 600, subscription)
    expect_reply(fred, 555, subscription)
    subscribed(wilma, fred)
    same(settle(fred), [("notify", watch)])


@watch("RFC 3343 4.3 step 6.1: a watch gets 250")
def watch_answered(world: World) -> None:
    fred = world.endpoint("fred")
    watching(fred, fred)
    silent(fred)


@watch("RFC 3343 4.3 step 6.2: each current subscriber is told at once, after the 250")
def watch_current(world: World) -> None:
    fred, wilma, barney = (world.endpoint(name) for name in ("fred", "wilma", "barney"))
    subscribed(wilma, fred, 601)
    subscribed(barney, fred, 602)
    watch = watching(fred, fred)
    told = {}
    for _ in range(2):
        notify = expect(fred, "notify", watch)
        same(notify.get("action", "subscribe"), "subscribe")
        told[notify.get("subscriber")] = notify.get("duration")
    same(told, {wilma.identity: "601", barney.identity: "602"})
    silent(fred)


@watch("RFC 3343 4.3 step 6.3: a subscription and its termination are told, a refused one is not")
def watch_changes(world: World) -> None:
    fred, wilma, stranger = world.endpoint("fred"), world.endpoint("wilma"), world.stranger("betty")
    watch = watching(fred, fred)
    refused(stranger, stranger.subscribe, fred.identity, 537)
    subscription = subscribed(wilma, fred, 603)
    expect_notify(fred, watch, wilma.identity, 603)
    wilma.terminate(subscription)
    expect_reply(wilma, 250, subscription)
    expect_farewell(fred, watch, wilma.identity)
    silent(fred)


@watch("RFC 3343 4.3 step 6.3: after the duration, the watcher gets a terminate and no more notices")
def watch_expires(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    began = time.monotonic()
    watch = watching(fred, fred, 1)
    expires(fred, watch, began, 1)
    subscribed(wilma, fred)
    silent(fred)


@watch("RFC 3343 4.3 step 6: a duration of zero is a poll of the subscribers, and nothing stays in progress")
def watch_poll(world: World) -> None:
    fred, wilma, barney = (world.endpoint(name) for name in ("fred", "wilma", "barney"))
    subscribed(wilma, fred, 604)
    watch = watching(fred, fred, 0)
    expect_notify(fred, watch, wilma.identity, 604)
    subscribed(barney, fred)
    silent(fred)
    ended(fred, watch)


@watch("RFC 3343 4.6: every watcher is notified, each with the transID of its own watch")
def notify_everyone(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    console = world.subaddress(fred, "console")
    watches = [(watcher, watching(watcher, fred)) for watcher in (fred, console)]
    subscription = subscribed(wilma, fred, 605)
    for watcher, watch in watches:
        expect_notify(watcher, watch, wilma.identity, 605)
    wilma.terminate(subscription)
    expect_reply(wilma, 250, subscription)
    for watcher, watch in watches:
        expect_farewell(watcher, watch, wilma.identity)
        silent(watcher)


@watch("RFC 3343 4.6: the duration told is the requested one, also when the watch begins later")
def notify_requested(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    began = time.monotonic()
    barney = world.endpoint("barney")
    subscription, shorter = subscribed(wilma, fred, 2), subscribed(barney, fred, 1)
    expect(barney, "terminate", shorter)  # the event that says that a second has passed
    watch = watching(fred, fred)
    expect_notify(fred, watch, wilma.identity, 2)
    expires(wilma, subscription, began, 2)
    expect_farewell(fred, watch, wilma.identity)
