// The board: one's own status, that of others as it changes, and who is watching.
import { Connection, endpointOf, pres } from "/connection.js";
import { read, write } from "/pidf.js";

const WORDS = { open: "Open", closed: "Closed", unknown: "Unknown" };
const PEOPLE = "people";
const USER = "user";

const by = (id) => document.getElementById(id);
const [login, publish, add] = [by("login"), by("publish"), by("add")];

/** @type {Connection | undefined} */
let connection;
/** By endpoint, what ends the subscription. */
const followed = new Map();
const watchers = new Set();

function people() {
	try {
		return JSON.parse(localStorage.getItem(PEOPLE) ?? "[]");
	} catch {
		return [];
	}
}

function remember(endpoints) {
	localStorage.setItem(PEOPLE, JSON.stringify(endpoints));
}

function show(isIn) {
	login.hidden = isIn;
	for (const id of ["me", "people", "watchers", "leave"]) by(id).hidden = !isIn;
}

function problemOf(form) {
	return form.querySelector(".problem");
}

function begin(user, password) {
	let isIn = false;
	connection = new Connection(
		{ user, password },
		{
			state: (text) => {
				by("connection").textContent = text;
			},
			welcome() {
				watchers.clear();
				drawWatchers();
				if (isIn) return;
				isIn = true;
				localStorage.setItem(USER, user);
				by("own").textContent = user;
				show(true);
				follow();
			},
			refused(problem) {
				by("connection").textContent = "";
				problemOf(login).textContent = problem;
				show(false);
			},
		},
	);
}

function follow() {
	const own = connection.own;
	connection.follow("watch", own, {
		heard: ({ op, subscriber, action, duration }) => {
			if (op !== "watched") return;
			const who = endpointOf(subscriber);
			if (subscriber === own) return;
			if (action === "subscribe" && duration > 0) watchers.add(who);
			else if (action === "terminate") watchers.delete(who);
			drawWatchers();
		},
		refused: () => {},
	});
	const asked = new URLSearchParams(location.search).getAll("watch");
	const names = [...new Set([endpointOf(own), ...people(), ...asked])];
	for (const endpoint of names) followPerson(endpoint);
}

function followPerson(endpoint) {
	if (followed.has(endpoint)) return;
	const row = by("person").content.firstElementChild.cloneNode(true);
	const put = (name, text) => {
		row.querySelector(`.${name}`).textContent = text;
	};
	put("name", endpoint.replace(/@.*/, ""));
	put("address", endpoint);
	put("word", "…");
	const remove = row.querySelector(".remove");
	remove.setAttribute("aria-label", `Remove ${endpoint}`);
	const isOwn = pres(endpoint) === connection.own;
	remove.hidden = isOwn;
	by("list").append(row);
	const state = (basic, word) => {
		row.className = `entry ${basic}`;
		row.querySelector(".dot").className = `dot ${basic}`;
		put("word", word);
	};
	const end = connection.follow("subscribe", pres(endpoint), {
		heard({ op, content, lastUpdate }) {
			if (op !== "notify") return;
			const { basic, note, contact } = read(content);
			state(basic, WORDS[basic]);
			put("note", note);
			put("contact", contact === pres(endpoint) ? "" : contact);
			put("since", `since ${instant(lastUpdate)}`);
		},
		refused(problem) {
			state("unknown", problem.code === 537 ? "Not allowed" : "Not known");
			put("note", problem.message);
		},
	});
	remove.addEventListener("click", () => {
		end();
		row.remove();
		followed.delete(endpoint);
		remember(people().filter((other) => other !== endpoint));
		drawEmpty();
		by("target").focus();
	});
	followed.set(endpoint, end);
	drawEmpty();
}

function drawEmpty() {
	by("nobody").hidden = followed.size > 1;
}

function drawWatchers() {
	const rows = [...watchers].sort().map((endpoint) => {
		const row = document.createElement("li");
		row.className = "watcher";
		row.textContent = endpoint;
		return row;
	});
	by("watching").replaceChildren(...rows);
	by("unwatched").hidden = rows.length > 0;
}

/** A time today is told by its hour, any other by its day as well. */
function instant(timestamp) {
	const date = new Date(timestamp);
	const today = date.toDateString() === new Date().toDateString();
	return today
		? date.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" })
		: date.toLocaleString([], { dateStyle: "medium", timeStyle: "short" });
}

login.addEventListener("submit", (event) => {
	event.preventDefault();
	problemOf(login).textContent = "";
	begin(login.elements.user.value.trim(), login.elements.password.value);
	login.elements.password.value = "";
});

publish.addEventListener("submit", async (event) => {
	event.preventDefault();
	const { basic, note, until } = publish.elements;
	const button = publish.querySelector("button");
	const done = publish.querySelector(".done");
	const content = write({
		entity: connection.own,
		basic: basic.value,
		note: note.value.trim(),
	});
	done.textContent = "";
	problemOf(publish).textContent = "";
	button.disabled = true;
	try {
		const duration = until.value && { duration: Number(until.value) };
		await connection.publish({ content, ...duration });
		done.textContent = `Published: ${WORDS[basic.value]}`;
	} catch (problem) {
		problemOf(publish).textContent = problem.message;
	}
	button.disabled = false;
});

add.addEventListener("submit", (event) => {
	event.preventDefault();
	const endpoint = add.elements.target.value.trim();
	add.reset();
	followPerson(endpoint);
	remember([...new Set([...people(), endpoint])]);
});

by("leave").addEventListener("click", () => {
	connection?.close();
	// what is in memory goes with the page
	localStorage.removeItem(USER);
	location.reload();
});

login.elements.user.value =
	new URLSearchParams(location.search).get("as") ??
	localStorage.getItem(USER) ??
	"";
show(false);
login.elements.user.focus();
