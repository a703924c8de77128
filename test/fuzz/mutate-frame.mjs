// Changes to frames. Few of them are survived by a session, so they are rare in one.
import { mutateOctets, NUMBERS } from "./mutate-octets.mjs";

const KEYWORDS = ["MSG", "RPY", "ERR", "ANS", "NUL", "SEQ", "msg", "MSGS", "X"];

const TRAILERS = [
	"",
	"END",
	"END\n",
	"END\r",
	"end\r\n",
	"ENDEND\r\n",
	" END\r\n",
	"\r\nEND\r\n",
	"END\r\n\r\n",
	"\0\0\0\0\0",
];

/** Header lines that no change leads to. */
const LINES = [
	"\r\n",
	"\n",
	"SEQ 0 0 4096\r\n",
	"SEQ 0 4294967295 2147483647\r\n",
	"SEQ 1 0 0\r\n",
	"SEQ 1 1000000 1\r\n",
	"NUL 1 0 * 0 0\r\n",
	"MSG 0 0 . 0 0\r\nEND\r\n",
	"RPY 0 0 . 0 0\r\nEND\r\n",
	"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
	`MSG ${"9".repeat(100)}\r\n`,
	"X".repeat(3000),
	"\0".repeat(5000),
];

const withLine = (change) => (frame, dice) => {
	const end = frame.indexOf("\r\n");
	return change(frame.slice(0, end), dice) + frame.slice(end);
};

const withWord = (change) =>
	withLine((line, dice) => {
		const words = line.split(" ");
		const at = dice.int(words.length);
		words[at] = change(words[at], dice);
		return words.join(" ");
	});

const CHANGES = [
	withWord((_, dice) => dice.pick(NUMBERS)),
	withWord((word, dice) => String(Number(word) + dice.pick([-1, 1, 2, 4096]))),
	withWord((word) => `0${word}`),
	withWord((word, dice) => word + dice.pick([" ", "\t", "  ", "\0", "\xa0"])),
	withWord(() => ""),
	withLine((line, dice) => dice.pick(KEYWORDS) + line.slice(3)),
	withLine((line) =>
		line.includes(" * ")
			? line.replace(" * ", " . ")
			: line.replace(" . ", " * "),
	),
	withLine((line, dice) => `${line} ${dice.pick(NUMBERS)}`),
	(frame, dice) => frame.slice(0, -"END\r\n".length) + dice.pick(TRAILERS),
	(frame, dice) => frame.slice(0, dice.int(frame.length)),
	(frame) => frame + frame,
	(frame, dice) => dice.pick(LINES) + frame,
	mutateOctets,
	mutateOctets,
];

/** Changes the octets of one frame. */
export const mutateFrame = (frame, dice) => dice.pick(CHANGES)(frame, dice);
