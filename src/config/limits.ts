import { z } from "zod";
import { ACCESS_LIMITS } from "../access/index.js";
import { ATTEMPT_LIMITS } from "../accounts/index.js";
import { RELAY_LIMITS } from "../apex/index.js";
import {
	CONNECTION_LIMITS,
	DEFAULT_LIMITS,
	INITIAL_WINDOW,
} from "../beep/index.js";
import { SIP_LIMITS } from "../gateways/sip/index.js";
import { WEB_LIMITS } from "../gateways/web/index.js";
import { XMPP_LIMITS } from "../gateways/xmpp/index.js";
import { PRESENCE_LIMITS } from "../presence/index.js";

interface Said {
	/** What is counted. */
	readonly is: string;
	/** What happens beyond it. */
	readonly beyond: string;
}

/** A limit that is a whole number: so many, or so many octets. */
function count(
	initially: number,
	{ is, beyond, from = 1, to }: Said & { from?: number; to?: number },
) {
	const whole = z.int().min(from);
	return (to === undefined ? whole : whole.max(to))
		.default(initially)
		.meta({ description: is, beyond });
}

/** A limit in seconds, or parts of them. */
function seconds(initially: number, { is, beyond }: Said) {
	return z
		.number()
		.positive()
		.default(initially)
		.meta({ description: is, beyond });
}

const TOO_BIG = "501, and the message goes nowhere";
const AGAIN_LATER = "450: it may be asked for again later";
const ENDS = "the session ends";
const NOT_HELD = "450: the data is not held";
const NOT_CONNECTED = "the connection is refused";

/**
 * What a stranger may ask of the server. Each default, and its reason, is in the room that
 * keeps to it.
 */
