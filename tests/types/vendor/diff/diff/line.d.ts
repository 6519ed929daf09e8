// What htdocs/js uses of jsdiff: the lines of two texts; undefined when it took longer than the timeout (ms).
export interface Part {
    value: string;
    added: boolean;
    removed: boolean;
    count: number;
}
export function diffLines(before: string, after: string, options?: { timeout?: number }): Part[] | undefined;
