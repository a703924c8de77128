import { isIPv6 } from "node:net";
import type { Sip } from "./sip.js";
import { bindTcp, type Tcp } from "./tcp.js";
import { bindUdp, type Udp } from "./udp.js";

/** Where to listen. */
export interface SipAddress {
	readonly host: string;
	/** 0 for any that is free. */
	readonly port: number;
	/** What others are told of our host, where they see another one or `host` is a wildcard. */
	readonly advertised?: string;
}

/** A listener on UDP and TCP. */
export interface SipListener {
	readonly port: number;
	/** Ends what is open; dialogs that are stored can be gone on with. */
	close(): Promise<void>;
}

/** A port that is free for datagrams may be taken for connections. */
const ATTEMPTS = 10;

/**
 * Listens on UDP and TCP, both on one port, and begins.
 *
 * @throws the system's error where the port cannot be had
 */
export async function listenSip(
	address: SipAddress,
	sip: Sip,
): Promise<SipListener> {
	const { udp, tcp } = await bind(address, sip, ATTEMPTS);
	await sip.start({
		open: (hop) => (hop.protocol === "TCP" ? tcp : udp).open(hop),
	});
	return {
		port: udp.port,
		async close() {
			sip.close();
			await Promise.all([udp.close(), tcp.close()]);
		},
	};
}

async function bind(
	address: SipAddress,
	sip: Sip,
	attempts: number,
): Promise<{ readonly udp: Udp; readonly tcp: Tcp }> {
	const { advertised = address.host } = address;
	const host = isIPv6(advertised) ? `[${advertised}]` : advertised;
	const local = (port: number): string => `${host}:${port}`;
	const udp = await bindUdp(address, local, (octets, flow) =>
		sip.datagram(octets, flow),
	);
	const { port } = udp;
	try {
		const tcp = await bindTcp({ ...address, port }, local(port), sip.limits, {
			message: (message, flow) => sip.receive(message, flow),
			complain: (from, why) => sip.complain(from, why),
		});
		return { udp, tcp };
	} catch (error) {
		await udp.close();
		if (address.port !== 0 || attempts <= 1) throw error;
		return bind(address, sip, attempts - 1);
	}
}
