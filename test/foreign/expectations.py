"""What a step expects of the presence service, and what it does to get there."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from datetime import timedelta, timezone
from xml.etree import ElementTree

from apex import Endpoint, Tuple, presence, tag, timestamp, trans_id
from tap import holds, same

LANG = "{http://www.w3.org/XML/1998/namespace}lang"
# RFC 3343 section 6, RFC 3341 section 6, and RFC 3340 sections 9.1 and 9.2: the attributes that must and that may be there
ATTRIBUTES = {
    "publish": ({"publisher", "transID", "timeStamp"}, set()),
    "notify": ({"subscriber", "transID"}, {"duration", "action"}),
    "reply": ({"code", "transID"}, {LANG}),
    "terminate": ({"transID"}, {"code", LANG}),
    "presence": ({"publisher", "lastUpdate"}, {"publisherInfo"}),
    "tuple": ({"destination", "availableUntil"}, {"tupleInfo"}),
    "capability": ({"baseline"}, set()),
    "allow": ({"transID"}, set()),
    "deny": ({"transID"}, set()),
    "set": ({"transID"}, set()),
    "access": ({"owner", "actor"}, {"actions", "lastUpdate"}),
    "statusResponse": ({"transID"}, set()),
    "destination": ({"identity"}, set()),
}


def judge(element: ElementTree.Element) -> None:
    """An operation of the service's is valid by its DTD, as far as attributes go."""
    must, may = ATTRIBUTES[element.tag]
    names = set(element.attrib)
    holds(must <= names <= must | may, f"{element.tag} has the attributes {sorted(names)}")
    for child in element:
        judge(child)


def expect(endpoint: Endpoint, tag: str, transaction: int, **attributes: object) -> ElementTree.Element:
    """The very next operation that the endpoint gets."""
    element = endpoint.answer()
    judge(element)
    text = ElementTree.tostring(element, "unicode")
    same((element.tag, element.get("transID")), (tag, str(transaction)), text)
    for name, value in attributes.items():
        same(element.get(name), str(value), f"{name} in {text}")
    return element


def expect_reply(endpoint: Endpoint, code: int, transaction: int) -> None:
    expect(endpoint, "reply", transaction, code=code)


def expect_entry(endpoint: Endpoint, publisher: str, transaction: int) -> ElementTree.Element:
    """A publish from the service; gives its presence element."""
    publish = expect(endpoint, "publish", transaction, publisher=publisher)
    timestamp(publish.get("timeStamp"))
    entry = publish.find("presence")
    same(entry.get("publisher"), publisher, "publisher of presence")
    timestamp(entry.get("lastUpdate"))
    holds(entry.findall("tuple"), "a presence entry has a tuple")
    return entry


def status_request(transaction: int, target_hop: str = "final") -> str:
    """RFC 3340 section 5.1: asks what became of data."""
    attributes = {"internal": "statusRequest", "targetHop": target_hop, "mustUnderstand": "true"}
    return tag("option", transID=transaction, **attributes)


def expect_status(endpoint: Endpoint, transaction: int, codes: dict[str, int]) -> None:
    """One report for each recipient, in any order."""
    found: dict[str, int] = {}
    for _ in codes:
        delivery = endpoint.next()
        holds(delivery.originator.startswith("apex=report@"), f"{delivery} is no report")
        response = delivery.element
        judge(response)
        same((response.tag, response.get("transID")), ("statusResponse", str(transaction)))
        for destination in response:
            found[destination.get("identity")] = int(destination.find("reply").get("code"))
    same(found, codes, "what was reported")


def expect_notify(endpoint: Endpoint, transaction: int, subscriber: str, duration: int) -> None:
    notify = expect(endpoint, "notify", transaction, subscriber=subscriber)
    same(notify.get("action", "subscribe"), "subscribe", "action")
    same(notify.get("duration", "0"), str(duration), "duration")


def expect_farewell(endpoint: Endpoint, transaction: int, subscriber: str) -> None:
    """A notify that a subscription has ended."""
    expect(endpoint, "notify", transaction, subscriber=subscriber, action="terminate")


