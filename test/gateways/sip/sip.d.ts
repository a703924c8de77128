/** The parser of the package `sip`: another hand than ours to read what we write. */
declare module "sip" {
	export interface Address {
		readonly uri: string;
		readonly params: Record<string, string | null>;
	}
	export interface SipMessage {
		readonly method?: string;
		readonly uri?: string;
		readonly status?: number;
		readonly reason?: string;
		readonly headers: {
			readonly [name: string]: unknown;
			readonly to: Address;
			readonly from: Address;
			readonly contact?: readonly Address[];
			readonly cseq: { readonly seq: number; readonly method: string };
			readonly via: readonly {
				readonly params: Record<string, string | null>;
			}[];
		};
		/** One character for each octet. */
		readonly content: string;
	}
	const sip: { parse(octets: Buffer): SipMessage | undefined };
	export default sip;
}
