// Valid documents of every DTD, and those of samples/.
import { readdirSync, readFileSync } from "node:fs";
import { utf8 } from "./mutate-xml.mjs";

const SAMPLES = new URL("../../samples/", import.meta.url);

const AT = "2000-05-14T13:30:00-08:00";
const UNTIL = "2525-12-31T23:59:59-08:00";

const DOCUMENTS = [
	"<greeting />",
	"<greeting features='x y' localize='de en i-default'><profile uri='http://iana.org/beep/APEX' /><profile uri='http://iana.org/beep/TLS' /></greeting>",
	"<start number='3' serverName='example.com'><profile uri='http://iana.org/beep/SASL/PLAIN' encoding='base64'>PGJsb2IgLz4=</profile><profile uri='http://iana.org/beep/APEX'><![CDATA[<attach endpoint='fred@example.com' transID='1' />]]></profile></start>",
	"<close number='1' code='200' />",
	"<close code='550' xml:lang='en'>still working</close>",
	"<ok />",
	"<ok></ok>",
	"<error code='550' xml:lang='en-US'>all requested profiles are unsupported</error>",
	"<ready />",
	"<ready version='2' />",
	"<proceed />",
	"<blob>AGZyZWQAc2VjcmV0</blob>",
	"<blob status='complete' xml:space='preserve'></blob>",
	"<blob status='abort' />",
	"<attach endpoint='fred@example.com' transID='1'><option internal='attachOverride' mustUnderstand='true' transID='3' /></attach>",
	"<bind relay='example.net' transID='2147483647' />",
	"<terminate code='421' xml:lang='en' transID='1'>it stops</terminate>",
	"<data content='cid:1@example.com'><originator identity='fred@example.com'><option internal='x' targetHop='this' transID='5' /></originator><recipient identity='barney@example.com' /><recipient identity='wilma@example.com'><option external='http://example.com/x' transID='6' localize='de' /></recipient></data>",
	utf8(
		"<data content='#Content'><originator identity='fred@example.com' /><recipient identity='barney@example.com' /><option internal='statusRequest' targetHop='all' mustUnderstand='true' transID='86' /><data-content Name='Content'><note>&lt;héllo \u{1f600}&#x21;<![CDATA[<b>]]></note></data-content></data>",
	),
	"<reply code='250' transID='1'>done</reply>",
	`<option internal='dataTiming' targetHop='all' transID='2'><dataTiming noLaterThan='10000' returnTrip='20000' reportAfter='1' reportErrors='true' /></option>`,
	"<dataHopping noMoreThan='2' reportErrors='true' />",
	"<dataTiming noLaterThan='10000' returnTrip='20000' />",
	"<statusResponse transID='86'><destination identity='barney@example.com'><reply code='250' transID='86' /></destination><destination identity='wilma@example.com'><reply code='550' transID='86'>unknown</reply></destination></statusResponse>",
	"<query owner='fred@example.com' actor='wilma@example.com' actions='presence:subscribe core:data' transID='1' />",
	"<get owner='fred@example.com' actor='wilma@example.com' transID='2' />",
	`<set transID='1'><access owner='fred@example.com' actor='*@example.com' actions='presence:subscribe presence:watch' lastUpdate='${AT}' /></set>`,
	"<allow transID='1' />",
	"<deny transID='1' />",
	"<subscribe publisher='fred@example.com' duration='86400' transID='100' />",
	"<watch publisher='fred@example.com' duration='86400' transID='2' />",
	`<publish publisher='fred@example.com' transID='1' timeStamp='${AT}'><presence publisher='fred@example.com' lastUpdate='${AT}' publisherInfo='http://www.example.com/fred/'><tuple destination='apex:fred/appl=im@example.com' availableUntil='${UNTIL}'><capability baseline='urn:ietf:rfc:rfc2533'>(&amp; (type='text/plain') (charset='ISO-8859-1'))</capability></tuple><tuple destination='mailto:fred@example.com' availableUntil='${AT}' tupleInfo='http://example.com/' /></presence></publish>`,
	"<notify subscriber='wilma@example.com' transID='1' duration='0' action='terminate' />",
];

const ELEMENT_ENTRY = /^(?:\S+ )?[IL]: (?=<)/;
const NEXT_ENTRY = /^(?:\S+ )?[IL]: |^#|^wait |^\S+:?$/;

/** The elements in a transcript, with something in the place of its placeholders. */
function elementsIn(transcript) {
	const elements = [];
	let element;
	for (const line of transcript.split("\n")) {
		if (ELEMENT_ENTRY.test(line)) {
			element = [line.replace(ELEMENT_ENTRY, "")];
			elements.push(element);
		} else if (NEXT_ENTRY.test(line)) element = undefined;
		else element?.push(line);
	}
	return elements.map((lines) =>
		lines
			.join("\r\n")
			.trimEnd()
			.replace(/\{\w*:?transID\}/g, "77")
			.replace(/\{[^}]*\}|'\*'/g, (hole) =>
				hole === "'*'" ? "'http://example.com/'" : AT,
			),
	);
}

const sampled = readdirSync(SAMPLES)
	.filter((name) => name.endsWith(".apex"))
	.flatMap((name) => elementsIn(readFileSync(new URL(name, SAMPLES), "utf8")))
	.map(utf8);

/** Each once. */
export const documents = [...new Set([...DOCUMENTS, ...sampled])];
