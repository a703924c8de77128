import { newTransID, type Random } from "../../names/index.js";

/** A text unlike any other, of 124 random bits: a tag, a branch, an entity-tag. */
export function newToken(random: Random): string {
	return [0, 0, 0, 0].map(() => newTransID(random).toString(36)).join("");
}
