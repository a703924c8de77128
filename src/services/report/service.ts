import type { Delivery, Post, Report, Service } from "../../apex/index.js";
import {
	type Domain,
	domainOf,
	type Log,
	newTransID,
	type Random,
	wellKnown,
} from "../../names/index.js";
import { statusResponse, timing } from "./content.js";

/** The local part of the service's well-known endpoint, RFC 3340 §8.5. */
const NAME = "apex=report";

/** The service behind `apex=report`, RFC 3340 §6.2: it tells, and is never asked. */
export class ReportService implements Service {
	readonly name = NAME;
	readonly #domains: readonly Domain[];
	readonly #post: Post;
	readonly #random: Random;
	readonly #log: Log;

	/** @param parts.domains those that the relay serves, the foremost first */
	constructor(parts: {
		domains: readonly Domain[];
		post: Post;
		random: Random;
		log: Log;
	}) {
		this.#domains = parts.domains;
		this.#post = parts.post;
		this.#random = parts.random;
		this.#log = parts.log;
	}

	receive({ originator, recipient }: Delivery): void {
		this.#log.info({ originator, service: recipient }, "nothing is answered");
	}

	report(report: Report): void {
		const domain = this.#domainFor(report);
		if (domain === undefined) return;
		const { to, within } = report;
		const from = wellKnown(NAME, domain);
		const content = statusResponse(report);
		if (within === undefined) {
			this.#post.send(from, to, content);
		} else {
			const transID = newTransID(this.#random);
			this.#post.send(from, to, content, { perData: timing(transID, within) });
		}
	}

	/** "The report service associated with the issuing relay", which may serve several domains. */
	#domainFor({ to, destination }: Report): Domain | undefined {
		const concerned = [domainOf(destination), domainOf(to)];
		return (
			concerned.find((domain) => this.#domains.includes(domain)) ??
			this.#domains[0]
		);
	}
}
