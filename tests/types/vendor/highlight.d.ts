// What htdocs/js uses of highlight.js.
interface Highlighted {
    value: string;
    language?: string;
}
declare const highlight: {
    highlight(code: string, options: { language: string; ignoreIllegals?: boolean }): Highlighted;
    highlightAuto(code: string, languages?: string[]): Highlighted;
    getLanguage(name: string): any;
    highlightElement(element: Element): void;
};
export default highlight;
