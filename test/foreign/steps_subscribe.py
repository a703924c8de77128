"""RFC 3343 sections 4.1 and 4.2: the subscribe operation, in both forms of MIME."""

from __future__ import annotations

import time

from apex import RELATED, Tuple, presence, timestamp, trans_id
from expectations import (
    ended,
    expect_entry,
    expect_farewell,
    expect_notify,
    expect_reply,
    expires,
    is_later,
    poll,
    publish,
    refused,
    settle,
    silent,
    subscribed,
    watching,
)
from tap import Steps, holds, same
from world import World

subscribe = Steps()


@subscribe("RFC 3343 4.1: operations may come as multipart/related")
def related(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    wilma.form = fred.form = RELATED
    subscription = subscribed(wilma, fred)
    publish(fred, fred)
    expect_entry(wilma, fred.identity, subscription)
    wilma.terminate(subscription)
    expect_reply(wilma, 250, subscription)


@subscribe("RFC 3343 4.2 step 1: a subject outside this domain gets 553")
def subscribe_outside(world: World) -> None:
    wilma = world.endpoint("wilma")
    refused(wilma, wilma.subscribe, f"fred@{world.elsewhere}", 553)


@subscribe("RFC 3343 4.2 step 2: a subject that is no valid endpoint gets 550")
def subscribe_unknown(world: World) -> None:
    wilma = world.endpoint("wilma")
    refused(wilma, wilma.subscribe, world.identity("nobody"), 550)


@subscribe("RFC 3343 4.2 step 2: a subaddress has no entry of its own and gets 550")
def subscribe_subaddress(world: World) -> None:
    wilma, fred = world.endpoint("wilma"), world.endpoint("fred")
    refused(wilma, wilma.subscribe, fred.identity.replace("@", "/appl=im@"), 550)


@subscribe("RFC 3343 4.2 step 3: an originator without presence:subscribe gets 537")
def subscribe_forbidden(world: World) -> None:
    fred, stranger = world.endpoint("fred"), world.stranger("wilma")
    refused(stranger, stranger.subscribe, fred.identity, 537)


@subscribe("RFC 3343 4.2 step 4: a new subscription silently replaces the earlier one to the subject")
def subscribe_replaces(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    earlier, later = subscribed(wilma, fred), subscribed(wilma, fred)
    silent(wilma)
    publish(fred, fred)
    same(settle(wilma), [("publish", later)])
    ended(wilma, earlier)


@subscribe("RFC 3343 4.2 step 4: watchers hear of the new subscription, not of the end of the replaced one")
def subscribe_replaces_unnoticed(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    watch = watching(fred, fred)
    subscribed(wilma, fred, 600)
    expect_notify(fred, watch, wilma.identity, 600)
    subscribed(wilma, fred, 700)
    expect_notify(fred, watch, wilma.identity, 700)
    silent(fred)


@subscribe("RFC 3343 4.2 step 4: a refresh may reuse its own transID")
def subscribe_refreshes(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    subscription = subscribed(wilma, fred)
    wilma.subscribe(fred.identity, 700, subscription)
    expect_entry(wilma, fred.identity, subscription)
    publish(fred, fred)
    same(settle(wilma), [("publish", subscription)])


@subscribe("RFC 3343 4.2 step 4: a poll replaces the originator's subscription too")
def subscribe_poll_replaces(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    subscription = subscribed(wilma, fred)
    poll(wilma, fred)
    publish(fred, fred)
    silent(wilma)
    ended(wilma, subscription)


@subscribe("RFC 3343 4.2 step 4: subscriptions of others to the subject, and to other subjects, go on")
def subscribe_others(world: World) -> None:
    fred, wilma, barney = (world.endpoint(name) for name in ("fred", "wilma", "barney"))
    to_fred, to_barney, of_barney = subscribed(wilma, fred), subscribed(wilma, barney), subscribed(barney, fred)
    publish(fred, fred)
    expect_entry(wilma, fred.identity, to_fred)
    expect_entry(barney, fred.identity, of_barney)
    publish(barney, barney)
    expect_entry(wilma, barney.identity, to_barney)
    silent(wilma)


@subscribe("RFC 3343 4.2 step 5: the transID of a subscribe in progress gets 555, which changes nothing")
def subscribe_in_use(world: World) -> None:
    fred, wilma, barney = (world.endpoint(name) for name in ("fred", "wilma", "barney"))
    to_fred, to_barney = subscribed(wilma, fred), subscribed(wilma, barney)
    wilma.subscribe(fred.identity, 600, to_barney)
    expect_reply(wilma, 555, to_barney)
    publish(fred, fred)
    expect_entry(wilma, fred.identity, to_fred)
    publish(barney, barney)
    expect_entry(wilma, barney.identity, to_barney)
    silent(wilma)


@subscribe("RFC 3343 4.2 step 5: the transID of a watch in progress gets 555")
def subscribe_in_use_by_watch(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    watch = watching(wilma, wilma)
    wilma.subscribe(fred.identity, 600, watch)
    expect_reply(wilma, 555, watch)
    subscription = subscribed(fred, wilma)
    expect_notify(wilma, watch, fred.identity, 600)
    silent(wilma)
    fred.terminate(subscription)
    expect_reply(fred, 250, subscription)


@subscribe("RFC 3343 4.2 step 5: another originator's transID is no conflict")
def subscribe_same_number(world: World) -> None:
    fred, wilma, barney = (world.endpoint(name) for name in ("fred", "wilma", "barney"))
    transaction = trans_id()
    for endpoint in (wilma, barney):
        endpoint.subscribe(fred.identity, 600, transaction)
        expect_entry(endpoint, fred.identity, transaction)
    wilma.terminate(transaction)
    expect_reply(wilma, 250, transaction)
    publish(fred, fred)
    expect_entry(barney, fred.identity, transaction)
    silent(wilma)


@subscribe("RFC 3343 4.2 step 6.1: the subject's entry comes at once; a first entry is known and not available")
def subscribe_entry(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    transaction = trans_id()
    wilma.subscribe(fred.identity, 600, transaction)
    entry = expect_entry(wilma, fred.identity, transaction)
    (only,) = entry.findall("tuple")
    same(only.get("destination"), f"apex:{fred.identity}")
    same(timestamp(only.get("availableUntil")), timestamp(entry.get("lastUpdate")), "never available")


@subscribe("RFC 3343 4.2 step 6.2: watchers of the subject are notified, after the subscriber's own answer")
def subscribe_notifies(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    watch = watching(fred, fred)
    subscribed(wilma, fred, 601)
    expect_notify(fred, watch, wilma.identity, 601)
    own = trans_id()
    fred.subscribe(fred.identity, 602, own)
    expect_entry(fred, fred.identity, own)
    expect_notify(fred, watch, fred.identity, 602)
    silent(fred)


@subscribe("RFC 3343 4.2 step 6.2: a poll is notified with the duration 0")
def subscribe_poll_notifies(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    watch = watching(fred, fred)
    poll(wilma, fred)
    expect_notify(fred, watch, wilma.identity, 0)
    silent(fred)


@subscribe("RFC 3343 4.2 step 6.3: every change of the entry comes, and lastUpdate grows")
def subscribe_changes(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    transaction = trans_id()
    wilma.subscribe(fred.identity, 600, transaction)
    known = expect_entry(wilma, fred.identity, transaction).get("lastUpdate")
    for n in range(5):
        destination = f"mailto:{n}@example.com"
        change = trans_id()
        fred.publish(fred.identity, change, presence(fred.identity, known, [Tuple(destination)]))
        expect_reply(fred, 250, change)
        entry = expect_entry(wilma, fred.identity, transaction)
        same([one.get("destination") for one in entry], [destination])
        holds(is_later(entry.get("lastUpdate"), known), "lastUpdate has grown")
        known = entry.get("lastUpdate")
    silent(wilma)


@subscribe("RFC 3343 4.2 step 6.3: after the duration, the subscriber gets a terminate and watchers a notify")
def subscribe_expires(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    watch = watching(fred, fred)
    began = time.monotonic()
    subscription = subscribed(wilma, fred, 1)
    expect_notify(fred, watch, wilma.identity, 1)
    expires(wilma, subscription, began, 1)
    expect_farewell(fred, watch, wilma.identity)
    publish(world.subaddress(fred, "publisher"), fred)
    silent(wilma)


@subscribe("RFC 3343 4.2 step 6: a duration of zero is a poll, and nothing stays in progress")
def subscribe_poll(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    transaction = trans_id()
    for _ in range(2):
        wilma.subscribe(fred.identity, 0, transaction)
        expect_entry(wilma, fred.identity, transaction)
    publish(fred, fred)
    silent(wilma)
    ended(wilma, transaction)