export const limits = z.strictObject({
	// connections
	sessions: count(CONNECTION_LIMITS.sessions, {
		is: "sessions that peers have open, at all listeners together",
		beyond: NOT_CONNECTED,
	}),
	sessionsPerAddress: count(CONNECTION_LIMITS.sessionsPerAddress, {
		is: "sessions from one address; of IPv6, from one /64; any number with `--dev`",
		beyond: NOT_CONNECTED,
	}),
	unauthenticatedSessions: count(CONNECTION_LIMITS.unauthenticatedSessions, {
		is: "sessions of peers that have not shown who they are",
		beyond: NOT_CONNECTED,
	}),
	unauthenticatedSeconds: seconds(CONNECTION_LIMITS.unauthenticatedSeconds, {
		is: "how long a peer may take to show who it is: to log in, and with `--dev` to attach",
		beyond: ENDS,
	}),
	idleSeconds: seconds(CONNECTION_LIMITS.idleSeconds, {
		is: "how long a peer may be silent",
		beyond: "it is asked whether it is there",
	}),
	answerSeconds: seconds(CONNECTION_LIMITS.answerSeconds, {
		is: "how long it may take to answer that",
		beyond: ENDS,
	}),

	// those who guess
	freeFailures: count(ATTEMPT_LIMITS.freeFailures, {
		is: "failures to log in, by an address or as a name, that cost nothing",
		beyond: "the next attempt waits",
		from: 0,
	}),
	firstDelaySeconds: seconds(ATTEMPT_LIMITS.firstDelaySeconds, {
		is: "how long it waits at first",
		beyond: "each further failure doubles it",
	}),
	longestDelaySeconds: seconds(ATTEMPT_LIMITS.longestDelaySeconds, {
		is: "how long an attempt waits at the most",
		beyond: "454: attempts wait for each other, and this one would for longer",
	}),
	forgetSeconds: seconds(ATTEMPT_LIMITS.forgetSeconds, {
		is: "how long failures are remembered, from the last one on",
		beyond: "they are forgotten",
	}),

	// one BEEP session
	messageOctets: count(DEFAULT_LIMITS.messageOctets, {
		is: "octets of one message, in however many frames",
		beyond: "501 to a MSG on an APEX channel; otherwise the session ends",
		from: INITIAL_WINDOW,
	}),
	unfinishedOctets: count(DEFAULT_LIMITS.unfinishedOctets, {
		is: "octets of messages of which more is to come, on all channels of a session",
		beyond: ENDS,
		from: INITIAL_WINDOW,
	}),
	windowOctets: count(DEFAULT_LIMITS.windowOctets, {
		is: "octets of a channel that may be on their way to the server, and so of one frame",
		beyond: ENDS,
		from: INITIAL_WINDOW,
		to: 2 ** 31 - 1,
	}),
	channels: count(DEFAULT_LIMITS.channels, {
		is: "channels of one session",
		beyond: AGAIN_LATER,
	}),
	requests: count(DEFAULT_LIMITS.requests, {
		is: "MSGs of one channel that the server has not answered",
		beyond: "the channel's window stays shut until it has",
	}),

	// one message
	controlOctets: count(RELAY_LIMITS.controlOctets, {
		is: "octets of the XML document of a message",
		beyond: TOO_BIG,
	}),
	opaqueOctets: count(RELAY_LIMITS.opaqueOctets, {
		is: "octets of what is beside that document",
		beyond: TOO_BIG,
	}),
	xmlDepth: count(RELAY_LIMITS.xmlDepth, {
		is: "elements of the document inside one another",
		beyond: TOO_BIG,
	}),
	xmlAttributes: count(RELAY_LIMITS.xmlAttributes, {
		is: "attributes of one of its elements",
		beyond: TOO_BIG,
	}),
	xmlElements: count(RELAY_LIMITS.xmlElements, {
		is: "its elements in all",
		beyond: TOO_BIG,
	}),
	options: count(RELAY_LIMITS.options, {
		is: "options directly inside one element",
		beyond: TOO_BIG,
		from: 0,
	}),
	recipients: count(RELAY_LIMITS.recipients, {
		is: "recipients of one data element",
		beyond: TOO_BIG,
	}),
	hops: count(RELAY_LIMITS.hops, {
		is: "relays that may pass data on that does not say so itself (RFC 3342 §4); 0 for any number",
		beyond: "550: the data is dropped",
		from: 0,
		to: 255,
	}),

	// attached
	associationsPerSession: count(RELAY_LIMITS.associationsPerSession, {
		is: "attachments and bindings of one session",
		beyond: AGAIN_LATER,
	}),
	outboxOctets: count(RELAY_LIMITS.outboxOctets, {
		is: "octets that wait for one application, which does not read",
		beyond: ENDS,
	}),

	// held
	heldMessages: count(RELAY_LIMITS.heldMessages, {
		is: "messages that wait for one endpoint and its subaddresses to attach (RFC 3342 §3)",
		beyond: NOT_HELD,
		from: 0,
	}),
	heldOctets: count(RELAY_LIMITS.heldOctets, {
		is: "octets of these messages",
		beyond: NOT_HELD,
		from: 0,
	}),
	heldMessagesInAll: count(RELAY_LIMITS.heldMessagesInAll, {
		is: "messages that wait for all endpoints together",
		beyond: NOT_HELD,
		from: 0,
	}),
	heldOctetsInAll: count(RELAY_LIMITS.heldOctetsInAll, {
		is: "octets of all that waits",
		beyond: NOT_HELD,
		from: 0,
	}),
	heldSeconds: count(RELAY_LIMITS.heldSeconds, {
		is: "how long a message waits",
		beyond: "550: the data is dropped",
	}),

	// presence
	subscriptionsPerOriginator: count(
		PRESENCE_LIMITS.subscriptionsPerOriginator,
		{
			is: "subscriptions in progress of one originator and its subaddresses; 0 for any number",
			beyond: AGAIN_LATER,
			from: 0,
		},
	),
	subscriptionsPerSubject: count(PRESENCE_LIMITS.subscriptionsPerSubject, {
		is: "subscriptions in progress to one subject; 0 for any number",
		beyond: AGAIN_LATER,
		from: 0,
	}),
	watchesPerOriginator: count(PRESENCE_LIMITS.watchesPerOriginator, {
		is: "watches in progress of one originator and its subaddresses; 0 for any number",
		beyond: AGAIN_LATER,
		from: 0,
	}),
	watchesPerSubject: count(PRESENCE_LIMITS.watchesPerSubject, {
		is: "watches in progress of one subject; 0 for any number",
		beyond: AGAIN_LATER,
		from: 0,
	}),
	publishesPerSecond: count(PRESENCE_LIMITS.publishesPerSecond, {
		is: "updates of one subject that its subscribers are told in a second; 0 for any number",
		beyond: "only the newest is told, when its turn comes",
		from: 0,
	}),

	// HTTP and WebSocket
	webConnections: count(WEB_LIMITS.webConnections, {
		is: "connections to the web listener",
		beyond: NOT_CONNECTED,
	}),
	webStreams: count(WEB_LIMITS.webStreams, {
		is: "WebSockets and event streams from one address; any number with `--dev`",
		beyond: "429",
	}),
	webBodyOctets: count(WEB_LIMITS.webBodyOctets, {
		is: "octets of what is PUT, and of content in one message of `cpp.v1`",
		beyond: "413; a WebSocket is closed with 1009",
	}),
	webSlowOctets: count(WEB_LIMITS.webSlowOctets, {
		is: "octets that wait for a reader until only the newest of each state does",
		beyond: "a newer state takes the place of an older one",
	}),
	webStates: count(WEB_LIMITS.webStates, {
		is: "such states that wait for one reader",
		beyond: "the connection ends",
	}),
	webHeartbeatSeconds: seconds(WEB_LIMITS.webHeartbeatSeconds, {
		is: "how often a WebSocket or an event stream shows that it is alive",
		beyond: "a WebSocket that does not answer until the next time ends",
	}),

	// XMPP
	xmppSubscriptions: count(XMPP_LIMITS.xmppSubscriptions, {
		is: "subscriptions of XMPP users",
		beyond: "`resource-constraint`",
	}),
	xmppGuests: count(XMPP_LIMITS.xmppGuests, {
		is: "XMPP users who are asked for their presence",
		beyond: "they are not asked, and nothing is known of them",
	}),
	xmppResources: count(XMPP_LIMITS.xmppResources, {
		is: "resources of one XMPP user",
		beyond: "they are not told of",
	}),
	xmppStanzaCharacters: count(XMPP_LIMITS.xmppStanzaCharacters, {
		is: "characters of one stanza from the XMPP server",
		beyond: "`policy-violation`, unread",
		from: 1024,
	}),
	xmppOutboxOctets: count(XMPP_LIMITS.xmppOutboxOctets, {
		is: "octets that wait for the XMPP server",
		beyond: "the connection begins anew",
	}),
	xmppLostSeconds: seconds(XMPP_LIMITS.xmppLostSeconds, {
		is: "how long the XMPP server may be away",
		beyond: "its users are offline",
	}),
	xmppLingerSeconds: seconds(XMPP_LIMITS.xmppLingerSeconds, {
		is: "how long an XMPP user stays subscribed to whom nobody here subscribes any more",
		beyond: "they are sent `unsubscribe`",
	}),

	// SIP
	sipBodyOctets: count(SIP_LIMITS.sipBodyOctets, {
		is: "octets of a body",
		beyond: "413; a TCP connection ends",
	}),
	sipConnections: count(SIP_LIMITS.sipConnections, {
		is: "TCP connections to the SIP listener",
		beyond: NOT_CONNECTED,
	}),
	sipTransactions: count(SIP_LIMITS.sipTransactions, {
		is: "requests that are being answered, or have been by UDP in the last 32 seconds",
		beyond: "a request is not answered: the client sends it again",
	}),
	sipDialogs: count(SIP_LIMITS.sipDialogs, {
		is: "subscriptions of SIP user agents",
		beyond: "503, with Retry-After",
	}),
	sipDialogsPerWatcher: count(SIP_LIMITS.sipDialogsPerWatcher, {
		is: "such subscriptions of one watcher",
		beyond: "403",
	}),
	sipPublications: count(SIP_LIMITS.sipPublications, {
		is: "publications of one presentity by PUBLISH",
		beyond: "403",
	}),
	sipRecords: count(SIP_LIMITS.sipRecords, {
		is: "endpoints that have registered contacts",
		beyond: "503, with Retry-After",
	}),
	sipContacts: count(SIP_LIMITS.sipContacts, {
		is: "contacts of one of them",
		beyond: "403",
	}),
	sipLeastSeconds: count(SIP_LIMITS.sipLeastSeconds, {
		is: "for how long one has to subscribe, publish or register, at the least",
		beyond: "423 to what is for less",
		// RFC 3261 §10.3 step 7, RFC 6665 §4.2.1.1: nobody is told that an hour is too brief
		to: 3600,
	}),
	sipMostSeconds: count(SIP_LIMITS.sipMostSeconds, {
		is: "for how long one can, at the most",
		beyond: "so much is granted",
	}),
	sipNotifySeconds: seconds(SIP_LIMITS.sipNotifySeconds, {
		is: "how long after a NOTIFY a change waits for the next (RFC 3856 §6.10)",
		beyond: "only the newest is told",
	}),
	sipIdleSeconds: seconds(SIP_LIMITS.sipIdleSeconds, {
		is: "how long a TCP connection may be silent",
		beyond: "it ends",
	}),

	// access
	accessEntriesPerOwner: count(ACCESS_LIMITS.accessEntriesPerOwner, {
		is: "access entries of one endpoint and its subaddresses (RFC 3341 §3)",
		beyond: AGAIN_LATER,
	}),
});
