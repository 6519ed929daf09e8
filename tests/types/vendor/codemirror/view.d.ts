// What htdocs/js uses of CodeMirror: loosely typed, its own declarations are not vendored.
export const drawSelection: any;
export const EditorView: any;
export const highlightActiveLine: any;
export const highlightActiveLineGutter: any;
export const highlightSpecialChars: any;
export const keymap: any;
export const lineNumbers: any;
