// What htdocs/js uses of marked.
export class Marked {
    constructor(...options: any[]);
    use(...extensions: any[]): Marked;
    parse(source: string, options?: any): string;
    parseInline(source: string, options?: any): string;
    lexer(source: string, options?: any): any[];
}
export function parse(source: string, options?: any): string;
