// Somebody with an account, who comes from an address, logs in, attaches, polls and goes.
import { once } from "node:events";
import { connect } from "node:net";
import { performance } from "node:perf_hooks";
import { authenticate, Session } from "../../dist/beep/index.js";

const APEX = "http://iana.org/beep/APEX";
const TYPE = "Content-Type: application/beep+xml\r\n\r\n";
/** After which a visit has failed, in milliseconds. */
const PATIENCE = 10_000;

/**
 * @param {{ port: number, from: string, user: string, password: string }} visit
 * @returns how long each part took, in milliseconds
 * @throws Error where there was no answer, or another than there should be
 */
export async function visit({ port, from, user, password }) {
	const began = performance.now();
	const socket = connect({
		...{ port, host: "127.0.0.1", localAddress: from, noDelay: true },
	});
	const timer = setTimeout(
		() => socket.destroy(new Error("no answer in time")),
		PATIENCE,
	);
	try {
		await once(socket, "connect");
		const session = new Session(socket, { role: "initiator" });
		const ended = new Promise((_, reject) => {
			session.once("close", (reason) => reject(new Error(reason)));
		});
		const done = talk(session, { user, password });
		return { ...(await Promise.race([done, ended])), began };
	} finally {
		clearTimeout(timer);
		socket.destroy();
	}
}

async function talk(session, { user, password }) {
	const times = [performance.now()];
	await session.greeting;
	times.push(performance.now());
	await authenticate(session, { user, password });
	times.push(performance.now());
	let told = () => {};
	const update = new Promise((resolve) => {
		told = resolve;
	});
	const message = (request) => {
		request.reply(`${TYPE}<ok />`);
		told(String(request.payload));
	};
	const { channel } = await session.start(APEX, { handler: { message } });
	await ask(channel, `<attach endpoint='${user}' transID='1' />`);
	times.push(performance.now());
	await ask(
		channel,
		`<data content='#C'><originator identity='${user}' /><recipient identity='apex=presence@example.com' /><data-content Name='C'><subscribe publisher='${user}' duration='0' transID='2' /></data-content></data>`,
	);
	const answer = await update;
	if (!answer.includes("<publish")) throw new Error(answer);
	times.push(performance.now());
	return { times };
}

async function ask(channel, xml) {
	const { kind, payload } = await channel.request(TYPE + xml);
	if (kind !== "RPY") throw new Error(`${kind} ${payload}`);
}
