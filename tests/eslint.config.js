// Errors and traps only: how the code looks is the author's.
import js from "@eslint/js";
import globals from "globals";
import { noAny } from "./harness/eslint-no-any.js";

// Modules that say "any" still, which only becomes shorter; types.js does where the API tells nothing of a document.
const WITH_ANY = [
    "htdocs/js/api.js", "htdocs/js/code/editor.js", "htdocs/js/code/hcl.js", "htdocs/js/docs.js", "htdocs/js/dom.js",
    "htdocs/js/frame/shortcuts.js", "htdocs/js/keep.js", "htdocs/js/live.js", "htdocs/js/load.js", "htdocs/js/log/excerpt.js",
    "htdocs/js/log/output.js", "htdocs/js/log/row-view.js", "htdocs/js/log/rows.js", "htdocs/js/log/search-bar.js",
    "htdocs/js/log/theme.js", "htdocs/js/log/use-search.js", "htdocs/js/log/view.js", "htdocs/js/mapping/entries-editor.js",
    "htdocs/js/parts/dialog.js", "htdocs/js/parts/diff.js", "htdocs/js/parts/form/drop-file.js", "htdocs/js/parts/empty.js",
    "htdocs/js/parts/form/field.js", "htdocs/js/parts/form/form.js", "htdocs/js/parts/form/leave-guard.js", "htdocs/js/parts/menu.js",
    "htdocs/js/parts/table.js", "htdocs/js/room/composer/commands.js", "htdocs/js/room/composer/completion.js",
    "htdocs/js/room/composer/composer.js", "htdocs/js/room/composer/scripts.js", "htdocs/js/room/create-dialog.js",
    "htdocs/js/room/invite.js", "htdocs/js/room/log/chunk.js", "htdocs/js/room/log/live-answer.js", "htdocs/js/room/log/log.js",
    "htdocs/js/room/log/logs.js", "htdocs/js/room/log/notice.js", "htdocs/js/room/log/outbox-entry.js", "htdocs/js/room/log/outbox.js",
    "htdocs/js/room/log/post.js", "htdocs/js/room/log/view.js", "htdocs/js/room/member-list.js", "htdocs/js/room/page.js",
    "htdocs/js/room/settings.js", "htdocs/js/routes.js", "htdocs/js/run/card.js", "htdocs/js/run/facts.js", "htdocs/js/run/list-page.js",
    "htdocs/js/run/list.js", "htdocs/js/run/page.js", "htdocs/js/run/panel.js", "htdocs/js/run/watch.js", "htdocs/js/script/code.js",
    "htdocs/js/script/create-dialog.js", "htdocs/js/script/draft.js", "htdocs/js/script/list-page.js", "htdocs/js/script/load.js",
    "htdocs/js/script/page.js", "htdocs/js/script/parameters/fields.js", "htdocs/js/script/parameters/schema-editor.js",
    "htdocs/js/script/parameters/schema.js", "htdocs/js/script/parameters/values.js", "htdocs/js/script/run/limits.js",
    "htdocs/js/script/run/panel.js", "htdocs/js/script/save-dialogs.js", "htdocs/js/script/settings.js", "htdocs/js/script/versions.js",
    "htdocs/js/session.js", "htdocs/js/socket.js", "htdocs/js/store.js", "htdocs/js/types.js",
];

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
            "max-lines-per-function": ["error", { max: 60, skipBlankLines: true, skipComments: true }],
            // Markup comes from htm or, sanitised, from one part (parts/markdown.js); nothing else writes HTML.
            "no-restricted-properties": ["error",
                { property: "innerHTML", message: "Use html`` or parts/markdown.js." },
                { property: "outerHTML", message: "Use html`` or parts/markdown.js." },
                { property: "insertAdjacentHTML", message: "Use html`` or parts/markdown.js." },
                { object: "document", property: "write" }],
            "no-restricted-syntax": ["error", { selector: "BinaryExpression[left.property.name='key'][right.value='Enter']",
                message: "An input method has its own Enter: use isEnter of parts/keys.js." }],
        },
    },
    { files: ["htdocs/js/**"], ignores: WITH_ANY, plugins: { house: { rules: { "no-any": noAny } } }, rules: { "house/no-any": "error" } },
    { files: ["htdocs/js/parts/keys.js"], rules: { "no-restricted-syntax": "off" } },
    { files: ["htdocs/js/types.js"], rules: { "max-lines": "off" } }, // generated
    { files: ["htdocs/**"], languageOptions: { globals: globals.browser } },
    {
        files: ["tests/**"],
        languageOptions: { globals: { ...globals.node, ...globals.browser } },
        rules: { "max-lines-per-function": "off" },
    },
];
