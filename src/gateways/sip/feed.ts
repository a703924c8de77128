import type { Body, Response } from "../../cpp/index.js";
import type { Dialog } from "./dialog.js";

/** What a dialog is about: the state that its NOTIFYs carry, of one event package. */
export interface Feed {
	/** Begins; the answer is not always yes. */
	begin(transID: string, seconds: number): void;
	/** What has begun is to last this long from now. */
	refresh(transID: string, seconds: number): void;
	/** The state once more, and nothing after that; also where nothing has begun. */
	last(transID: string): void;
	/** @returns whether the core still has what began before a restart */
	resume(): boolean;
	/** Nothing more is told; what is in progress stays so. */
	detach(): void;
	/** Nothing more is told, and what is in progress ends. */
	leave(): void;
	/** @returns the document that says what has not been said; undefined before there is any */
	body(): Body | undefined;
}

/** What a feed tells. */
export interface FeedListener {
	/** Once for each `begin`, `refresh` and `last`. */
	answered(response: Response): void;
	/** There is something to say. */
	changed(): void;
	/** It has ended without having been asked to. */
	ended(): void;
}

/** What the common profile calls a dialog: it is an application of its own. */
export function applicationOf({ state }: Dialog): string {
	return `${APPLICATION}${state.localTag}`;
}

export const APPLICATION = "sip:";
