import { describe, expect, it } from "vitest";
import {
	Application,
	attachXml,
	bindXml,
	dataXml,
	endpoint,
	Mesh,
	noteOf,
	OK,
	option,
	Recorder,
} from "./harness.js";

describe("attach, RFC 3340 §4.4.1", () => {
	it("step 1: a transID in use on the channel gets 555", async () => {
		const application = await new Mesh().attached("fred");
		expect(await application.ask(attachXml("wilma", 1))).toBe("555");
	});

	it("step 1: leading zeros do not make another transID", async () => {
		const application = await new Mesh().attached("fred");
		const xml = "<attach endpoint='wilma@example.com' transID='001' />";
		expect(await application.ask(xml)).toBe("555");
	});

	it("step 1: a transID that was terminated is free again", async () => {
		const application = await new Mesh().attached("fred");
		expect(await application.ask("<terminate transID='1' />")).toBe("ok");
		expect(await application.ask(attachXml("wilma", 1))).toBe("ok");
	});

	it("step 2: an endpoint of another domain gets 553", async () => {
		const application = await new Mesh().application();
		expect(await application.ask(attachXml("fred@example.net", 1))).toBe("553");
	});

	it("step 3: who may not attach gets 537", async () => {
		const application = await new Mesh().application();
		expect(await application.ask(attachXml("stranger", 1))).toBe("537");
	});

	it("step 3: nobody attaches as a service", async () => {
		const application = await new Mesh().application();
		expect(await application.ask(attachXml("apex=presence", 1))).toBe("537");
	});

	it("step 4: an option that must be understood and is not gets 504, whatever its targetHop", async () => {
		const application = await new Mesh().application();
		for (const targetHop of ["this", "final", "all"]) {
			const demand = option(`mustUnderstand='true' targetHop='${targetHop}'`);
			expect(await application.ask(attachXml("fred", 1, demand))).toBe("504");
		}
		expect(await application.ask(attachXml("fred", 1, option()))).toBe("ok");
	});

	it("step 5: an endpoint that another application is attached as gets 554", async () => {
		const mesh = new Mesh();
		await mesh.attached("fred");
		const other = await mesh.application();
		expect(await other.ask(attachXml("fred", 1))).toBe("554");
	});

	it("step 5: the endpoint is free when the session of the other has ended", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		const ended = new Promise((resolve) =>
			mesh.sessions[0]?.once("close", resolve),
		);
		fred.session.abort("gone");
		await ended;
		await mesh.attached("fred");
	});

	it("step 5: the endpoint is free when the channel of the other has been closed", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		await fred.channel.close();
		await mesh.attached("fred");
	});

	it("step 6: the application gets what is sent to the endpoint", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred");
		expect(await fred.ask(dataXml("fred", "fred", "hello"))).toBe("ok");
		expect(noteOf(await fred.next())).toBe("hello");
	});

	it("step 6: the ok waits until the endpoint has been provisioned", async () => {
		const steps: string[] = [];
		const mesh = new Mesh({
			attached: async (who) => {
				steps.push(`provisioned ${who}`);
			},
		});
		const recorder = new Recorder();
		mesh.relay.addService(recorder);
		await mesh.attached("fred");
		steps.push("ok");
		expect(steps).toEqual(["provisioned fred@example.com", "ok"]);
		expect(recorder.attachments).toEqual([endpoint("fred")]);
	});

	it("who cannot be provisioned gets 451, and is not attached", async () => {
		const mesh = new Mesh({
			attached: () => Promise.reject(new Error("the disk is full")),
		});
		const application = await mesh.application();
		expect(await application.ask(attachXml("fred", 1))).toBe("451");
		expect(await application.ask(dataXml("fred", "fred"))).toBe("537");
		expect(mesh.log.at("error")).toEqual(["an operation failed"]);
	});

	it("a service that fails when it hears of an attachment changes nothing for the application", async () => {
		const mesh = new Mesh();
		mesh.relay.addService({
			name: "apex=broken",
			receive() {},
			attached() {
				throw new Error("broken");
			},
		});
		const recorder = new Recorder();
		mesh.relay.addService(recorder);
		const fred = await mesh.attached("fred");
		expect(await fred.ask(attachXml("wilma", 2))).toBe("ok");
		expect(recorder.attachments).toHaveLength(2);
		expect(mesh.log.at("error")).toEqual([
			"a service failed",
			"a service failed",
		]);
	});

	it("several endpoints share a channel, and a subaddress is an endpoint of its own", async () => {
		const mesh = new Mesh();
		const both = await mesh.attached("fred", "fred/appl=wb", "wilma");
		const other = await mesh.attached("barney");
		for (const to of ["fred/appl=wb", "wilma", "fred"]) {
			await other.ask(dataXml("barney", to, to));
			expect(noteOf(await both.next())).toBe(to);
		}
	});

	it("data for an address does not reach its subaddresses", async () => {
		const mesh = new Mesh();
		const fred = await mesh.attached("fred/appl=wb");
		await fred.ask(dataXml("fred/appl=wb", "fred", "dropped"));
		await fred.ask(dataXml("fred/appl=wb", "fred/appl=wb", "kept"));
		expect(noteOf(await fred.next())).toBe("kept");
	});

	it("transaction-identifiers are a channel's own, attachments are the session's", async () => {
		const mesh = new Mesh();
		const one = await mesh.attached("fred");
		const two = await Application.start(one.session);
		expect(await two.ask(attachXml("wilma", 1))).toBe("ok");
		expect(await two.ask(dataXml("fred", "wilma", "hello"))).toBe("ok");
		expect(noteOf(await two.next())).toBe("hello");
	});

	it("operations of a channel are worked on in turn, even where one has to wait", async () => {
		let provision = (): void => {};
		const provisioned = new Promise<void>((resolve) => {
			provision = resolve;
		});
		const mesh = new Mesh({ attached: () => provisioned });
		const fred = await mesh.application();
		const answers = Promise.all([
			fred.ask(attachXml("fred", 1)),
			fred.ask(dataXml("fred", "fred", "hello")),
			fred.ask("<terminate transID='1' />"),
		]);
		provision();
		expect(await answers).toEqual(["ok", "ok", "ok"]);
	});
});

