/** What steps of setup are made of. */
import { addressOf, domainOf, localOf, parseEndpoint } from "../names/index.js";
import { type NewElement, readAny, write } from "../xml/index.js";
import type { Step, XmlMessage } from "./transcript.js";

/** A service of the domain of whoever talks to it. */
type ServiceName = "apex=presence" | "apex=access";

/** Somebody asks a service for something. */
export function asked(
	line: number,
	session: string,
	originator: string,
	operation: NewElement,
	service: ServiceName = "apex=presence",
): Step[] {
	const recipient = `${service}${at(originator)}`;
	return [
		send(line, session, data(originator, recipient, operation)),
		expect(line, session, { name: "ok" }),
	];
}

/** A service says something to somebody. */
export function answered(
	line: number,
	session: string,
	recipient: string,
	operation: NewElement,
	service: ServiceName = "apex=presence",
): Step[] {
	const originator = `${service}${at(recipient)}`;
	return [
		expect(line, session, data(originator, recipient, operation)),
		send(line, session, { name: "ok" }),
	];
}

/** The answer to a subscribe, whatever the entry. */
export function anyPublish(transID: number | string): NewElement {
	return {
		name: "publish",
		attributes: { publisher: "*", transID, timeStamp: "*" },
		children: ["*"],
	};
}

/** The tester sends. */
export function send(line: number, session: string, element: NewElement): Step {
	const message = xmlMessage(element);
	return { kind: "send", line, session, setup: true, message };
}

/** The service sends. */
export function expect(
	line: number,
	session: string,
	element: NewElement,
): Step {
	const message = xmlMessage(element);
	return { kind: "expect", line, session, setup: true, message };
}

function xmlMessage(element: NewElement): XmlMessage {
	const text = write(element);
	return { kind: "xml", text, root: readAny(text).root };
}

function data(
	originator: string,
	recipient: string,
	operation: NewElement,
): NewElement {
	return {
		name: "data",
		attributes: { content: "#Content" },
		children: [
			{ name: "originator", attributes: { identity: originator } },
			{ name: "recipient", attributes: { identity: recipient } },
			{
				name: "data-content",
				attributes: { Name: "Content" },
				children: [operation],
			},
		],
	};
}

/** A subaddress of the endpoint: by default it may do all that the endpoint may. */
export function helperOf(text: string): string {
	const endpoint = parseEndpoint(text);
	if (endpoint === undefined) return text;
	return `${localOf(addressOf(endpoint))}/replay@${domainOf(endpoint)}`;
}

function at(endpoint: string): string {
	return endpoint.slice(endpoint.indexOf("@"));
}
