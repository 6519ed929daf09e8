// Contrast AA over the tokens, in light and dark: every pair of meanings that components put on each other.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const css = readFileSync(new URL("../../htdocs/css/tokens/values.css", import.meta.url), "utf8");
const TEXT = 4.5;
const SHAPE = 3;

/** The hex colours of one block. @param {string} selector */
function block(selector) {
    const [, body] = new RegExp(`${selector.replace(/[[\]]/g, "\\$&")} \\{([^}]*)\\}`).exec(css) || [];
    return Object.fromEntries([...body.matchAll(/--([\w-]+): (#[0-9a-f]{6});/g)].map(([, name, value]) => [name, value]));
}

const rgb = (/** @type {string} */ hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const mix = (/** @type {string} */ over, /** @type {string} */ under, /** @type {number} */ part) =>
    "#" + rgb(over).map((value, n) => Math.round(value * part + rgb(under)[n] * (1 - part)).toString(16).padStart(2, "0")).join("");

/** Relative luminance, WCAG 2. @param {string} hex */
function luminance(hex) {
    const [r, g, b] = rgb(hex).map((value) => (value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

/** @param {string} a @param {string} b */
function contrast(a, b) {
    const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x);
    return (light + 0.05) / (dark + 0.05);
}

/** Backgrounds that text stands on, with hover and pressed as they are mixed in meanings.css. @param {Record<string, string>} value */
function grounds(value) {
    const { surface, paper, sunken, ink } = value;
    return { surface, paper, sunken, hover: mix(ink, surface, 0.05), "hover on paper": mix(ink, paper, 0.05), pressed: mix(ink, paper, 0.09), "info-soft": value["info-soft"] };
}

const light = block(":root");
const themes = { light, dark: { ...light, ...block(':root[data-theme="dark"]') } };

for (const [theme, value] of Object.entries(themes)) {
    test(`${theme}: text and soft text are readable on every ground`, () => {
        for (const [name, ground] of Object.entries(grounds(value))) {
            for (const text of ["ink", "ink-soft"]) {
                const ratio = contrast(value[text], ground);
                assert.ok(ratio >= TEXT, `${text} on ${name}: ${ratio.toFixed(2)}`);
            }
        }
    });

    test(`${theme}: coloured words are readable where they stand`, () => {
        const pairs = [["accent-deep", "surface"], ["accent-deep", "paper"], ["accent-deep", "info-soft"], ["accent-deep", "sunken"], ["on-accent", "accent"], ["on-accent", "accent-deep"], ["on-bad", "bad"],
            ["bad", "surface"], ["bad", "paper"], ["ink", "bad-soft"], ["ink-soft", "bad-soft"],
            ...["good", "warn", "bad"].map((name) => [name, `${name}-soft`]), ...["clay", "moss", "teal", "slate", "plum", "sand"].map((name) => [name, `${name}-soft`]),
            ...["clay", "moss", "slate", "plum"].map((name) => [name, "sunken"]),
            // the colours of a terminal, on the ground of a log
            ...["ink", "ink-soft", "bad", "good", "warn", "accent-deep", "plum", "teal"].map((name) => [name, "paper"])];
        for (const [text, ground] of pairs) {
            const ratio = contrast(value[text], value[ground]);
            assert.ok(ratio >= TEXT, `${text} on ${ground}: ${ratio.toFixed(2)}`);
        }
    });

    test(`${theme}: controls and the focus ring stand out`, () => {
        for (const shape of ["line-strong", "accent", "good", "bad", "warn"]) {
            for (const ground of ["surface", "paper"]) {
                const ratio = contrast(value[shape], value[ground]);
                assert.ok(ratio >= SHAPE, `${shape} on ${ground}: ${ratio.toFixed(2)}`);
            }
        }
    });
}

test("components use the meanings, never a raw colour", () => {
    const folder = new URL("../../htdocs/css/", import.meta.url);
    const files = readdirSync(folder, { recursive: true }).map(String).filter((name) => name.endsWith(".css") && !name.startsWith("tokens/"));
    assert.ok(files.length > 20, files.join());
    for (const file of files) {
        assert.doesNotMatch(readFileSync(new URL(file, folder), "utf8"), /#[0-9a-f]{3,8}\b|rgb\(|hsl\(/i, file);
    }
});
