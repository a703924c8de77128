// The build that is fuzzed: dist, or another folder of the same shape.
import { pathToFileURL } from "node:url";

const ROOMS = [
	"access",
	"accounts",
	"apex",
	"beep",
	"client",
	"presence",
	"services/access",
	"services/presence",
	"services/report",
	"store",
	"xml",
];

/**
 * @param {string} folder with a slash at its end
 * @returns {Promise<Record<string, any>>} all that the rooms export
 */
export async function load(folder) {
	const rooms = await Promise.all(
		ROOMS.map(
			(room) => import(pathToFileURL(`${folder}/${room}/index.js`).href),
		),
	);
	return Object.assign({}, ...rooms);
}
