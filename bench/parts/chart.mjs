// Charts of lines, as SVG.
import { number } from "./table.mjs";

const WIDTH = 640;
const HEIGHT = 360;
const PLOT = { left: 70, right: 470, top: 44, bottom: 304 };
const COLOURS = ["#1b6ca8", "#d1495b", "#5b8c5a", "#8a5fb0", "#c98a1b"];

/**
 * Draws lines.
 *
 * @param {object} chart
 * @param {string} chart.title
 * @param {{ title: string, log?: boolean }} chart.x
 * @param {{ title: string, log?: boolean, digits?: number }} chart.y from 0, unless logarithmic
 * @param {readonly { name: string, points: readonly (readonly [number, number])[] }[]} chart.series
 * @returns {string | undefined} an SVG document, where there is something to draw
 */
export function lines({ title, x, y, series: all }) {
	const series = all.map(({ name, points }) => ({
		name,
		points: points.filter(([, y]) => Number.isFinite(y)),
	}));
	const points = series.flatMap(({ points }) => points);
	if (points.length < 2) return undefined;
	const across = scale(
		x,
		points.map(([x]) => x),
		[PLOT.left, PLOT.right],
	);
	const up = scale(
		y,
		points.map(([, y]) => y),
		[PLOT.bottom, PLOT.top],
	);
	const middle = (PLOT.left + PLOT.right) / 2;
	return [
		`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12" fill="#333">`,
		`<title>${title}</title>`,
		`<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff" />`,
		text(PLOT.left, 22, title, 'font-size="14"'),
		...across.ticks.map((tick) => {
			const at = across.of(tick);
			return (
				line([at, PLOT.top], [at, PLOT.bottom], "#e4e4e4") +
				text(at, PLOT.bottom + 16, short(tick), 'text-anchor="middle"')
			);
		}),
		...up.ticks.map((tick) => {
			const at = up.of(tick);
			return (
				line([PLOT.left, at], [PLOT.right, at], "#e4e4e4") +
				text(PLOT.left - 6, at + 4, short(tick), 'text-anchor="end"')
			);
		}),
		text(middle, PLOT.bottom + 38, x.title, 'text-anchor="middle"'),
		text(PLOT.left, PLOT.top - 8, y.title, 'fill="#777"'),
		...series.map((one, index) => drawn(one, COLOURS[index], across, up)),
		...series.map(({ name }, index) => {
			const at = PLOT.top + 10 + index * 20;
			const colour = COLOURS[index];
			return (
				line([PLOT.right + 14, at], [PLOT.right + 34, at], colour, 2) +
				text(PLOT.right + 40, at + 4, name)
			);
		}),
		"</svg>\n",
	].join("\n");
}

function drawn({ points }, colour, across, up) {
	const places = points.map(([x, y]) => [across.of(x), up.of(y)]);
	const path = places.map((place) => place.map(round).join(",")).join(" ");
	const dots = places.map(
		([x, y]) =>
			`<circle cx="${round(x)}" cy="${round(y)}" r="3" fill="${colour}" />`,
	);
	return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2" />${dots.join("")}`;
}

function scale({ log = false }, values, [from, to]) {
	const most = Math.max(...values);
	const ticks = log ? decades(Math.min(...values), most) : steps(most);
	const measure = log ? Math.log10 : (value) => value;
	const first = measure(ticks[0]);
	const last = measure(ticks.at(-1));
	return {
		ticks,
		of: (value) =>
			from + ((measure(value) - first) / (last - first)) * (to - from),
	};
}

function decades(least, most) {
	const first = Math.floor(Math.log10(least));
	const last = Math.max(first + 1, Math.ceil(Math.log10(most)));
	return Array.from({ length: last - first + 1 }, (_, n) => 10 ** (first + n));
}

/** About five round steps from 0. */
function steps(most) {
	const rough = most / 5;
	const power = 10 ** Math.floor(Math.log10(rough));
	const step = [1, 2, 5, 10].find((times) => times * power >= rough) * power;
	const count = Math.ceil(most / step);
	return Array.from({ length: count + 1 }, (_, n) => n * step);
}

/** 1,000,000 takes too much room. */
function short(value) {
	if (value >= 1e6) return `${number(value / 1e6, 0)}M`;
	if (value >= 1e4) return `${number(value / 1e3, 0)}k`;
	return value.toLocaleString("en", { maximumSignificantDigits: 3 });
}

const round = (place) => Math.round(place * 10) / 10;

function line([x1, y1], [x2, y2], colour, width = 1) {
	return `<line x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}" stroke="${colour}" stroke-width="${width}" />`;
}

function text(x, y, words, attributes = "") {
	const escaped = words.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
	return `<text x="${round(x)}" y="${round(y)}" ${attributes}>${escaped}</text>`;
}
