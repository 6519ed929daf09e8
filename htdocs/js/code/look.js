/** The colours of the editor: the meanings of css/tokens, so that both themes fit. The same words have the same colours
 * as in css/parts/code.css. */
import { HighlightStyle } from "../../vendor/codemirror/language.js";
import { tags } from "../../vendor/codemirror/highlight.js";
import { EditorView } from "../../vendor/codemirror/view.js";

export const colours = HighlightStyle.define([
    { tag: [tags.comment, tags.meta], color: "var(--text-soft)" },
    { tag: [tags.keyword, tags.bool, tags.null, tags.atom, tags.heading], color: "var(--plum)" },
    { tag: [tags.string, tags.regexp, tags.special(tags.string), tags.attributeValue], color: "var(--moss)" },
    { tag: [tags.number, tags.unit, tags.definition(tags.variableName)], color: "var(--clay)" },
    { tag: [tags.standard(tags.name), tags.standard(tags.variableName), tags.function(tags.variableName), tags.typeName, tags.propertyName, tags.attributeName, tags.tagName], color: "var(--slate)" },
    { tag: tags.invalid, color: "var(--bad)" },
    { tag: tags.emphasis, fontStyle: "italic" },
    { tag: tags.strong, fontWeight: "600" },
]);

export const look = EditorView.theme({
    "&": { height: "100%", backgroundColor: "var(--page)", color: "var(--text)", fontSize: "var(--code-size)" },
    "&.cm-focused": { outline: "none" },
    ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6", scrollbarWidth: "thin" },
    ".cm-content": { padding: "8px 0", caretColor: "var(--text)" },
    ".cm-line": { padding: "0 12px 0 8px" },
    ".cm-cursor, .cm-dropCursor": { borderLeftColor: "var(--text)", borderLeftWidth: "2px" },
    ".cm-gutters": { backgroundColor: "var(--page)", color: "var(--text-soft)", border: "none", fontVariantNumeric: "tabular-nums" },
    ".cm-lineNumbers .cm-gutterElement": { padding: "0 8px 0 14px", minWidth: "34px" },
    ".cm-activeLine": { backgroundColor: "var(--hover)" },
    ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--text)" },
    ".cm-selectionBackground, &.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground": {
        background: "color-mix(in srgb, var(--accent) 26%, transparent)",
    },
    ".cm-selectionMatch": { backgroundColor: "color-mix(in srgb, var(--accent) 14%, transparent)" },
    ".cm-searchMatch": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
    ".cm-searchMatch-selected": { backgroundColor: "color-mix(in srgb, var(--warn) 40%, transparent)" },
    "&.cm-focused .cm-matchingBracket": { backgroundColor: "var(--pressed)", outline: "1px solid var(--border-control)" },
    "&.cm-focused .cm-nonmatchingBracket": { backgroundColor: "var(--danger-soft)" },
    ".cm-panels": { backgroundColor: "var(--chrome)", color: "var(--text)", fontFamily: "var(--sans)" },
    ".cm-panels.cm-panels-top": { borderBottom: "1px solid var(--border)" },
    ".cm-panel.cm-search": { padding: "8px 12px", fontSize: "var(--type-small)" },
    ".cm-panel.cm-search label": { display: "inline-flex", alignItems: "center", gap: "4px", fontSize: "var(--type-small)" },
    ".cm-textfield": {
        padding: "4px 8px", border: "1px solid var(--border-control)", borderRadius: "var(--round-control)", backgroundColor: "var(--raised)",
        color: "var(--text)", fontSize: "var(--code-size)",
    },
    ".cm-button": {
        padding: "4px 8px", border: "1px solid var(--border)", borderRadius: "var(--round-control)", background: "var(--raised)", color: "var(--text)",
        fontSize: "var(--type-small)", cursor: "pointer",
    },
    ".cm-panel.cm-search [name=close]": { top: "6px", right: "8px", fontSize: "18px", color: "var(--text-soft)", cursor: "pointer" },
    ".cm-textfield:focus-visible, .cm-button:focus-visible, [name=close]:focus-visible": { outline: "2px solid var(--focus)", outlineOffset: "1px" },
    ".cm-specialChar": { color: "var(--danger)" },
});
