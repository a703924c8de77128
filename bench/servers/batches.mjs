// What a publish cannot do without, each measured alone: its share of a batch that LevelDB
// syncs, one pass of sax over its XML, and one write of its answer to a socket.
//
//     node bench/servers/batches.mjs PUBLISHERS SECONDS SINK-PORT [chained]
//
// With `chained` a batch is put together by calls, which is cheaper than as an array of operations.
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ClassicLevel } from "classic-level";
import sax from "sax";
import { publish } from "../clients/apex.mjs";

const [width, seconds, port] = process.argv.slice(2, 5).map(Number);
const isChained = process.argv[5] === "chained";

const LAST = "2026-01-01T00:00:00.000Z";
const entryOf = (publisher, mark) =>
	JSON.stringify({
		publisher,
		lastUpdate: 1_767_225_600_000 + mark,
		publisherInfo: `http://www.example.com/${mark}`,
		tuples: [
			{
				destination: "apex:fred/appl=im@example.com",
				availableUntil: "2525-12-31T23:59:59Z",
				tupleInfo: "",
				capabilities: [],
			},
		],
	});

const cpu = () => {
	const { user, system } = process.cpuUsage();
	return (user + system) / 1e6;
};

/** Batches of as many publishes as there are publishers. */
async function batches() {
	const folder = mkdtempSync(join(tmpdir(), "apex-batches-"));
	const level = new ClassicLevel(folder);
	await level.open();
	const began = performance.now();
	const before = cpu();
	let mark = 0;
	while (performance.now() - began < seconds * 1000) {
		const batch = [];
		for (let number = 0; number < width; number++) {
			mark += 1;
			const publisher = `p${number}.${mark % 64}@example.com`;
			batch.push(
				{ type: "put", key: `!revisions!${publisher}`, value: String(mark) },
				{
					type: "put",
					key: `!entries!${publisher}`,
					value: entryOf(publisher, mark),
				},
			);
		}
		await write(level, batch);
	}
	const used = cpu() - before;
	const rate = mark / ((performance.now() - began) / 1000);
	await level.close();
	rmSync(folder, { recursive: true });
	return { rate, share: used / mark };
}

function write(level, batch) {
	if (!isChained) return level.batch(batch, { sync: true });
	const chained = level.batch();
	for (const { key, value } of batch) chained.put(key, value);
	return chained.write({ sync: true });
}

/** The data element that a publish comes in. */
function parses() {
	const element = publish("p1.1@example.com", 8, LAST, 1);
	const xml = `<data content='#C'><originator identity='p1.1@example.com' /><recipient identity='apex=presence@example.com' /><data-content Name='C'>${element}</data-content></data>`;
	return each(() => {
		const names = [];
		const parser = sax.parser(true);
		parser.onopentag = ({ name }) => names.push(name);
		parser.onclosetag = () => names.pop();
		parser.write(xml).close();
	});
}

/** As long as the answer 250 and the RPY are together; each publisher has a socket. */
async function writes() {
	const sockets = Array.from({ length: width }, () =>
		connect({ port, host: "127.0.0.1", noDelay: true }),
	);
	await Promise.all(sockets.map((socket) => once(socket, "connect")));
	const answer = "w".repeat(420);
	let count = 0;
	const before = cpu();
	const until = performance.now() + seconds * 1000;
	while (performance.now() < until) {
		for (const socket of sockets) {
			if (socket.writableLength > 0) continue;
			socket.write(answer, "latin1");
			count += 1;
		}
		await new Promise((resolve) => setImmediate(resolve));
	}
	const used = cpu() - before;
	for (const socket of sockets) socket.destroy();
	return used / count;
}

/** CPU seconds of one call, of many. */
function each(work) {
	for (let warm = 0; warm < 5000; warm++) work();
	let count = 0;
	const before = cpu();
	const until = performance.now() + seconds * 1000;
	while (performance.now() < until) {
		for (let number = 0; number < 100; number++) work();
		count += 100;
	}
	return (cpu() - before) / count;
}

const { rate, share } = await batches();
const parse = parses();
const answer = await writes();
process.stdout.write(
	`figures ${JSON.stringify({ rate, share, parse, write: answer })}\n`,
);