describe("many operations at once", () => {
	it("400 attachments are asked for in one go, and all are made", async () => {
		const mesh = new Mesh();
		const application = await mesh.application();
		const answers = await Promise.all(
			Array.from({ length: 400 }, (_, i) =>
				application.ask(attachXml(`fred/${i}`, i + 1)),
			),
		);
		expect(new Set(answers)).toEqual(new Set(["ok"]));
	});
});

describe("the creation of a channel, RFC 3340 §4.2", () => {
	it("an attach comes with it, and the ok comes back inside the profile element", async () => {
		const mesh = new Mesh();
		const fred = await Application.start(
			await mesh.connect(),
			attachXml("fred", 1),
		);
		expect(fred.created).toBe(OK);
		await fred.ask(dataXml("fred", "fred", "hello"));
		expect(noteOf(await fred.next())).toBe("hello");
	});

	it("a bind comes with it", async () => {
		const mesh = new Mesh();
		const relay = await Application.start(
			await mesh.connect(),
			bindXml("example.net", 1),
		);
		expect(relay.created).toBe(OK);
	});

	it("a refused attach is an error inside the profile element, and the channel exists", async () => {
		const mesh = new Mesh();
		const application = await Application.start(
			await mesh.connect(),
			attachXml("stranger", 1),
		);
		expect(application.created).toMatch(/^<error code="537">/);
		expect(await application.ask(attachXml("fred", 1))).toBe("ok");
	});

	it.each([
		["what is no XML", "hello", "500"],
		["an operation that may not come with it", dataXml("fred", "fred"), "501"],
	])(
		"%s is an error inside the profile element",
		async (_what, content, code) => {
			const mesh = new Mesh();
			const application = await Application.start(
				await mesh.connect(),
				content,
			);
			expect(application.created).toContain(`code="${code}"`);
			expect(mesh.log.at("info")).toHaveLength(1);
		},
	);

	it("an attach that is decided when the session has ended leaves nothing behind", async () => {
		let provision = (): void => {};
		const provisioned = new Promise<void>((resolve) => {
			provision = resolve;
		});
		let asked = (): void => {};
		const attaching = new Promise<void>((resolve) => {
			asked = resolve;
		});
		const mesh = new Mesh({
			attached: () => {
				asked();
				return provisioned;
			},
		});
		const recorder = new Recorder();
		mesh.relay.addService(recorder);
		const session = await mesh.connect();
		const ended = new Promise((resolve) =>
			mesh.sessions[0]?.once("close", resolve),
		);
		const started = Application.start(session, attachXml("fred", 1));
		const failed = expect(started).rejects.toThrow();
		await attaching;
		session.abort("gone");
		await Promise.all([ended, failed]);
		provision();
		await mesh.attached("fred");
		expect(recorder.attachments).toHaveLength(1);
	});

	it("white space is nothing", async () => {
		const mesh = new Mesh();
		const application = await Application.start(await mesh.connect(), " \r\n ");
		expect(application.created).toBe("");
	});

	it("what a service has for the endpoint arrives once the channel exists", async () => {
		const mesh = new Mesh();
		const service = endpoint("apex=greeter");
		mesh.relay.addService({
			name: "apex=greeter",
			receive() {},
			attached: (who) => mesh.relay.post.send(service, who, "<note>hi</note>"),
		});
		const fred = await Application.start(
			await mesh.connect(),
			attachXml("fred", 1),
		);
		expect(noteOf(await fred.next())).toBe("hi");
	});
});
