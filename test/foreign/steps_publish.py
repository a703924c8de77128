"""RFC 3343 section 4.4: the publish operation."""

from __future__ import annotations

from apex import Tuple, presence, trans_id
from expectations import (
    any_entry,
    elsewhere_in_time,
    expect,
    expect_entry,
    expect_reply,
    is_later,
    last_update,
    poll,
    publish,
    publish_refused,
    settle,
    silent,
    some_entry,
    subscribed,
)
from tap import Steps, holds, same
from world import World

publishing = Steps()


@publishing("RFC 3343 4.4 step 1: publishers that differ get 503, before anything else is looked at")
def publish_mismatch(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    entry = some_entry(wilma, last_update(fred, wilma))
    publish_refused(fred, fred.identity, entry, 503)
    publish_refused(fred, f"fred@{world.elsewhere}", entry, 503)
    publish_refused(fred, world.identity("nobody"), entry, 503)


@publishing("RFC 3343 4.4 step 2: a subject outside this domain gets 553")
def publish_outside(world: World) -> None:
    fred, subject = world.endpoint("fred"), f"fred@{world.elsewhere}"
    publish_refused(fred, subject, any_entry(subject), 553)


@publishing("RFC 3343 4.4 step 3: a subject that is no valid endpoint gets 550, a subaddress too")
def publish_unknown(world: World) -> None:
    fred = world.endpoint("fred")
    for subject in (world.identity("nobody"), fred.identity.replace("@", "/appl=im@")):
        publish_refused(fred, subject, any_entry(subject), 550)


@publishing("RFC 3343 4.4 step 4: an originator without presence:publish gets 537, and nothing changes")
def publish_forbidden(world: World) -> None:
    fred, wilma, stranger = world.endpoint("fred"), world.endpoint("wilma"), world.stranger("betty")
    before = last_update(wilma, fred)
    publish_refused(wilma, fred.identity, some_entry(fred, before), 537)
    publish_refused(stranger, fred.identity, some_entry(fred, before), 537)
    same(last_update(wilma, fred), before)


@publishing("RFC 3343 4.4 step 4: a subaddress may publish for its endpoint")
def publish_subaddress(world: World) -> None:
    fred = world.endpoint("fred")
    subscription = subscribed(fred, fred)
    publish(world.subaddress(fred, "appl=im"), fred)
    expect_entry(fred, fred.identity, subscription)


@publishing("RFC 3343 4.4 step 5: another lastUpdate than the entry's gets 555, and nothing changes")
def publish_stale(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    before = last_update(fred, fred)
    subscription = subscribed(wilma, fred)
    publish_refused(fred, fred.identity, any_entry(fred.identity), 555)
    publish(fred, fred, before)
    publish_refused(fred, fred.identity, some_entry(fred, before), 555)
    same(settle(wilma), [("publish", subscription)])


@publishing("RFC 3343 4.4 step 5: the same instant at another offset is semantically identical")
def publish_other_offset(world: World) -> None:
    fred = world.endpoint("fred")
    publish(fred, fred, elsewhere_in_time(last_update(fred, fred)))


@publishing("RFC 3343 4.4 step 5: of two publishes with one lastUpdate, one succeeds")
def publish_race(world: World) -> None:
    fred = world.endpoint("fred")
    other = world.subaddress(fred, "other")
    before = last_update(fred, fred)
    fred.publish(fred.identity, 1, some_entry(fred, before))
    other.publish(fred.identity, 2, some_entry(fred, before))
    codes = [expect(endpoint, "reply", number).get("code") for endpoint, number in ((fred, 1), (other, 2))]
    same(sorted(codes), ["250", "555"])


@publishing("RFC 3343 4.4 step 6.1: the entry becomes what was published, in every attribute and capability")
def publish_stored(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    tuples = [
        Tuple(
            f"apex:{fred.identity.replace('@', '/appl=im@')}",
            "2525-12-31T23:59:59-08:00",
            "http://www.example.com/im?a=1&b=2",
            (("urn:ietf:rfc:rfc2533", "(&amp;(type=image/tiff)(color&lt;=binary) \u00e9)"), ("urn:x", "two")),
        ),
        Tuple("mailto:fred@flintstone.com", "2000-05-14T14:02:00-08:00"),
    ]
    wanted = presence(fred.identity, last_update(fred, fred), tuples, "http://www.example.com/fred/")
    transaction = trans_id()
    fred.publish(fred.identity, transaction, wanted)
    expect_reply(fred, 250, transaction)
    entry = poll(wilma, fred)
    same(entry.get("publisherInfo"), "http://www.example.com/fred/")
    first, second = entry.findall("tuple")
    same(first.get("destination"), tuples[0].destination)
    same(first.get("availableUntil"), tuples[0].available_until)
    same(first.get("tupleInfo"), tuples[0].info)
    same(
        [(one.get("baseline"), one.text) for one in first],
        [("urn:ietf:rfc:rfc2533", "(&(type=image/tiff)(color<=binary) \u00e9)"), ("urn:x", "two")],
    )
    same((second.get("destination"), second.get("availableUntil")), tuples[1][:2])
    same(len(second), 0)


@publishing("RFC 3343 4.4 step 6.2: lastUpdate becomes the service's time")
def publish_time(world: World) -> None:
    fred = world.endpoint("fred")
    before = last_update(fred, fred)
    publish(fred, fred, before)
    holds(is_later(last_update(fred, fred), before), "lastUpdate has grown")


@publishing("RFC 3343 4.4 step 6.3: the publisher gets 250, and as a subscriber to oneself the publish after it")
def publish_answered(world: World) -> None:
    fred, wilma = world.endpoint("fred"), world.endpoint("wilma")
    before = last_update(fred, fred)
    own, subscription, change = subscribed(fred, fred), subscribed(wilma, fred), trans_id()
    fred.publish(fred.identity, change, some_entry(fred, before))
    expect_reply(fred, 250, change)
    mine = expect_entry(fred, fred.identity, own)
    same(expect_entry(wilma, fred.identity, subscription).attrib, mine.attrib)
    silent(fred)
