"""What a step has: sessions of its own, and endpoints that no other step knows."""

from __future__ import annotations

import secrets

from apex import OK, Endpoint, Line, connect, trans_id
from beep import Refused, Session
from tap import same


class World:
    def __init__(self, host: str, port: int, domain: str) -> None:
        self.host, self.port, self.domain = host, port, domain
        self.mark = secrets.token_hex(4)
        self.elsewhere = f"{self.mark}.elsewhere.test"  # a domain that the server does not serve
        self.sessions: list[Session] = []

    def session(self) -> Session:
        session = connect(self.host, self.port)
        self.sessions.append(session)
        return session

    def line(self) -> Line:
        return Line(self.session())

    def identity(self, name: str) -> str:
        return f"{name}-{self.mark}@{self.domain}"

    def subaddress(self, endpoint: Endpoint, name: str) -> Endpoint:
        """A subaddress of an endpoint, attached on a session of its own."""
        return self._attached(endpoint.identity.replace("@", f"/{name}@"), self.line())

    def endpoint(self, name: str, line: Line | None = None) -> Endpoint:
        """An attached endpoint, on a session of its own unless a line is given."""
        return self._attached(self.identity(name), line or self.line())

    def stranger(self, name: str) -> Endpoint:
        """An endpoint of another domain, whose relay this step plays."""
        line = self.line()
        same(line.bind(self.elsewhere, trans_id()), OK, "bind")
        endpoint = Endpoint(line, f"{name}@{self.elsewhere}")
        endpoint.service = f"apex=presence@{self.domain}"
        return endpoint

    def leave(self) -> None:
        for session in self.sessions:
            if session.released:
                continue
            try:
                session.release()
            except Refused:  # a peer that still works may decline; then this side just goes
                session.abort()

    def abandon(self) -> None:
        for session in self.sessions:
            session.abort()

    def _attached(self, identity: str, line: Line) -> Endpoint:
        endpoint = Endpoint(line, identity)
        same(endpoint.attach(), OK, f"attach as {identity}")
        return endpoint
