import {
	listenForWires as listenForApex,
	openWire as openApex,
	openRaw,
	type Wire,
} from "../client/index.js";
import { Arrivals } from "./arrivals.js";
import { FrameReader, frameOctets } from "./frame.js";
import type {
	Address,
	ListenForWires,
	OpenWire,
	TranscriptWire,
} from "./wire.js";

/** Opens the sessions of a replay with the client. */
export const openWire: OpenWire = (address, framing) =>
	framing === "raw" ? openFrames(address) : openElements(address);

/** Takes the sessions that servers open, with what the client has for that. */
export const listenForWires: ListenForWires = (address, opened) =>
	listenForApex(address, (wire) => {
		const arrivals = new Arrivals();
		opened(elements(wire, arrivals));
		return (arrival) => arrivals.push(arrival);
	});

async function openElements(address: Address): Promise<TranscriptWire> {
	const arrivals = new Arrivals();
	const wire = await openApex(address, (arrival) => arrivals.push(arrival));
	return elements(wire, arrivals);
}

function elements(wire: Wire, arrivals: Arrivals): TranscriptWire {
	return {
		send(message) {
			if (typeof message !== "string") throw new TypeError("a frame");
			wire.send(message);
		},
		answer: (kind, xml) => wire.answer(kind, xml),
		next: (timeout) => arrivals.next(timeout),
		// a peer that declines to end the session has it ended all the same
		close: () => wire.close().catch(() => wire.drop()),
		drop: () => wire.drop(),
	};
}

async function openFrames(address: Address): Promise<TranscriptWire> {
	const arrivals = new Arrivals();
	const reader = new FrameReader();
	const wire = await openRaw(address, (arrived) => {
		if (typeof arrived === "string") {
			arrivals.push({ kind: "closed", reason: arrived });
			return;
		}
		for (const frame of reader.push(arrived)) {
			arrivals.push({ kind: "frame", frame });
		}
	});
	return {
		send(message) {
			if (typeof message === "string") throw new TypeError("an element");
			wire.write(frameOctets(message));
		},
		answer: () => false,
		next: (timeout) => arrivals.next(timeout),
		close: () => wire.close(),
		drop: () => wire.drop(),
	};
}
