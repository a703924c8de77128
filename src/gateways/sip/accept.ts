/** Which body types a watcher takes: RFC 3856 §6.7. */
import { parseParameterised, split } from "./fields.js";
import type { Headers } from "./message.js";

/** The types that the Accept fields name; `otherwise` where there is no such field. */
export function acceptedTypes(headers: Headers, otherwise: string): string[] {
	const values = headers.all("Accept");
	if (values.length === 0) return [otherwise];
	return values
		.flatMap((value) => split(value, ","))
		.map(parseParameterised)
		.filter(({ parameters }) => !/^0(?:\.0*)?$/.test(parameters.get("q") ?? ""))
		.map(({ value }) => value);
}

/** Whether a content type, whatever its parameters, is one of those accepted. */
export function accepts(
	types: readonly string[],
	contentType: string,
): boolean {
	const { value } = parseParameterised(contentType);
	const [main = ""] = value.split("/", 1);
	return [value, `${main}/*`, "*/*"].some((type) => types.includes(type));
}
