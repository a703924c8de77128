/**
 * Content models as automata.
 *
 * A model such as `(originator,recipient+,option*)` has one state for each name that is
 * written in it, and a start; from a state, the names that may follow lead on. XML wants
 * models to be deterministic (XML 1.0 appendix E), so a name leads to one state only.
 */

/** A content particle, productions 47 to 50 of XML 1.0. */
export type Particle =
	| { readonly kind: "name"; readonly name: string; readonly occurs: Occurs }
	| {
			readonly kind: "sequence" | "choice";
			readonly particles: readonly Particle[];
			readonly occurs: Occurs;
	  };

/** Once, at most once, any number of times, at least once. */
export type Occurs = "" | "?" | "*" | "+";

/** What an element may contain. */
export type Content =
	| { readonly kind: "EMPTY" | "ANY" }
	| { readonly kind: "mixed"; readonly names: ReadonlySet<string> }
	| { readonly kind: "children"; readonly start: State };

export interface State {
	readonly next: ReadonlyMap<string, State>;
	/** Whether the content may end here. */
	readonly final: boolean;
}

interface Draft {
	next: Map<string, Draft>;
	final: boolean;
	readonly name: string;
}

/** Where a particle begins and ends, and whether it may be left out. */
interface Span {
	readonly first: readonly Draft[];
	readonly last: readonly Draft[];
	readonly optional: boolean;
}

/** @throws Error where a name could lead to two states */
export function compile(particle: Particle): State {
	const start = draft("");
	const whole = spanOf(particle);
	connect([start], whole.first);
	for (const state of whole.last) state.final = true;
	start.final = whole.optional;
	return start;
}

function spanOf(particle: Particle): Span {
	const once =
		particle.kind === "name" ? single(particle.name) : group(particle);
	if (particle.occurs === "*" || particle.occurs === "+") {
		connect(once.last, once.first);
	}
	const mayBeNone = particle.occurs === "?" || particle.occurs === "*";
	return mayBeNone ? { ...once, optional: true } : once;
}

function single(name: string): Span {
	const states = [draft(name)];
	return { first: states, last: states, optional: false };
}

function group(particle: Exclude<Particle, { kind: "name" }>): Span {
	const spans = particle.particles.map(spanOf);
	return particle.kind === "choice"
		? {
				first: spans.flatMap(({ first }) => first),
				last: spans.flatMap(({ last }) => last),
				optional: spans.some(({ optional }) => optional),
			}
		: spans.reduce(inSequence);
}

function inSequence(a: Span, b: Span): Span {
	connect(a.last, b.first);
	return {
		first: a.optional ? [...a.first, ...b.first] : a.first,
		last: b.optional ? [...a.last, ...b.last] : b.last,
		optional: a.optional && b.optional,
	};
}

function connect(from: readonly Draft[], to: readonly Draft[]): void {
	for (const state of from) {
		for (const follower of to) {
			const known = state.next.get(follower.name);
			if (known !== undefined && known !== follower) {
				throw new Error(`the content model is ambiguous at ${follower.name}`);
			}
			state.next.set(follower.name, follower);
		}
	}
}

function draft(name: string): Draft {
	return { next: new Map(), final: false, name };
}
