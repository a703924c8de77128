// Reads every row of a LevelDB folder, and nothing else.
//
//     node bench/servers/scan.mjs FOLDER
import { ClassicLevel } from "classic-level";

const level = new ClassicLevel(process.argv[2]);
await level.open();
const iterator = level.iterator();
let rows = 0;
let octets = 0;
for (;;) {
	const some = await iterator.nextv(1000);
	if (some.length === 0) break;
	rows += some.length;
	for (const [key, value] of some) octets += key.length + value.length;
}
await iterator.close();
process.stdout.write(`scanned ${JSON.stringify({ rows, octets })}\n`);
await level.close();
