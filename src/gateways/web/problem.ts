import { STATUS_CODES } from "node:http";
import type { Reply, ReplyCode } from "../../names/index.js";

type Headers = Readonly<Record<string, string>>;

/** Why a request is not answered as it wishes: RFC 9457, with the code of RFC 3340 §10. */
export class Problem {
	readonly status: number;
	readonly detail: string;
	readonly code: ReplyCode | undefined;
	readonly headers: Headers;

	constructor(
		status: number,
		detail: string,
		more: { code?: ReplyCode; headers?: Headers } = {},
	) {
		this.status = status;
		this.detail = detail;
		this.code = more.code;
		this.headers = more.headers ?? {};
	}

	/** What the service said, in HTTP's words. */
	static of({ code, text }: Reply): Problem {
		const status = STATUSES[code] ?? 500;
		const after = RETRY_AFTER[status];
		const headers: Headers =
			after === undefined ? {} : { "Retry-After": after };
		return new Problem(status, text, { code, headers });
	}

	/** As `application/problem+json`. */
	toString(): string {
		const { status, detail, code } = this;
		const title = STATUS_CODES[status];
		return `${JSON.stringify({ type: "about:blank", title, status, detail, code })}\n`;
	}
}

const STATUSES: { readonly [code in ReplyCode]?: number } = {
	421: 503,
	450: 503,
	451: 503,
	454: 429,
	500: 400,
	501: 400,
	503: 400,
	504: 415,
	530: 401,
	535: 401,
	537: 403,
	550: 404,
	551: 404,
	553: 400,
	555: 412,
};

/** RFC 9110 §10.2.3, in seconds. */
const RETRY_AFTER: { readonly [status in number]?: string } = {
	429: "30",
	503: "1",
};
