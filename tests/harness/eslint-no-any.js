/** Refuses the type "any" in JSDoc: what the API answers has its types in htdocs/js/types.js, and "unknown" says the rest. */
const TYPE = /\{(?:[^{}]|\{[^{}]*\})*\bany\b(?:[^{}]|\{[^{}]*\})*\}/;

export const noAny = {
    meta: { type: "problem", schema: [] },
    create: (context) => ({
        Program() {
            for (const comment of context.sourceCode.getAllComments()) {
                if (comment.type === "Block" && comment.value.startsWith("*") && TYPE.test(comment.value)) {
                    context.report({ loc: comment.loc, message: 'Name the type instead of "any", or write "unknown".' });
                }
            }
        },
    }),
};
