import { describe, expect, it } from "vitest";
import type { Outcome } from "../../src/apex/index.js";
import { parseEntity, parseRelated } from "../../src/mime/index.js";
import {
	bindXml,
	dataXml,
	endpoint,
	Mesh,
	noteOf,
	Recorder,
} from "./harness.js";

const RIDDLE = endpoint("apex=riddle");

function send(
	mesh: Mesh,
	to: string,
	content = "<note>hi</note>",
): Promise<Outcome> {
	return new Promise((done) => {
		mesh.relay.post.send(RIDDLE, endpoint(to), content, { done });
	});
}

describe("Post", () => {
	describe("with per-data options", () => {
		const perData = '<option internal="riddle" targetHop="all" transID="1" />';

		it.each([
			["fred", "acknowledged"],
			["nobody", "absent"],
			["apex=riddle", "absent"],
		])("tells what became of data for %s: %s", async (to, outcome) => {
			const mesh = new Mesh();
			await mesh.attached("fred");
			const told = new Promise((done) => {
				mesh.relay.post.send(RIDDLE, endpoint(to), "<note />", {
					perData,
					done,
				});
			});
			expect(await told).toBe(outcome);
		});

		it("sends them along", async () => {
			const mesh = new Mesh();
			const fred = await mesh.attached("fred");
			mesh.relay.post.send(RIDDLE, endpoint("fred"), "<note />", { perData });
			expect(await fred.next()).toContain(`${perData}<data-content`);
		});
	});

	it("sends data with inline content", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		mesh.relay.post.send(RIDDLE, endpoint("fred"), "<note>hi</note>");
		expect(await fred.next()).toBe(
			'<data content="#Content"><originator identity="apex=riddle@example.com" />' +
				'<recipient identity="fred@example.com" />' +
				'<data-content Name="Content"><note>hi</note></data-content></data>',
		);
	});

	it("sends beside it what the content refers to by a cid:", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		const body = Buffer.from([0, 13, 10, 45, 45, 255]);
		const part = { contentId: "a@b", contentType: "image/x", body };
		const content = "<note about='cid:a@b' />";
		mesh.relay.post.send(RIDDLE, endpoint("fred"), content, { beside: part });
		const message = await fred.nextPayload();
		const { root, parts } = parseRelated(parseEntity(message));
		expect(root.body.toString()).toMatch(/^<data .*<note about='cid:a@b' \/>/);
		expect(parts.get("a@b")?.body).toEqual(body);
	});

	it("escapes what endpoints may contain and attributes may not", async () => {
		const mesh = new Mesh();
		const odd = `<"a'&b>`;
		const escaped = "&lt;&quot;a'&amp;b&gt;";
		const application = await mesh.application(
			`<attach endpoint="${escaped}@example.com" transID="1" />`,
		);
		expect(await send(mesh, odd)).toBe("acknowledged");
		expect(await application.next()).toContain(
			`<recipient identity="${escaped}@example.com" />`,
		);
	});

	describe("by a route", () => {
		/** What is told again and again; `told` resolves with what became of the last one. */
		class Telling {
			count = 0;
			told: (outcome: Outcome) => void = () => {};
			write() {
				this.count += 1;
				return { content: `<note>${this.count}</note>` };
			}
			done(outcome: Outcome): void {
				this.told(outcome);
			}
		}

		function telling(mesh: Mesh): () => Promise<Outcome> {
			const told = new Telling();
			const route = mesh.relay.post.route(RIDDLE, endpoint("fred"), told);
			return () =>
				new Promise((resolve) => {
					told.told = resolve;
					route.send();
				});
		}

		it("finds who has attached anew", async () => {
			const mesh = new Mesh({ decisions: () => 0 });
			const first = await mesh.attached("fred");
			const tell = telling(mesh);
			expect(await tell()).toBe("acknowledged");
			expect(noteOf(await first.next())).toBe("1");
			await first.ask("<terminate transID='1' />");
			expect(await tell()).toBe("absent");
			const second = await mesh.attached("fred");
			expect(await tell()).toBe("acknowledged");
			expect(noteOf(await second.next())).toBe("2");
		});

		it.each([
			["may be remembered", { count: 0 }],
			["may not", undefined],
		])(
			"obeys a decision that has changed, where decisions %s",
			async (_, made) => {
				const mesh = new Mesh(made && { decisions: () => made.count });
				await mesh.attached("fred");
				const tell = telling(mesh);
				expect(await tell()).toBe("acknowledged");
				mesh.silenced.add(RIDDLE);
				if (made !== undefined) made.count += 1;
				expect(await tell()).toBe("absent");
				mesh.silenced.clear();
				if (made !== undefined) made.count += 1;
				expect(await tell()).toBe("acknowledged");
			},
		);
	});

	it("to who is not attached: absent", async () => {
		expect(await send(new Mesh(), "fred")).toBe("absent");
	});

	it("to who does not allow core:data: absent", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		mesh.silenced.add(RIDDLE);
		expect(await send(mesh, "fred")).toBe("absent");
		mesh.silenced.clear();
		await send(mesh, "fred", "<note>allowed</note>");
		expect(noteOf(await fred.next())).toBe("allowed");
	});

	it("to another service: absent, and it hears nothing", async () => {
		const mesh = new Mesh();
		const other = new Recorder("apex=other");
		mesh.relay.addService(other);
		expect(await send(mesh, "apex=other")).toBe("absent");
		expect(other.deliveries).toEqual([]);
	});

	it("to another service: absent, whatever the directory says", async () => {
		const mesh = new Mesh({
			directory: {
				claim: () => true,
				release() {},
				locate: () => ({
					put: ({ done }) => done?.("acknowledged"),
					terminate() {},
				}),
			},
		});
		expect(await send(mesh, "fred")).toBe("acknowledged");
		expect(await send(mesh, "apex=other")).toBe("absent");
	});

	it("to another domain: over its binding", async () => {
		const mesh = new Mesh();
		expect(await send(mesh, "bugs@example.net")).toBe("absent");
		const relay = await mesh.application(bindXml("example.net", 1));
		expect(await send(mesh, "bugs@example.net")).toBe("acknowledged");
		expect(noteOf(await relay.next())).toBe("hi");
	});

	it("over a directory that fails: absent, and a log line", async () => {
		const mesh = new Mesh({
			directory: {
				claim: () => true,
				release() {},
				locate: () => Promise.reject(new Error("no answer")),
			},
		});
		expect(await send(mesh, "fred")).toBe("absent");
		expect(mesh.log.at("error")).toEqual(["a service could not send"]);
	});

	it("an update gives way to the next while an application does not answer", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		const replies: (() => void)[] = [];
		fred.answer = (request) => {
			replies.push(() =>
				request.reply("Content-Type: application/beep+xml\r\n\r\n<ok />"),
			);
		};
		const replaceKey = {};
		const outcomes: Outcome[] = [];
		const updates = 300;
		for (let i = 0; i < updates; i++) {
			mesh.relay.post.send(RIDDLE, endpoint("fred"), `<note>${i}</note>`, {
				replaceKey,
				done: (outcome) => outcomes.push(outcome),
			});
		}
		let last: string | undefined;
		do {
			last = noteOf(await fred.next());
			replies.shift()?.();
		} while (last !== `${updates - 1}`);
		expect(
			outcomes.filter((outcome) => outcome === "replaced").length,
		).toBeGreaterThan(0);
		expect(outcomes).not.toContain("absent");
	});
});

describe("a service", () => {
	it("that fails is logged, and the session goes on", async () => {
		const mesh = new Mesh();
		mesh.relay.addService({
			name: "apex=broken",
			receive() {
				throw new Error("broken");
			},
		});
		const fred = await mesh.attached("fred");
		expect(
			await fred.ask(dataXml("fred", ["apex=broken", "fred"], "hello")),
		).toBe("ok");
		expect(noteOf(await fred.next())).toBe("hello");
		expect(mesh.log.at("error")).toEqual(["a service failed"]);
	});

	it("answers after the ok", async () => {
		const mesh = new Mesh();
		mesh.relay.addService({
			name: "apex=echo",
			receive: ({ originator, recipient, content }) => {
				if ("text" in content) {
					mesh.relay.post.send(recipient, originator, content.text);
				}
			},
		});
		const fred = await mesh.attached("fred");
		expect(await fred.ask(dataXml("fred", "apex=echo", "hello"))).toBe("ok");
		const echo = await fred.next();
		expect(noteOf(echo)).toBe("hello");
		expect(echo).toContain('<originator identity="apex=echo@example.com" />');
	});
});
