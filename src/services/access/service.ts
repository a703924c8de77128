import type { AccessEntry, AccessOperations } from "../../access/index.js";
import type { Delivery, Post, Service } from "../../apex/index.js";
import {
	domainOf,
	type Log,
	type Offset,
	wellKnown,
} from "../../names/index.js";
import { dtds } from "../../xml/index.js";
import { receive, type ServiceParts } from "../operation/index.js";
import * as content from "./content.js";
import type { AccessExchange } from "./exchange.js";
import { get } from "./get.js";
import { query } from "./query.js";
import { set } from "./set.js";

/** The service behind `apex=access`, RFC 3341 §4: an element becomes an operation on entries. */
export class AccessService implements Service {
	/** RFC 3341 §5. */
	readonly name = "apex=access";
	readonly #parts: ServiceParts<Pick<AccessExchange, "operations" | "offset">>;

	/** @param parts.offset how timestamps show their offset, RFC 3341 §7 */
	constructor(parts: {
		operations: AccessOperations;
		offset: Offset;
		post: Post;
		log: Log;
	}) {
		const { operations, offset, post, log } = parts;
		this.#parts = {
			dtd: dtds.access,
			operations: { query, get, set },
			surroundings: { operations, offset },
			...{ post, log },
		};
	}

	receive(delivery: Delivery): void {
		receive(delivery, this.#parts);
	}

	/** Tells an owner of a change that was made in another way, as RFC 3341 §4.4 step 9.4 does. */
	changed(entry: AccessEntry, transID: number): void {
		const { post, surroundings } = this.#parts;
		const service = wellKnown(this.name, domainOf(entry.owner));
		const set = content.set(String(transID), entry, surroundings.offset);
		post.send(service, entry.owner, set);
	}
}
