/** What the report service sends, RFC 3340 §9.2 and RFC 3342 §2.1.1. */
import type { Report } from "../../apex/index.js";
import { write } from "../../xml/index.js";

export function statusResponse({
	transID,
	destination,
	status: { code, text },
	language,
}: Report): string {
	// the codes of success say everything
	const isSuccess = code < 400;
	return write({
		name: "statusResponse",
		attributes: { transID },
		children: [
			{
				name: "destination",
				attributes: { identity: destination },
				children: [
					{
						name: "reply",
						attributes: {
							code,
							// the examples have none, and the DTD requires one
							transID,
							"xml:lang": isSuccess ? undefined : language,
						},
						children: isSuccess ? [] : [text],
					},
				],
			},
		],
	});
}

/** The option that gives up a report after a number of milliseconds. */
export function timing(transID: number, noLaterThan: number): string {
	return write({
		name: "option",
		attributes: {
			internal: "dataTiming",
			targetHop: "all",
			mustUnderstand: "true",
			transID,
		},
		children: [{ name: "dataTiming", attributes: { noLaterThan } }],
	});
}
