import { SASL_URI, type Session, TLS } from "../../src/beep/index.js";
import { FRED, passwordOf } from "../server/secured.js";
import type { World } from "./world.js";

/** The columns: how a session becomes what it is. */
export const STATES: Record<string, (world: World) => Promise<Session>> = {
	"in the clear": (world) => world.session(),
	"under TLS": (world) => world.tls(),
	anonymous: (world) => world.anonymous(),
	"logged in": (world) => world.login(FRED),
	"logged in, TLS": (world) => world.login(FRED, world.tls()),
	relay: (world) => world.relay(),
};

interface Start {
	readonly uri: string;
	/** An initial response, where the mechanism has one (RFC 3080 §4.1.1). */
	readonly content?: string;
}

const plain = Buffer.from(`\0${FRED}\0${passwordOf(FRED)}`).toString("base64");

/** The rows: what is started. */
export const STARTS: Record<string, Start> = {
	APEX: { uri: "http://iana.org/beep/APEX" },
	// without `ready`, so that the session stays as it is
	TLS: { uri: TLS },
	"SCRAM-SHA-256": { uri: `${SASL_URI}SCRAM-SHA-256` },
	PLAIN: { uri: `${SASL_URI}PLAIN`, content: `<blob>${plain}</blob>` },
	EXTERNAL: { uri: `${SASL_URI}EXTERNAL`, content: "<blob />" },
	ANONYMOUS: { uri: `${SASL_URI}ANONYMOUS`, content: "<blob />" },
	"DIGEST-MD5": { uri: `${SASL_URI}DIGEST-MD5` },
};

/** @returns "ok", or the code of an `error`, be it one that came in a positive reply */
export async function started(session: Session, start: Start): Promise<string> {
	try {
		const handler = { message() {} };
		const { content } = await session.start([start], { handler });
		return /<error code="(\d+)"/.exec(content)?.[1] ?? "ok";
	} catch (error) {
		return String((error as { code?: number }).code);
	}
}
