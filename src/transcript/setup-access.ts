import type { NewElement } from "../xml/index.js";
import type { Setup } from "./setup.js";
import { answered, asked } from "./setup-steps.js";
import type { Step } from "./transcript.js";

/** Who may do what to whom. No actions: nothing is known of them. */
export interface Entry {
	readonly owner: string;
	readonly actor: string;
	readonly actions: string | undefined;
}

const SERVICE = "apex=access";

/** The access entries that a ladder takes to be there, set by helpers of their owners. */
export class AccessSetup {
	readonly #setup: Setup;
	/** Where owners are attached: they hear of what is set. */
	readonly #sessionOf: (owner: string) => string | undefined;

	constructor(setup: Setup, sessionOf: (owner: string) => string | undefined) {
		this.#setup = setup;
		this.#sessionOf = sessionOf;
	}

	/** @param exists whether it replaces one */
	set(line: number, entry: Entry, exists: boolean): Step[] {
		const { owner, actor, actions } = entry;
		const { helper, steps } = this.#setup.helper(line, owner);
		const fetched = exists ? this.fetch(line, owner, actor) : undefined;
		const transID = this.#setup.nextTransID();
		const lastUpdate = fetched && `{${fetched.capture}}`;
		const access = { owner, actor, actions };
		const session = this.#sessionOf(owner);
		return [
			...steps,
			...(fetched?.steps ?? []),
			...asked(
				line,
				helper,
				helper,
				setElement(transID, { ...access, lastUpdate }),
				SERVICE,
			),
			...answered(
				line,
				helper,
				helper,
				{ name: "reply", attributes: { code: 250, transID } },
				SERVICE,
			),
			...(session === undefined
				? []
				: answered(
						line,
						session,
						owner,
						setElement(transID, { ...access, lastUpdate: "*" }),
						SERVICE,
					)),
		];
	}

	/**
	 * Gets an entry for its lastUpdate.
	 *
	 * @returns the steps, and the name under which they capture it
	 */
	fetch(
		line: number,
		owner: string,
		actor: string,
	): { steps: Step[]; capture: string } {
		const { helper, steps } = this.#setup.helper(line, owner);
		const transID = this.#setup.nextTransID();
		const capture = `lastUpdate-${transID}`;
		const get = { name: "get", attributes: { transID, owner, actor } };
		const access = { owner, actor, actions: "*", lastUpdate: `{${capture}}` };
		return {
			capture,
			steps: [
				...steps,
				...asked(line, helper, helper, get, SERVICE),
				...answered(line, helper, helper, setElement(transID, access), SERVICE),
			],
		};
	}
}

function setElement(
	transID: number,
	attributes: Record<string, string | undefined>,
): NewElement {
	return {
		name: "set",
		attributes: { transID },
		children: [{ name: "access", attributes }],
	};
}
