// Who may import whom: the table of docs/architecture.md, as a rule.
const ROOMS = {
	names: [],
	mime: [],
	xml: ["names"],
	dns: ["names"],
	beep: ["xml", "mime", "names"],
	store: ["names"],
	presence: ["names"],
	access: ["names"],
	cpp: ["presence", "xml", "names"],
	"gateways/web": ["cpp", "names"],
	"gateways/sip": ["cpp", "names"],
	"gateways/xmpp": ["cpp", "names"],
	accounts: ["beep", "names"],
	policy: ["accounts", "beep", "config", "names"],
	admin: ["names"],
	metrics: ["names"],
	config: [
		"names",
		"beep",
		"apex",
		"presence",
		"access",
		"accounts",
		"gateways/web",
		"gateways/xmpp",
		"gateways/sip",
	],
	apex: ["beep", "xml", "mime", "names"],
	client: ["beep", "dns", "xml", "mime", "names"],
	transcript: ["client", "config", "xml", "names"],
	"services/operation": ["xml", "names"],
	"services/access": ["xml", "names", "access", "services/operation"],
	"services/presence": ["xml", "names", "presence", "services/operation"],
	"services/report": ["xml", "names"],
};

// Where a room may know the types of another and nothing more.
const TYPES_ONLY = {
	store: ["presence", "access", "accounts", "apex"],
	apex: ["access"],
	"services/operation": ["apex"],
	"services/access": ["apex"],
	"services/presence": ["apex", "cpp"],
	"services/report": ["apex"],
};

const EVERY_ROOM = "^src/((?:services|gateways)/[^/]+|[^/]+)/";

const rooms = Object.entries(ROOMS).flatMap(([room, others]) => {
	const allowed = [room, ...others];
	const types = TYPES_ONLY[room] ?? [];
	const inside = (names) => `^src/(${names.join("|")})/`;
	return [
		{
			name: `${room} imports only ${others.join(", ") || "nothing of ours"}`,
			severity: "error",
			from: { path: inside([room]) },
			to: { path: "^src/", pathNot: inside([...allowed, ...types]) },
		},
		...(types.length === 0
			? []
			: [
					{
						name: `${room} imports only types of ${types.join(", ")}`,
						severity: "error",
						from: { path: inside([room]) },
						to: {
							path: inside(types),
							dependencyTypesNot: ["type-only"],
						},
					},
				]),
	];
});

module.exports = {
	forbidden: [
		...rooms,
		{
			name: "rooms are entered through their index",
			severity: "error",
			from: { path: EVERY_ROOM },
			to: {
				path: EVERY_ROOM,
				pathNot: ["^src/$1/", "/index[.]ts$"],
			},
		},
		{
			name: "no cycles",
			severity: "error",
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
		},
		{
			name: "no orphans",
			severity: "error",
			from: {
				orphan: true,
				pathNot:
					"^src/((index|cli/main)[.]ts|.*[.]d[.]ts|gateways/web/board/.*)$",
			},
			to: {},
		},
	],
	options: {
		tsPreCompilationDeps: true,
		tsConfig: { fileName: "tsconfig.json" },
		doNotFollow: { path: "node_modules" },
	},
};
