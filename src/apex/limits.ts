import { DEFAULT_LIMITS } from "../beep/index.js";
import { CAPS, type Caps } from "../xml/index.js";
import { HOLD_LIMITS, type HoldLimits } from "./hold/limits.js";

/** What a message may consist of; beyond it 501. */
export interface MessageLimits {
	/** Octets of its XML document. */
	readonly controlOctets: number;
	/** Octets of what is beside that, together. */
	readonly opaqueOctets: number;
	/** Elements of the XML document inside one another. */
	readonly xmlDepth: number;
	/** Attributes of one of its elements. */
	readonly xmlAttributes: number;
	/** Its elements in all. */
	readonly xmlElements: number;
	/** Options directly inside one element. */
	readonly options: number;
}

/** What a stranger may ask of a relay. */
export interface RelayLimits extends MessageLimits, HoldLimits {
	/** Octets of a whole message. BEEP is what refuses a longer one, and the relay says why: 501. */
	readonly messageOctets: number;
	/** Recipients of one `data`; beyond it 501. */
	readonly recipients: number;
	/** Attachments and bindings of one session, over all its channels; beyond it 450. */
	readonly associationsPerSession: number;
	/** What may wait for one channel, in octets; beyond it its session ends. */
	readonly outboxOctets: number;
	/** How many relays may pass data on that does not say so itself, 1..255; 0 for any number. */
	readonly hops: number;
}

export const RELAY_LIMITS: RelayLimits = {
	// what as many recipients as may be need, ten times over
	controlOctets: CAPS.octets,
	// a small picture
	opaqueOctets: 256 * 1024,
	xmlDepth: CAPS.depth,
	xmlAttributes: CAPS.attributes,
	xmlElements: CAPS.elements,
	// each may cost a report for every recipient, and five are registered
	options: 16,
	messageOctets: DEFAULT_LIMITS.messageOctets,
	// enough for a group of people; each costs a copy of the whole data
	recipients: 100,
	// a gateway that attaches for an office fits; each costs an entry in two or three tables
	associationsPerSession: 1_000,
	// minutes of updates for a busy application, and small against a server's memory
	outboxOctets: 4 * 1024 * 1024,
	// between two domains there are two relays; a loop ends soon
	hops: 16,
	...HOLD_LIMITS,
};

/** For what has been taken, by a limit that may have been another: to hold it is to have it. */
export const TAKEN: MessageLimits = {
	controlOctets: Number.POSITIVE_INFINITY,
	opaqueOctets: Number.POSITIVE_INFINITY,
	xmlDepth: Number.POSITIVE_INFINITY,
	xmlAttributes: Number.POSITIVE_INFINITY,
	xmlElements: Number.POSITIVE_INFINITY,
	options: Number.POSITIVE_INFINITY,
};

/** The limits of a message, as the XML reader knows them. */
export function capsOf(limits: MessageLimits): Caps {
	return {
		octets: limits.controlOctets,
		depth: limits.xmlDepth,
		attributes: limits.xmlAttributes,
		elements: limits.xmlElements,
	};
}

/** How long applications have to answer when the relay stops, in milliseconds. */
export const CLOSING_TIME = 5000;
