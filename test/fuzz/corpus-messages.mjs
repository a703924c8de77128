// What a peer says in a session: valid messages, of which each can be sent on its own.
import { documents } from "./corpus-documents.mjs";

export const TYPE = "Content-Type: application/beep+xml\r\n\r\n";
export const APEX = "http://iana.org/beep/APEX";
const SASL = "http://iana.org/beep/SASL/";
const TLS = "http://iana.org/beep/TLS";

/** As whom peers attach; whoever watches whether the server still serves is somebody else. */
export const NAMES = [
	"fred",
	"wilma",
	"barney",
	"betty",
	"pebbles",
	"bamm-bamm",
	"dino",
	"hoppy",
	"slate",
	"gazoo",
	"fred/appl=im",
	"wilma/appl=im",
	"fred/appl=wb",
	"barney/appl=im",
].map((local) => `${local}@example.com`);

const MECHANISMS = [
	"SCRAM-SHA-256",
	"SCRAM-SHA-1",
	"SCRAM-SHA-256-PLUS",
	"PLAIN",
	"ANONYMOUS",
	"EXTERNAL",
	"DIGEST-MD5",
];

const AT = "2000-05-14T21:30:00Z";
const base64 = (text) => Buffer.from(text).toString("base64");

const option = (internal, more = "") =>
	`<option internal='${internal}' transID='86'${more}`;

const OPTIONS = [
	`${option("attachOverride")} />`,
	`${option("statusRequest", " targetHop='all' mustUnderstand='true'")} />`,
	`${option("dataTiming", " targetHop='all'")}><dataTiming noLaterThan='1000' reportAfter='1' reportErrors='true' /></option>`,
	`${option("dataHopping", " targetHop='all'")}><dataHopping noMoreThan='3' reportErrors='true' /></option>`,
	`${option("riddle", " mustUnderstand='true'")} />`,
	"<option internal='hold4Endpoint' />",
	"<option external='http://example.com/option' transID='5'><any><thing /></any></option>",
];

const address = (dice) => dice.pick(NAMES);
const transID = (dice) => 1 + dice.int(6);
/** Seconds. Mostly short, since whoever comes back is told of what lasts. */
const duration = (dice) => dice.pick([0, 0, 0, 1, 5, 60, 86400]);
const maybeOption = (dice) => (dice.once(4) ? dice.pick(OPTIONS) : "");

const attach = (peer, dice) =>
	`<attach endpoint='${peer.name}' transID='${transID(dice)}'>${maybeOption(dice)}</attach>`;

const bind = (_, dice) =>
	`<bind relay='${dice.pick(["example.net", "rubble.example", "example.com"])}' transID='${transID(dice)}' />`;

const terminate = (_, dice) => `<terminate transID='${transID(dice)}' />`;

const PRESENCE = [
	(_, dice) =>
		`<subscribe publisher='${address(dice)}' duration='${duration(dice)}' transID='${transID(dice)}' />`,
	(_, dice) =>
		`<watch publisher='${address(dice)}' duration='${duration(dice)}' transID='${transID(dice)}' />`,
	(peer, dice) =>
		`<publish publisher='${peer.name}' transID='${transID(dice)}' timeStamp='${AT}'><presence publisher='${peer.name}' lastUpdate='${peer.lastUpdate ?? AT}' publisherInfo='http://example.com/${dice.int(9)}'><tuple destination='mailto:fred@example.com' availableUntil='2525-12-31T23:59:59Z'><capability baseline='urn:ietf:rfc:rfc2533'>(type=&lt;'text/plain')</capability></tuple></presence></publish>`,
	terminate,
];

const ACCESS = [
	(_, dice) =>
		`<query owner='${address(dice)}' actor='${address(dice)}' actions='presence:subscribe core:data' transID='${transID(dice)}' />`,
	(_, dice) =>
		`<get owner='${address(dice)}' actor='${address(dice)}' transID='${transID(dice)}' />`,
	(peer, dice) =>
		`<set transID='${transID(dice)}'><access owner='${peer.name}' actor='${address(dice)}' actions='core:any presence:any access:any' lastUpdate='${AT}' /></set>`,
];

const SERVICES = {
	"apex=presence@example.com": PRESENCE,
	"apex=access@example.com": ACCESS,
};

const originator = (peer) => `<originator identity='${peer.name}' />`;
const recipient = (name, options = "") =>
	`<recipient identity='${name}'>${options}</recipient>`;

const inline = (peer, recipients, content, options) =>
	`<data content='#Content'>${originator(peer)}${recipients}${options}<data-content Name='Content'>${content}</data-content></data>`;

const operation = (peer, dice) => {
	const service = dice.pick(Object.keys(SERVICES));
	const content = dice.pick(SERVICES[service])(peer, dice);
	return inline(peer, recipient(service), content, maybeOption(dice));
};

/** Data for others, for oneself, and for services that have no such operation. */
const data = (peer, dice) => {
	const recipients = Array.from({ length: 1 + dice.int(3) }, () =>
		recipient(
			dice.pick([
				...NAMES,
				peer.name,
				"apex=report@example.com",
				"x@example.net",
			]),
			maybeOption(dice),
		),
	);
	const content = dice.once(6) ? dice.pick(documents) : "<note>yabba</note>";
	return inline(peer, recipients.join(""), content, maybeOption(dice));
};

