import { limits } from "../../src/config/limits.js";

const HEAD = `# Limits

What a stranger may ask of a server: one key each, under \`limits\` in the configuration.

\`\`\`yaml
limits:
  recipients: 20
  idleSeconds: 120
\`\`\`

Where there is something to be refused, the text of the refusal names the limit. Why a
default is what it is stands in the code, next to it.

This page is made from the schema (\`src/config/limits.ts\`), and a test compares them.

`;

/** The page docs/limits.md, as the schema has it. */
export function limitsPage(): string {
	const rows = Object.entries(limits.shape).map(([key, schema]) => {
		const { description, beyond } = schema.meta() ?? {};
		const value = schema.parse(undefined).toLocaleString("en");
		return row(`\`${key}\``, value, String(description), String(beyond));
	});
	return [
		HEAD + row("key", "default", "what it is", "beyond it"),
		row("---", "--:", "---", "---"),
		...rows,
		"",
	].join("\n");
}

function row(...cells: string[]): string {
	return `| ${cells.join(" | ")} |`;
}
