import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** What one side of a connection sent, as one piece of the capture has it. */
export interface Segment {
	/** Which connection. */
	readonly stream: number;
	/** Of the one who sent it. */
	readonly port: number;
	/** Where it stands among the octets that the side sent. */
	readonly offset: number;
	readonly octets: Buffer;
}

/** Runs tshark and gives the fields of each packet. @throws Error with what it says */
export async function* tshark(
	file: string,
	fields: readonly string[],
	options: readonly string[] = [],
): AsyncGenerator<string[]> {
	const child = spawn(
		"tshark",
		[
			...["-r", file, ...options, "-T", "fields", "-E", "separator=/t"],
			...["-E", "occurrence=a", "-E", "aggregator=,"],
			...fields.flatMap((field) => ["-e", field]),
		],
		{ stdio: ["ignore", "pipe", "pipe"] },
	);
	let complaints = "";
	child.stderr.setEncoding("utf8").on("data", (piece: string) => {
		complaints += piece;
	});
	const closed = once(child, "close");
	for await (const line of createInterface({ input: child.stdout })) {
		yield line.split("\t");
	}
	const [code] = await closed;
	if (code !== 0) throw new Error(`tshark ended with ${code}: ${complaints}`);
}

/**
 * The segments of a capture that carry octets, in the order in which they were sent, and before
 * those of each connection the one (without octets) by which it was opened.
 */
export async function* segments(file: string): AsyncGenerator<Segment> {
	const fields = ["tcp.stream", "tcp.srcport", "tcp.seq", "tcp.payload"];
	for await (const [stream, port, seq, payload] of tshark(file, fields, [
		...["-Y", "tcp.len > 0 || (tcp.flags.syn == 1 && tcp.flags.ack == 0)"],
	])) {
		yield {
			stream: Number(stream),
			port: Number(port),
			// tshark counts a SYN as the first octet
			offset: Number(seq) - 1,
			octets: Buffer.from((payload ?? "").replaceAll(":", ""), "hex"),
		};
	}
}
