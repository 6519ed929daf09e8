// What htdocs/js uses of CodeMirror: loosely typed, its own declarations are not vendored.
export const bracketMatching: any;
export const HighlightStyle: any;
export const indentOnInput: any;
export const indentUnit: any;
export const StreamLanguage: any;
export const syntaxHighlighting: any;
