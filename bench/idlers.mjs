/**
 * Connections that get nowhere: whether others still get in, and when the idle ones are gone.
 *
 *     npm run build && node bench/idlers.mjs [CONNECTIONS=5000] [SECONDS=30] [LIMIT=1000]
 *
 * CONNECTIONS come from 127.0.0.1: a third says nothing, a third says an octet of its greeting
 * a second, a third greets and then says an octet of a start a second. Meanwhile people with
 * accounts come from 127.0.0.2 and further on, log in (SCRAM), attach, poll and go, again and
 * again. The server is not one for a laptop (--dev). Three rounds, each on a server of its own:
 * quiet; as it comes, where no more than LIMIT (limits.unauthenticatedSessions) are let in; and
 * with limits that let all of them in, until SECONDS (limits.unauthenticatedSeconds) are over.
 *
 * Exits with 1 unless every visit succeeds, the server ends every idle connection when it is
 * time, and has its file descriptors back.
 */
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { setTimeout as after } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Accounts } from "../dist/accounts/index.js";
import { CONNECTION_LIMITS } from "../dist/beep/index.js";
import { silent } from "../dist/names/index.js";
import { LevelStore } from "../dist/store/index.js";
import { startCompanion } from "./overload/companion.mjs";
import { greatest, table } from "./overload/figures.mjs";
import { visit } from "./overload/visitor.mjs";
import { residentOf, startProcess } from "./parts/process.mjs";
import { quantile } from "./parts/statistics.mjs";

/** People who come and go, each from an address of their own. */
const VISITORS = 8;
/** Between two visits of one of them, in milliseconds. */
const BETWEEN = 50;
/** How long nothing else happens in the quiet round, in seconds. */
const QUIET = 10;
/** What a busy machine may add to a time, in seconds. */
const SLACK = 10;
/** The server looks once a second, so that a second is the first that counts or does not. */
const EARLY = 1.25;
/** File descriptors that may come or go by themselves: files of the store. */
const OTHER_FILES = 8;
const MB = 1024 * 1024;

const [
	count = 5000,
	seconds = CONNECTION_LIMITS.unauthenticatedSeconds,
	most = CONNECTION_LIMITS.unauthenticatedSessions,
] = process.argv.slice(2).map(Number);
const usualLimits = {
	sessionsPerAddress: Math.min(most, CONNECTION_LIMITS.sessionsPerAddress),
	unauthenticatedSessions: most,
};
const command = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));
const people = Array.from({ length: VISITORS }, (_, number) => ({
	from: `127.0.0.${number + 2}`,
	user: `visitor${number}@example.com`,
	password: `the password of ${number}`,
}));

async function startServer(limits) {
	const folder = mkdtempSync(join(tmpdir(), "apex-idlers-"));
	const data = join(folder, "data");
	await addAccounts(data);
	const file = join(folder, "apex.yaml");
	const config = {
		...{ data, listen: "127.0.0.1:0" },
		limits: { unauthenticatedSeconds: seconds, ...limits },
	};
	writeFileSync(file, JSON.stringify(config));
	const server = await startProcess(
		[process.execPath, command, "serve", "--config", file],
		/"ready on .*:(\d+)"/,
	);
	return {
		pid: server.pid,
		port: Number(server.match[1]),
		async stop() {
			await server.stop();
			rmSync(folder, { recursive: true });
		},
	};
}

async function addAccounts(data) {
	const store = await LevelStore.open(data, {
		log: silent,
		failed: (error) => {
			throw error;
		},
	});
	const accounts = await Accounts.load(store);
	for (const { user, password } of people) await accounts.set(user, password);
	await store.close();
}

/** Visits that are made until `over` is aborted. */
async function visitAgain(port, person, over, visits) {
	while (!over.aborted) {
		const visited = visit({ port, ...person }).then(
			({ began, times }) => visits.push({ began, times }),
			(error) => visits.push({ error: error.message }),
		);
		await visited;
		await after(BETWEEN);
	}
}

const filesOf = ({ pid }) => readdirSync(`/proc/${pid}/fd`).length;

/** Waits until the server has no more file descriptors than that, but not forever. */
async function filesBack(server, most) {
	const until = performance.now() + SLACK * 1000;
	while (filesOf(server) > most && performance.now() < until) await after(100);
	return filesOf(server);
}

