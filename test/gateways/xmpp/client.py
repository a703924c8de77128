"""An XMPP client for the tests, of slixmpp: commands as JSON lines in, stanzas as JSON lines out."""

import asyncio
import json
import sys

from slixmpp import ClientXMPP


class Client(ClientXMPP):
    def __init__(self, jid, password):
        super().__init__(jid, password)
        self["feature_mechanisms"].unencrypted_plain = True
        self.auto_authorize = None
        self.auto_subscribe = False
        self.add_event_handler("session_start", self.begin)
        self.add_event_handler("failed_auth", lambda _: tell(event="failed"))
        self.register_plugin("xep_0030")
        # each stanza: changed_status leaves out what slixmpp thinks is nothing new
        self.add_event_handler("presence", self.presence)

    async def begin(self, _):
        await self.get_roster()
        self.send_presence()
        # a task that nobody holds is collected
        self.obeying = asyncio.ensure_future(self.obey())
        tell(event="ready")

    async def obey(self):
        reader = asyncio.StreamReader()
        await self.loop.connect_read_pipe(
            lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            self.send_raw(json.loads(line))
        self.disconnect()

    def presence(self, stanza):
        xml = stanza.xml
        error = xml.find("{jabber:client}error")
        tell(
            event="presence",
            type=xml.get("type", "available"),
            **{"from": xml.get("from")},
            show=xml.findtext("{jabber:client}show", ""),
            status=xml.findtext("{jabber:client}status", ""),
            priority=xml.findtext("{jabber:client}priority", ""),
            condition="" if error is None else error[0].tag.split("}")[1],
        )


def tell(**event):
    print(json.dumps(event), flush=True)


jid, password, port = sys.argv[1:]
client = Client(jid, password)
client.connect(("127.0.0.1", int(port)), use_ssl=False, force_starttls=False, disable_starttls=True)
client.process(forever=False)
