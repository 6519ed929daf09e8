// Errors and traps only: how the code looks is the author's.
import js from "@eslint/js";
import globals from "globals";

export default [
    js.configs.recommended,
    {
        languageOptions: { ecmaVersion: 2023, sourceType: "module" },
        linterOptions: { reportUnusedDisableDirectives: "error" },
        rules: {
            "array-callback-return": "error",
            "no-alert": "error",
            "no-constant-binary-expression": "error",
            "no-eval": "error",
            "no-implied-eval": "error",
            "no-new-func": "error",
            "no-return-assign": "error",
            "no-self-compare": "error",
            "no-shadow": "error",
            "no-template-curly-in-string": "error",
            "no-unused-vars": ["error", { argsIgnorePattern: "^_", caughtErrorsIgnorePattern: "^_" }],
            "no-use-before-define": ["error", { functions: false, classes: false, variables: false }],
            "no-var": "error",
            "prefer-const": "error",
            "eqeqeq": ["error", "always", { null: "ignore" }],
            "complexity": ["error", 30],
            "max-lines": ["error", 300],
            "max-lines-per-function": ["error", { max: 90, skipBlankLines: true, skipComments: true }],
            // Markup comes from htm or, sanitised, from one part (parts/markdown.js); nothing else writes HTML.
            "no-restricted-properties": ["error",
                { property: "innerHTML", message: "Use html`` or parts/markdown.js." },
                { property: "outerHTML", message: "Use html`` or parts/markdown.js." },
                { property: "insertAdjacentHTML", message: "Use html`` or parts/markdown.js." },
                { object: "document", property: "write" }],
        },
    },
    { files: ["htdocs/js/types.js"], rules: { "max-lines": "off" } }, // generated
    { files: ["htdocs/**"], languageOptions: { globals: globals.browser } },
    {
        files: ["tests/**"],
        languageOptions: { globals: { ...globals.node, ...globals.browser } },
        rules: { "max-lines-per-function": "off" },
    },
];
