/** Attribute values by the entity of their type: all are of the type that the DTD sees. */
const digits = (...bad: string[]) => ["", "-1", "x", "1.0", "+1", " 1", ...bad];
const TIMES = {
	good: [
		"2000-05-14T13:30:00-08:00",
		"2000-05-14t13:30:00.123456z",
		"1999-12-31T23:59:60Z",
		"2000-02-29T00:00:00-00:00",
	],
	bad: ["", "2000-05-14", "2001-02-29T00:00:00Z", "20000514T133000Z", "x"],
};

export const VALUES: Readonly<
	Record<string, { good: readonly string[]; bad: readonly string[] }>
> = {
	CHAN: { good: ["0", "1", "2147483647"], bad: digits("2147483648") },
	SECONDS: { good: ["0", "86400"], bad: digits("2147483648", "9999999999") },
	MILLISECS: { good: ["0", "60000"], bad: digits("2147483648") },
	UNIQID: { good: ["1", "42", "2147483647"], bad: digits("0", "2147483648") },
	UNIZID: { good: ["0", "42"], bad: digits("2147483648") },
	HOPS: { good: ["0", "17", "255"], bad: digits("256") },
	XYZ: { good: ["250", "550"], bad: ["", "99", "600", "1000", "25O"] },
	TIMESTAMP: TIMES,
	ENDPOINT: {
		good: [
			"fred@example.com",
			"apex=presence@[10.0.0.1]",
			"a b/c=d@x.y",
			"é@x",
		],
		bad: ["", "fred", "@example.com", "fred@", "a@b@c", "a/b/c@x", "a@x y"],
	},
	ACTOR: {
		good: ["*@*", "fred/*@*.example.com", "apex=*@example.com", "a\\*@x.y"],
		bad: ["", "*", "*@", "fred@*.*", "fred@ex*mple.com"],
	},
	DOMAIN: {
		good: ["example.com", "EXAMPLE", "[10.0.0.1]"],
		bad: ["", "example..com", "-.com", "[", "a b", "a@b"],
	},
	URI: {
		good: ["", "#Content", "http://example.com/?a=b%20c", "urn:ietf:rfc:2533"],
		bad: ["a b", "%zz", "a#b#c", "é", "a|b"],
	},
	FTRS: { good: ["magic", "a b", "-1:x"], bad: [] },
	LANG: {
		good: ["en", "en-US", "i-default"],
		bad: ["toolonglanguage", "e_n", "1"],
	},
	LOCS: { good: ["i-default", "en fr-CA"], bad: ["en toolonglanguage", "x:y"] },
	ACTIONS: {
		good: ["all:none", "core:any access:query"],
		bad: ["core", "a:b c"],
	},
};

/** Values of the attribute types that have no entity. */
export const PLAIN: Readonly<Record<string, readonly string[]>> = {
	CDATA: ["", "a", "a  b", "😀", ">", "hold4Endpoint"],
	ID: ["Content", "_1", "é-x"],
	NMTOKEN: ["a", "1"],
	NMTOKENS: ["a b", "1"],
};
