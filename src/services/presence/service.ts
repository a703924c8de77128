import type { Delivery, Post, Service } from "../../apex/index.js";
import type { Endpoint, Log } from "../../names/index.js";
import type { Presence } from "../../presence/index.js";
import { dtds } from "../../xml/index.js";
import { receive, type ServiceParts } from "../operation/index.js";
import type { PresenceExchange } from "./exchange.js";
import { type ApexFace, NAME } from "./face.js";
import { publish } from "./publish.js";
import { subscribe } from "./subscribe.js";
import { terminate } from "./terminate.js";
import { watch } from "./watch.js";

/** The service behind `apex=presence`, RFC 3343 §4: an element becomes an operation of the presence core. */
export class PresenceService implements Service {
	readonly name = NAME;
	readonly #parts: ServiceParts<Pick<PresenceExchange, "presence" | "face">>;

	constructor(parts: {
		presence: Presence;
		face: ApexFace;
		post: Post;
		log: Log;
	}) {
		const { presence, face, post, log } = parts;
		this.#parts = {
			dtd: dtds.presence,
			operations: { subscribe, watch, publish, terminate },
			surroundings: { presence, face },
			...{ post, log },
		};
	}

	receive(delivery: Delivery): void {
		receive(delivery, this.#parts);
	}

	/** An application has returned: RFC 3343 §4 keeps its operations, so it is brought up to date. */
	attached(endpoint: Endpoint): void {
		const { presence, face } = this.#parts.surroundings;
		presence.catchUp(face, endpoint);
	}
}
