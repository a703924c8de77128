/** The workloads, in the order in which they run. */
export const workloads = [
	"fanout",
	"publish",
	"memory",
	"restart",
	"relay",
	"storm",
	"growth",
	"rosters",
	"access",
];
