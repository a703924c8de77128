import { domainOf } from "../../src/names/index.js";
import { ReportService } from "../../src/services/report/index.js";
import { type Element, elementsOf, readAny } from "../../src/xml/index.js";
import {
	type Application,
	bindXml,
	endpoint,
	Mesh,
	noteOf,
} from "./harness.js";

/** A mesh whose relay reports, serving one domain. */
export function reporting(mesh = new Mesh(), domain = "example.com"): Mesh {
	mesh.relay.addService(
		new ReportService({
			domains: [domainOf(endpoint(`fred@${domain}`))],
			post: mesh.relay.post,
			random: () => 0,
			log: mesh.log,
		}),
	);
	return mesh;
}

/** `data` from one endpoint for others with options, and a `note` that can be recognized. */
export function dataWith(
	from: string,
	to: string | string[],
	perData: string,
	{ perRecipient = "", perOriginator = "", content = "<note>hi</note>" } = {},
): string {
	const recipients = [to]
		.flat()
		.map(
			(each) =>
				`<recipient identity='${endpoint(each)}'>${perRecipient}</recipient>`,
		)
		.join("");
	return (
		`<data content='#Content'><originator identity='${endpoint(from)}'>${perOriginator}</originator>` +
		`${recipients}${perData}<data-content Name='Content'>${content}</data-content></data>`
	);
}

export const statusRequest = (attributes = "", transID = 86) =>
	`<option internal='statusRequest' transID='${transID}' ${attributes}/>`;

const EVERY_HOP = "targetHop='all' mustUnderstand='true'";

export const dataTiming = (attributes: string, more = EVERY_HOP) =>
	`<option internal='dataTiming' transID='87' ${more}><dataTiming ${attributes}/></option>`;

export const dataHopping = (attributes: string, more = EVERY_HOP) =>
	`<option internal='dataHopping' transID='88' ${more}><dataHopping ${attributes}/></option>`;

/** What a `statusResponse` says, and how it came. */
export interface Report {
	from: string | undefined;
	to: string | undefined;
	transID: string | undefined;
	about: string | undefined;
	code: string | undefined;
}

/** Reads data from the report service. */
export function reportOf(xml: string): Report {
	const { root } = readAny(Buffer.from(xml));
	const response = descendant(root, "statusResponse");
	return {
		from: descendant(root, "originator")?.attributes.identity,
		to: descendant(root, "recipient")?.attributes.identity,
		transID: response?.attributes.transID,
		about: descendant(root, "destination")?.attributes.identity,
		code: descendant(root, "reply")?.attributes.code,
	};
}

/** The first element of a name inside another. */
export function descendant(
	element: Element,
	name: string,
): Element | undefined {
	if (element.name === name) return element;
	for (const child of elementsOf(element)) {
		const found = descendant(child, name);
		if (found !== undefined) return found;
	}
	return undefined;
}

/** What an option says that the relay passed on. */
export function attributesOf(
	xml: string,
	name: string,
): Readonly<Record<string, string>> | undefined {
	return descendant(readAny(Buffer.from(xml)).root, name)?.attributes;
}

/** What comes next for an application, told apart by a note that is sent after everything else. */
export async function nothingBut(
	application: Application,
	marker: () => Promise<unknown>,
): Promise<string[]> {
	await marker();
	const seen: string[] = [];
	for (;;) {
		const xml = await application.next();
		if (noteOf(xml) === "marker") return seen;
		seen.push(xml);
	}
}

/**
 * Two relays that send to each other: what one has for the domains of the other goes there.
 *
 * @param here what is bound at the first relay, and so goes to the second
 * @param there what is bound at the second relay, and so goes to the first
 */
export async function join(
	first: Mesh,
	here: readonly string[],
	second: Mesh,
	there: readonly string[],
): Promise<void> {
	const binds = (domains: readonly string[]) =>
		domains.map((domain, index) => bindXml(domain, index + 1));
	const one = await first.application(...binds(here));
	const other = await second.application(...binds(there));
	pass(one, other);
	pass(other, one);
}

function pass(from: Application, to: Application): void {
	from.answer = (request) => {
		to.channel.send(request.payload, (reply) => {
			if (reply.kind === "RPY") request.reply(reply.payload);
			else if (reply.kind === "ERR") request.error(reply.payload);
		});
	};
}
