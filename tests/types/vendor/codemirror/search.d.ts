// What htdocs/js uses of CodeMirror: loosely typed, its own declarations are not vendored.
export const highlightSelectionMatches: any;
export const search: any;
export const searchKeymap: any;
