// What htdocs/js uses of CodeMirror: loosely typed, its own declarations are not vendored.
export const python: any;
