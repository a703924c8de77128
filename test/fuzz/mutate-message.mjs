// Changes to whole BEEP messages: to MIME entity-headers and to what follows them.
import { documents } from "./corpus-documents.mjs";
import { mutateOctets } from "./mutate-octets.mjs";
import { mutateXml } from "./mutate-xml.mjs";

const HEADERS = [
	"",
	"\r\n",
	"Content-Type: application/beep+xml\r\n",
	"Content-Type: application/beep+xml\n\n",
	"content-type:application/beep+xml\r\n\r\n",
	"Content-Type: APPLICATION/BEEP+XML; charset=utf-16\r\n\r\n",
	"Content-Type: application/beep+xml; charset*=utf-8''x; charset=\"u\\\"\r\n\r\n",
	"Content-Type: application/octet-stream\r\n\r\n",
	"Content-Type: multipart/related\r\n\r\n",
	'Content-Type: multipart/related; boundary=""\r\n\r\n',
	`Content-Type: multipart/related; boundary=${"-".repeat(80)}\r\n\r\n`,
	"Content-Type: application/beep+xml\r\nContent-Type: text/plain\r\n\r\n",
	"Content-Type: application/beep+xml\r\nContent-Transfer-Encoding: base64\r\n\r\n",
	"Content-Type: application/beep+xml\r\nContent-Transfer-Encoding: binary\r\n\r\n",
	"Content-Type:\r\n application/beep+xml\r\n\t; a=(comment (inside) \\) )\r\n\r\n",
	": x\r\n\r\n",
	"X: y",
	"Content-Type: \0\xff\r\n\r\n",
	`X: ${"y".repeat(3000)}\r\n\r\n`,
	"X: y\r\n".repeat(200),
	"Content-ID: <>\r\nContent-Type: text/xml\r\n\r\n",
];

const END_OF_HEADERS = "\r\n\r\n";

function mutateHeaders(message, dice) {
	const end = message.indexOf(END_OF_HEADERS) + END_OF_HEADERS.length;
	return dice.once(2)
		? dice.pick(HEADERS) + message.slice(end)
		: mutateOctets(message.slice(0, end), dice) + message.slice(end);
}

/** Changes boundaries of parts, or takes parts away or repeats them. */
function mutateParts(message, dice) {
	const parts = message.split("--b");
	const at = 1 + dice.int(Math.max(1, parts.length - 1));
	switch (dice.int(5)) {
		case 0:
			parts.splice(at, 1);
			break;
		case 1:
			parts.splice(at, 0, ...parts.slice(at, at + 1).concat(parts[at] ?? ""));
			break;
		case 2:
			parts.splice(at, 0, ..."x".repeat(dice.pick([3, 70, 300])));
			break;
		case 3:
			return parts.join(
				dice.pick(["--B", "--b ", "-b", "--b--", "\r\n--b\r\n"]),
			);
		default:
			parts.reverse();
	}
	return parts.join("--b");
}

/** @param {string} message an octet in each character */
export function mutateMessage(message, dice) {
	if (message === "") return dice.pick(HEADERS);
	const kind = dice.int(10);
	if (kind === 0) return mutateHeaders(message, dice);
	if (kind === 1) return mutateOctets(message, dice);
	if (kind < 5 && message.includes("--b")) return mutateParts(message, dice);
	const end = message.indexOf(END_OF_HEADERS) + END_OF_HEADERS.length;
	return message.slice(0, end) + mutateXml(message.slice(end), dice, documents);
}
