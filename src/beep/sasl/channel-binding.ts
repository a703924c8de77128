/** What binds an exchange to the TLS connection below it: RFC 5929 §4, RFC 9266. */
import { createHash } from "node:crypto";
import type { PeerCertificate, TLSSocket } from "node:tls";
import { signatureHash } from "./signature-hash.js";
import type { ChannelBinding, ChannelBindingType } from "./types.js";

/** The types there are, the better first: an exporter is of one connection alone. */
export const BINDING_TYPES: readonly ChannelBindingType[] = [
	"tls-exporter",
	"tls-server-end-point",
];

// RFC 9266 §4.2
const EXPORTER_LABEL = "EXPORTER-Channel-Binding";
const EXPORTER_OCTETS = 32;

/** Whether a mechanism binds to the channel below it. */
export function isBinding(mechanism: string): boolean {
	return mechanism.endsWith("-PLUS");
}

/** The channel binding of a type that a peer named. */
export function bindingOf(
	type: string,
	binding: ChannelBinding,
): Buffer | undefined {
	const known = BINDING_TYPES.find((one) => one === type);
	return known && binding(known);
}

/** Whether there is anything to bind to. */
export function hasBinding(binding: ChannelBinding): boolean {
	return BINDING_TYPES.some((type) => binding(type) !== undefined);
}

/** The channel bindings of a TLS connection whose handshake is done. */
export function tlsChannelBinding(
	socket: TLSSocket,
	role: "initiator" | "listener",
): ChannelBinding {
	return (type) => {
		if (type === "tls-exporter") {
			return socket.exportKeyingMaterial(
				EXPORTER_OCTETS,
				EXPORTER_LABEL,
				Buffer.alloc(0),
			);
		}
		const certificate = role === "listener" ? ours(socket) : theirs(socket);
		const hash = certificate && signatureHash(certificate);
		return hash && certificate
			? createHash(hash).update(certificate).digest()
			: undefined;
	};
}

function ours(socket: TLSSocket): Buffer | undefined {
	const certificate = socket.getCertificate();
	return certificate !== null && "raw" in certificate
		? (certificate.raw as Buffer)
		: undefined;
}

function theirs(socket: TLSSocket): Buffer | undefined {
	// an empty object where there is no certificate
	const certificate: Partial<PeerCertificate> = socket.getPeerCertificate();
	return certificate.raw;
}
