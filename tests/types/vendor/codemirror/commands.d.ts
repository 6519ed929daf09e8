// What htdocs/js uses of CodeMirror: loosely typed, its own declarations are not vendored.
export const defaultKeymap: any;
export const history: any;
export const historyKeymap: any;
export const indentWithTab: any;