def settle(endpoint: Endpoint) -> list[tuple[str, int]]:
    """What else has come, by name and transID, before the answer to an operation sent now."""
    transaction, seen = trans_id(), []
    endpoint.terminate(transaction)  # of nothing: RFC 3343 section 4.5 step 1
    while True:
        element = endpoint.answer()
        judge(element)
        found = (element.tag, int(element.get("transID")))
        if found == ("reply", transaction):
            same(element.get("code"), "550", "code")
            return seen
        seen.append(found)


def silent(endpoint: Endpoint) -> None:
    same(settle(endpoint), [], f"what came for {endpoint.identity}")


def subscribed(endpoint: Endpoint, publisher: Endpoint, duration: int = 600) -> int:
    """A subscription that has begun; gives its transID."""
    transaction = trans_id()
    endpoint.subscribe(publisher.identity, duration, transaction)
    expect_entry(endpoint, publisher.identity, transaction)
    return transaction


def watching(endpoint: Endpoint, publisher: Endpoint, duration: int = 600) -> int:
    """A watch that has begun, where nobody has subscribed yet; gives its transID."""
    transaction = trans_id()
    endpoint.watch(publisher.identity, duration, transaction)
    expect_reply(endpoint, 250, transaction)
    return transaction


def poll(endpoint: Endpoint, publisher: Endpoint) -> ElementTree.Element:
    transaction = trans_id()
    endpoint.subscribe(publisher.identity, 0, transaction)
    return expect_entry(endpoint, publisher.identity, transaction)


def last_update(endpoint: Endpoint, publisher: Endpoint) -> str:
    return poll(endpoint, publisher).get("lastUpdate")


def some_entry(publisher: Endpoint, last: str) -> str:
    """An entry that differs from every other."""
    return presence(publisher.identity, last, [Tuple(f"mailto:{secrets.token_hex(6)}@example.com")])


def publish(endpoint: Endpoint, publisher: Endpoint, last: str | None = None) -> None:
    """A publish that succeeds. It polls for lastUpdate unless told, which ends a subscription of
    the endpoint to the publisher (RFC 3343 section 4.2 step 4)."""
    transaction = trans_id()
    entry = some_entry(publisher, last or last_update(endpoint, publisher))
    endpoint.publish(publisher.identity, transaction, entry)
    expect_reply(endpoint, 250, transaction)


def is_later(one: str, other: str) -> bool:
    return timestamp(one) > timestamp(other)


def elsewhere_in_time(text: str) -> str:
    """The same instant, written with another offset."""
    return timestamp(text).astimezone(timezone(timedelta(hours=5, minutes=30))).isoformat()


def refused(endpoint: Endpoint, operation: Callable, subject: str, code: int) -> None:
    """A subscribe or a watch that gets a reply with this code, and leaves nothing behind."""
    transaction = trans_id()
    operation(subject, 600, transaction)
    expect_reply(endpoint, code, transaction)
    endpoint.terminate(transaction)
    expect_reply(endpoint, 550, transaction)


def ended(endpoint: Endpoint, transaction: int) -> None:
    """The transID refers to no operation in progress."""
    endpoint.terminate(transaction)
    expect_reply(endpoint, 550, transaction)


def expires(endpoint: Endpoint, transaction: int, began: float, duration: int) -> None:
    expect(endpoint, "terminate", transaction)
    # a tenth for clocks that disagree; how much later it comes is not judged
    holds(time.monotonic() - began > duration - 0.1, "it ended before its time")
    ended(endpoint, transaction)


def publish_refused(endpoint: Endpoint, subject: str, entry: str, code: int) -> None:
    transaction = trans_id()
    endpoint.publish(subject, transaction, entry)
    expect_reply(endpoint, code, transaction)


def any_entry(subject: str) -> str:
    return presence(subject, "2000-05-14T13:02:00-08:00", [Tuple("mailto:fred@example.com")])
