// Changes to octets of any kind. Octets are strings of which each character is one octet.

/** Numbers around which implementations are wrong, and things that are no numbers. */
export const NUMBERS = [
	"0",
	"1",
	"2",
	"255",
	"256",
	"4095",
	"4096",
	"4097",
	"65536",
	"2147483646",
	"2147483647",
	"2147483648",
	"4294967295",
	"4294967296",
	"9007199254740993",
	"99999999999999999999999",
	"-1",
	"-0",
	"+1",
	"007",
	"0000000001",
	"00000000001",
	"1e3",
	"0x10",
	"1.5",
	" 1",
	"1 ",
	"",
	"NaN",
	"\u00b2",
];

const LONGEST_RUN = 40;

const flipBit = (octets, at, dice) =>
	octets.slice(0, at) +
	String.fromCharCode(octets.charCodeAt(at) ^ (1 << dice.int(8))) +
	octets.slice(at + 1);

const insert = (octets, at, dice) =>
	octets.slice(0, at) + String.fromCharCode(dice.int(256)) + octets.slice(at);

const remove = (octets, at, dice) =>
	octets.slice(0, at) + octets.slice(at + 1 + dice.int(LONGEST_RUN));

const removeOne = (octets, at) => octets.slice(0, at) + octets.slice(at + 1);

const duplicate = (octets, at, dice) => {
	const end = at + 1 + dice.int(LONGEST_RUN);
	return octets.slice(0, end) + octets.slice(at);
};

const truncate = (octets, at) => octets.slice(0, at);

const number = (octets, at, dice) => {
	const match = /\d+/.exec(octets.slice(at));
	if (match === null) return insert(octets, at, dice);
	const start = at + match.index;
	return (
		octets.slice(0, start) +
		dice.pick(NUMBERS) +
		octets.slice(start + match[0].length)
	);
};

const swap = (octets, at, dice) => {
	const size = 1 + dice.int(LONGEST_RUN);
	const [one, other] = [at + size, at + 2 * size];
	return (
		octets.slice(0, at) +
		octets.slice(one, other) +
		octets.slice(at, one) +
		octets.slice(other)
	);
};

const CHANGES = [
	flipBit,
	flipBit,
	insert,
	remove,
	removeOne,
	duplicate,
	truncate,
	number,
	number,
	swap,
];

/** One change somewhere. */
export function mutateOctets(octets, dice) {
	if (octets === "") return insert(octets, 0, dice);
	return dice.pick(CHANGES)(octets, dice.int(octets.length), dice);
}
