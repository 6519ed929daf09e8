// What htdocs/js uses of markdown-it.
export class Token {
    constructor(type: string, tag: string, nesting: number);
    type: string;
    tag: string;
    level: number;
    info: string;
    content: string;
    children: Token[] | null;
    hidden: boolean;
    attrGet(name: string): string | null;
    attrSet(name: string, value: string): void;
    attrs: [string, string][] | null;
}
type Rule = (tokens: Token[], index: number) => string;
export default class MarkdownIt {
    constructor(options?: object);
    core: { ruler: { push(name: string, rule: (state: { tokens: Token[] }) => void): void } };
    renderer: { rules: Record<string, Rule>; render(tokens: Token[], options: object, env: object): string };
    linkify: { set(options: object): void };
    options: object;
    parse(source: string, env: object): Token[];
}
