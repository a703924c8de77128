"""walk.py HOST PORT DOMAIN: every numbered step of RFC 3343 section 4 and of RFC 3341 section 4,
and of RFC 3340 section 4.4 as far as an application meets it, with what the report service says
(section 6.2), against a server that runs as

    apex serve --dev --domain DOMAIN --listen HOST:PORT --data FOLDER

Output is TAP; the exit code is 1 if a step fails. The clock is the real one: where an operation
must expire, its terminate is waited for.
"""

from __future__ import annotations

import sys

from steps_access import access
from steps_apex import apex
from steps_publish import publishing
from steps_report import report
from steps_subscribe import subscribe
from steps_terminate import terminate
from steps_watch import watch
from tap import Steps
from world import World


def main(host: str, port: str, domain: str) -> int:
    everything = Steps()
    for section in (apex, report, access, subscribe, watch, publishing, terminate):
        everything.extend(section)
    return everything.run(lambda: World(host, int(port), domain))


if __name__ == "__main__":
    if len(sys.argv) != 4:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