const related = (peer, dice) => {
	const [part, type] = dice.once(2)
		? [dice.pick(SERVICES["apex=presence@example.com"])(peer, dice), "beep+xml"]
		: ["\x89PNG\r\n\x1a\n\0\xff", "octet-stream"];
	const to = dice.once(2) ? "apex=presence@example.com" : address(dice);
	return [
		'Content-Type: multipart/related; boundary="b"; start="<1@example.com>"; type="application/beep+xml"',
		"",
		"--b",
		"Content-Type: application/beep+xml",
		"Content-ID: <1@example.com>",
		"",
		`<data content='cid:2@example.com'>${originator(peer)}${recipient(to)}</data>`,
		"--b",
		`Content-Type: application/${type}`,
		"Content-ID: <2@example.com>",
		...(dice.once(3) ? ["Content-Transfer-Encoding: binary"] : []),
		"",
		part,
		"--b--",
		"",
	].join("\r\n");
};

/** Messages for an APEX channel. */
export const APEX_MESSAGES = [
	(peer, dice) => TYPE + attach(peer, dice),
	(peer, dice) => TYPE + attach(peer, dice),
	(peer, dice) => TYPE + operation(peer, dice),
	(peer, dice) => TYPE + operation(peer, dice),
	(peer, dice) => TYPE + operation(peer, dice),
	(peer, dice) => TYPE + data(peer, dice),
	(peer, dice) => TYPE + data(peer, dice),
	related,
	(peer, dice) => TYPE + bind(peer, dice),
	(peer, dice) => TYPE + terminate(peer, dice),
	(_, dice) => TYPE + dice.pick(documents),
];

const profile = (uri, content = "", encoding = "") =>
	`<profile uri='${uri}'${encoding}>${content}</profile>`;

const sasl = (dice) => {
	const status = dice.once(9) ? " status='abort'" : "";
	const blob = `<blob${status}>${base64(
		dice.pick([
			"n,,n=fred@example.com,r=fyko+d2lbbFgONRv9qkxdawL",
			"p=tls-exporter,,n=fred@example.com,r=fyko",
			"n,a=wilma@example.com,n=fred@example.com,r=fyko",
			"\0fred@example.com\0secret",
			"\0wilma@example.com\0wrong",
			"anybody",
			'username="fred",realm="example.com",nonce="x",nc=00000001,cnonce="y",response=0',
			"",
		]),
	)}</blob>`;
	return profile(`${SASL}${dice.pick(MECHANISMS)}`, `<![CDATA[${blob}]]>`);
};

/** The `start` of an APEX channel, in which the first operation may travel. */
export const startApex = (peer, number, dice) => {
	const first = attach(peer, dice);
	const proposed = dice.pick([
		profile(APEX),
		profile(APEX, `<![CDATA[${first}]]>`),
		profile(APEX, base64(first), " encoding='base64'"),
		profile("http://example.com/unknown") + profile(APEX),
	]);
	return `${TYPE}<start number='${number}' serverName='example.com'>${proposed}</start>`;
};

const startTuning = (profiles) => (peer) =>
	`${TYPE}<start number='${peer.newChannel()}'>${profiles}</start>`;

const close = (number) => `${TYPE}<close number='${number}' code='200' />`;

/** Messages for channel zero. Those that end the session, or tune it, are rare. */
export const ZERO_MESSAGES = [
	...Array(24).fill((peer, dice) => startApex(peer, peer.newChannel(), dice)),
	...Array(24).fill((peer, dice) => startTuning(sasl(dice))(peer)),
	...Array(24).fill((peer, dice) => close(dice.pick(peer.channels) ?? 1)),
	startTuning(profile(TLS)),
	startTuning(profile(TLS, "<![CDATA[<ready version='1' />]]>")),
	() => close(0),
	() => `${TYPE}<greeting />`,
	(_, dice) => TYPE + dice.pick(documents),
];

/** What a SASL channel goes on with; it is refused on others. */
export const BLOBS = [
	`${TYPE}<blob>${base64("c=biws,r=fyko,p=dHpic1NoTmQ=")}</blob>`,
	`${TYPE}<blob status='abort' />`,
	`${TYPE}<ready />`,
];

export const GREETINGS = [
	`${TYPE}<greeting />`,
	`${TYPE}<greeting localize='de en' features='x'>${profile(APEX)}</greeting>`,
];

/** Answers to what the server sends. */
export const REPLIES = [
	...Array(20).fill(["RPY", `${TYPE}<ok />`]),
	["ERR", `${TYPE}<error code='550'>no</error>`],
	["ERR", `${TYPE}<error code='451' />`],
	["RPY", `${TYPE}<error code='550'>no</error>`],
	["RPY", `${TYPE}<reply code='250' transID='1' />`],
	["RPY", "<ok />"],
	["RPY", ""],
	["ANS", `${TYPE}<ok />`],
	["NUL", ""],
];