/** One round. @param meanwhile gives how long idle connections lived */
async function round(limits, meanwhile) {
	const server = await startServer(limits);
	const companion = startCompanion("idle-connections.mjs");
	try {
		const filesBefore = filesOf(server);
		const residentBefore = residentOf(server.pid);
		const over = new AbortController();
		const visits = [];
		const visitors = people.map((person) =>
			visitAgain(server.port, person, over.signal, visits),
		);
		const files = greatest(() => filesOf(server));
		const resident = greatest(() => residentOf(server.pid));
		const ended = await meanwhile(companion, server);
		over.abort();
		await Promise.all(visitors);
		const filesAfter = await filesBack(server, filesBefore + OTHER_FILES);
		return {
			...{ visits, ended, filesBefore, filesAfter, residentBefore },
			...{ files: files(), resident: resident() },
		};
	} finally {
		companion.stop();
		await server.stop();
	}
}

async function quiet() {
	await after(Math.min(QUIET, seconds) * 1000);
	return [];
}

async function crowded(companion, { port }) {
	await companion.tell("open", { port, count });
	return companion.tell("ended", { seconds: seconds + SLACK });
}

const rounds = {
	quiet: await round({}, quiet),
	"as it comes": await round(usualLimits, crowded),
	"all let in": await round(
		{
			sessions: 2 * count,
			sessionsPerAddress: 2 * count,
			unauthenticatedSessions: 2 * count,
		},
		crowded,
	),
};

const parts = ["connect", "greeting", "login", "attach", "poll"];

/** How long each visit took for a part of it, in milliseconds. */
function latencies({ visits }, part) {
	return visits
		.filter(({ times }) => times !== undefined)
		.map(({ began, times }) => times[part] - (times[part - 1] ?? began));
}

/** What became of the idle connections. */
function fates({ ended }) {
	const letIn = ended.filter(({ sinceGreeted }) => sinceGreeted !== undefined);
	const early = letIn.filter(
		({ sinceOpened }) => sinceOpened < seconds - EARLY,
	);
	return {
		refused: ended.length - letIn.length,
		letIn: letIn.length,
		madeWay: early.length,
		last: Math.max(...letIn.map(({ sinceGreeted }) => sinceGreeted)),
		left: count - ended.length,
	};
}

const failures = ({ visits }) =>
	visits.filter(({ error }) => error !== undefined);
const mb = (octets) => `${(octets / MB).toFixed(1)} MiB`;
const row = (name, write) => [name, ...Object.values(rounds).map(write)];
const ofIdle = (name) => (one) =>
	one === rounds.quiet ? "" : String(Math.round(fates(one)[name]));
console.log(
	`${count} connections from 127.0.0.1 that get nowhere; ${VISITORS} people from elsewhere\n`,
);
table([
	["", ...Object.keys(rounds)],
	row("visits", ({ visits }) => String(visits.length)),
	row("  that failed", (one) => String(failures(one).length)),
	...parts.map((name, part) =>
		row(`${name}, p50 / p99 in ms`, (one) => {
			const figures = latencies(one, part);
			return [0.5, 0.99]
				.map((share) => quantile(figures, share).toFixed(1))
				.join(" / ");
		}),
	),
	row("idle: refused", ofIdle("refused")),
	row("  let in", ofIdle("letIn")),
	row("    made way for others", ofIdle("madeWay")),
	row("    last ended after, in s", ofIdle("last")),
	row("  not ended", ofIdle("left")),
	row("file descriptors before", ({ filesBefore }) => String(filesBefore)),
	row("  at the most", ({ files }) => String(files)),
	row("  in the end", ({ filesAfter }) => String(filesAfter)),
	row("resident before", ({ residentBefore }) => mb(residentBefore)),
	row("  at the most", ({ resident }) => mb(resident)),
]);
for (const [name, one] of Object.entries(rounds)) {
	for (const error of new Set(failures(one).map((failure) => failure.error))) {
		console.log(`${name}: a visit failed: ${error}`);
	}
}

const usual = fates(rounds["as it comes"]);
const raised = fates(rounds["all let in"]);
const all = Object.values(rounds);
const requirements = [
	[
		"every visit succeeds",
		all.every((one) => one.visits.length > 0 && failures(one).length === 0),
	],
	[
		"one address has no more connections than it may",
		usual.letIn - usual.madeWay <= usualLimits.sessionsPerAddress,
	],
	["with higher limits all are let in", raised.letIn === count],
	[
		`whoever was let in is ended after ${seconds} s`,
		[usual, raised].every(
			({ last, left }) => left === 0 && last < seconds + SLACK,
		) && raised.madeWay === 0,
	],
	[
		"the file descriptors are back",
		all.every((one) => one.filesAfter <= one.filesBefore + OTHER_FILES),
	],
];
console.log();
for (const [what, holds] of requirements) {
	console.log(`${holds ? "holds" : "FAILS"}  ${what}`);
}
process.exit(requirements.every(([, holds]) => holds) ? 0 : 1);
