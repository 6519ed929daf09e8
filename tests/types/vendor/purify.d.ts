// What htdocs/js uses of DOMPurify.
interface Purify {
    sanitize(dirty: string, options: { RETURN_DOM_FRAGMENT: true; [option: string]: any }): DocumentFragment;
    sanitize(dirty: string, options?: Record<string, any>): string;
    addHook(entry: string, hook: (node: any, data: any, options: any) => void): void;
}
declare const purify: Purify;
export default purify;
