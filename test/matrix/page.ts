import { MATRIX, SESSIONS } from "./table.js";

/** How docs/permissions.md comes from the tables. */
export const COMMAND = "UPDATE=1 npx vitest run test/matrix/page.test.ts";

/** docs/permissions.md. */
export function page(): string {
	return `# Permissions

Who may do what, and what everybody else is told, outside \`--dev\`. The tables are those of
\`test/matrix/table.ts\`, and each of their cells is a test against a running server. This page
is written by \`${COMMAND}\`.

What is expected is what the RFCs say. The server has the default access entries
([access](access.md)), accounts for fred and wilma ([logging in](accounts.md)), TLS with
\`tls.ca\`, \`sasl.anonymous: [guest@example.com]\`, and an entry of \`peers\` for the relay of
rubble.example ([the mesh](mesh.md)).

## What a session may begin

${SESSIONS.markdown}

\`ok\` says that the channel is there, and that nothing has gone wrong on it yet. A code is that
of an \`error\`.

| code | because |
|---|---|
| 530 | APEX comes after a login (RFC 3080 §4) |
| 535 | there is no certificate that could say who the peer is (RFC 3080 §4.1.3) |
| 538 | what would give a password away, or needs a certificate, comes after TLS |
| 550 | it is not offered: DIGEST-MD5 is not configured, and relays log in by certificate alone; or there was a login already (RFC 3080 §4); or it is TLS after TLS or after a login (RFC 3080 §4.1) |

RFC 3080 names no code for a second login, nor for TLS that comes too late: 550, "requested
action not taken", is the one it has for a profile that is not acceptable. A peer that is logged
in is told 550 and not 538, because TLS would not help it.

## What may be done to fred

${MATRIX.markdown}

Each column is somebody:

| who | |
|---|---|
| nobody | has not logged in |
| anonymous | logged in by ANONYMOUS, attached as guest@example.com |
| wilma | logged in and attached as wilma@example.com; fred has no entry for her |
| wilma, granted | the same, while fred has an entry for her with the one action that is asked for, such as \`presence:subscribe\` |
| fred/desk | logged in as fred@example.com, attached as fred/desk@example.com |
| fred | logged in and attached as fred@example.com |
| barney | a relay that has bound rubble.example, for barney@rubble.example |
| pubsub | the same relay, for its service apex=pubsub@rubble.example |
| fred as apex=presence | as fred, but originating as apex=presence@example.com |

They attach or bind before they ask, except where attaching or binding is what they ask for. A
dash is a question that is not asked.

| answer | |
|---|---|
| \`ok\`, or a code alone | the relay says \`ok\`, or an \`error\` with the code; 530 is that of the start of the channel |
| \`delivered\`, \`dropped\` | the relay says \`ok\`, and then fred gets the data, or nobody does |
| \`report\` | the relay says \`ok\`, and apex=report tells this status |
| any other | the relay says \`ok\`, and this is what the service answers, with its code |

| code | because |
|---|---|
| 530 | as above |
| 537 | may not attach (RFC 3340 §4.4.1 step 3), bind (§4.4.2 step 2) or originate (§4.4.4.1 step 1) |
| 553 | attaching in a domain that is not served here (RFC 3340 §4.4.1 step 2) |
| 554 | somebody else is attached as the endpoint (RFC 3340 §4.4.1 step 5) |
| \`dropped\`, \`report 537\` | no \`core:data\` for the originator (RFC 3340 §4.4.4.1 step 5.3) |
| \`report 550\` | there is no such service |
| \`reply 553\`, \`550\`, \`537\` | steps 1, 2 and 3 of the operation, in this order (RFC 3343 §4.2 to §4.4, RFC 3341 §4.2 to §4.4) |
| \`reply 550\` to a terminate | the originator has no such operation (RFC 3343 §4.5 step 1) |
`;
}
