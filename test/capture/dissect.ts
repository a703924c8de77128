/**
 * What Wireshark's BEEP dissector has to say about frames.
 *
 * It is shown one frame at a time, each as a TCP connection of its own, because it cannot
 * follow a stream (4.0.17, packet-beep.c): it takes the first line of a payload for its MIME
 * headers, and then looks for the payload's full size behind that line. So it takes as many
 * octets too many, be they of the trailer, of the next frame or of the next segment, even of
 * the other side. Frames behind the first are shown in part or not at all, and a complaint, or
 * none, means nothing. Hence it is not shown trailers either; frames.ts looks at these.
 */
import { writeFile } from "node:fs/promises";
import type { Frame } from "./frames.js";
import { tshark } from "./segments.js";

const PORT = 10288;
const IP = 20;
const TCP = 20;
const RAW_IP = 101;
/** Octets: the most that an IP packet holds. */
const LARGEST = 65_535;

const FIELDS = [
	...["beep.command", "beep.channel", "beep.msgno", "beep.more"],
	...["beep.seqno", "beep.size", "beep.ansno"],
	...["beep.seq.channel", "beep.seq.ackno", "beep.seq.window"],
];
/** What the dissector adds where it finds something wrong. */
const COMPLAINTS = [
	...["_ws.malformed", "beep.invalid_terminator", "beep.more.expected"],
	...["beep.cr_terminator", "beep.lf_terminator", "beep.payload_undissected"],
];

/**
 * Has frames dissected.
 *
 * @param file a capture file that may be written
 * @returns a complaint for each frame that the dissector objects to, or sees otherwise
 */
export async function dissect(
	frames: readonly Frame[],
	file: string,
): Promise<string[]> {
	await writeFile(file, [fileHeader(), ...frames.map(packet)]);
	const complaints: string[] = [];
	let count = 0;
	for await (const fields of tshark(
		file,
		[...COMPLAINTS, ...FIELDS],
		["-d", `tcp.port==${PORT},beep`],
	)) {
		const frame = frames[count++];
		if (frame === undefined) break;
		const objections = COMPLAINTS.filter(
			(what, index) => fields[index] !== "" && !isExcused(what, frame),
		);
		// header fields may be given twice, for one of them is hidden
		const seen = fields
			.slice(COMPLAINTS.length)
			.map((value) => value.split(",")[0])
			.join(" ");
		if (seen !== asSeen(frame)) {
			objections.push(`seen as "${seen}", not as "${asSeen(frame)}"`);
		}
		if (objections.length > 0) {
			const header = frame.octets.toString("latin1").split("\r\n", 1)[0];
			complaints.push(`"${header}": ${objections.join(", ")}`);
		}
	}
	if (count !== frames.length) {
		complaints.push(`${count} of ${frames.length} frames were dissected`);
	}
	return complaints;
}

/**
 * Searching for the end of the first line of a payload, which it takes for MIME headers, the
 * dissector reads beyond the frame where there is none. But only the first frame of a message
 * begins with headers: one that continues it may well be without a line end.
 */
function isExcused(complaint: string, { octets }: Frame): boolean {
	const payload = octets.subarray(
		octets.indexOf("\r\n") + 2,
		-"END\r\n".length,
	);
	return complaint === "_ws.malformed" && !payload.includes("\r\n");
}

/** The fields as tshark prints them. */
function asSeen(frame: Frame): string {
	const { keyword, channel, msgno, more, seqno, size, ansno } = frame;
	if (keyword === "SEQ") {
		// a channel is a channel in whatever frame
		return ["", channel, "", "", "", "", "", channel, seqno, size].join(" ");
	}
	const flag = more ? "'*'" : "'.'";
	const answer = ansno ?? "";
	return [keyword, channel, msgno, flag, seqno, size, answer, "", "", ""].join(
		" ",
	);
}

/** See the format of libpcap. */
function fileHeader(): Buffer {
	const header = Buffer.alloc(24);
	header.writeUInt32LE(0xa1b2c3d4, 0);
	header.writeUInt16LE(2, 4);
	header.writeUInt16LE(4, 6);
	header.writeUInt32LE(LARGEST, 16);
	header.writeUInt32LE(RAW_IP, 20);
	return header;
}

/** A frame, or as much of it as an IP packet holds, as the only segment of a connection. */
function packet({ octets, keyword }: Frame, index: number): Buffer {
	const whole =
		keyword === "SEQ" ? octets : octets.subarray(0, -"END\r\n".length);
	const segment = whole.subarray(0, LARGEST - IP - TCP);
	const header = Buffer.alloc(16 + IP + TCP);
	const length = IP + TCP + segment.length;
	header.writeUInt32LE(length, 8);
	header.writeUInt32LE(length, 12);
	const ip = header.subarray(16);
	ip.writeUInt8(0x45, 0);
	ip.writeUInt16BE(length, 2);
	ip.writeUInt8(64, 8);
	ip.writeUInt8(6, 9);
	// 10.x.y.z, so that no two are of one connection
	ip.writeUInt32BE(0x0a000000 + index, 12);
	ip.writeUInt32BE(0x7f000001, 16);
	const tcp = ip.subarray(IP);
	tcp.writeUInt16BE(50_000, 0);
	tcp.writeUInt16BE(PORT, 2);
	tcp.writeUInt32BE(1, 4);
	tcp.writeUInt8(TCP << 2, 12);
	tcp.writeUInt8(0x18, 13);
	return Buffer.concat([header, segment]);
}
