// What htdocs/js uses of jsdiff: the words of two lines.
import type { Part } from "./line.js";
export function diffWordsWithSpace(before: string, after: string, options?: { timeout?: number }): Part[] | undefined;
