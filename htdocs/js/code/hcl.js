/** The words of Terraform's language, for colouring: a stream mode in the manner of CodeMirror's own. */

const KEYWORDS = new Set(["resource", "data", "variable", "output", "locals", "module", "provider", "terraform", "for", "in", "if",
    "dynamic", "moved", "import", "removed", "check", "backend", "required_providers", "lifecycle", "provisioner", "connection"]);
const ATOMS = new Set(["true", "false", "null"]);
const ROOTS = new Set(["var", "local", "each", "count", "self", "path"]);

/**
 * Inside quotes: text, and ${…} as code; depth counts the braces of the innermost one.
 * @param {any} stream
 * @param {any} state
 */
function inString(stream, state) {
    while (!stream.eol()) {
        if (stream.match("${") || stream.match("%{")) {
            state.stack.push(0);
            return "string";
        }
        const char = stream.next();
        if (char === "\\") {
            stream.next();
        } else if (char === "\"") {
            state.stack.pop();
            return "string";
        }
    }
    state.stack.pop(); // a string ends with its line
    return "string";
}

/** @param {any} stream @param {any} state */
function inHeredoc(stream, state) {
    if (stream.sol() && stream.string.trim() === state.heredoc) {
        state.heredoc = "";
    }
    stream.skipToEnd();
    return "string";
}

/** @param {any} stream @param {any} state */
function inComment(stream, state) {
    state.comment = !stream.match(/^.*?\*\//);
    if (state.comment) {
        stream.skipToEnd();
    }
    return "comment";
}

/** Braces inside ${…} are counted, so that its end is found. @param {any} stream @param {any} state */
function punctuation(stream, state) {
    const char = stream.next();
    const top = state.stack.length - 1;
    if (top >= 0 && char === "{") {
        state.stack[top]++;
    } else if (top >= 0 && char === "}" && state.stack[top]-- === 0) {
        state.stack.pop();
        return "string";
    }
    return null;
}

/** @param {any} stream */
function word(stream) {
    if (stream.string[stream.pos - 1] === ".") {
        stream.match(/^[\w-]+/);
        return "propertyName";
    }
    const [text] = stream.match(/^[A-Za-z_][\w-]*/);
    if (KEYWORDS.has(text) && !stream.match(/^\s*=[^=]/, false)) {
        return "keyword";
    }
    if (ATOMS.has(text)) {
        return "atom";
    }
    if (ROOTS.has(text) || stream.match(/^\s*\(/, false)) {
        return "variableName.standard";
    }
    return stream.match(/^\s*=[^=>]/, false) ? "propertyName" : "variableName";
}

export const hcl = {
    name: "hcl",
    startState: () => ({ stack: /** @type {(number | string)[]} */ ([]), heredoc: "", comment: false }),
    copyState: (/** @type {any} */ state) => ({ ...state, stack: [...state.stack] }),
    /** @param {any} stream @param {any} state */
    token(stream, state) {
        if (state.heredoc) {
            return inHeredoc(stream, state);
        }
        if (state.comment) {
            return inComment(stream, state);
        }
        if (state.stack[state.stack.length - 1] === "\"") {
            return inString(stream, state);
        }
        if (stream.eatSpace()) {
            return null;
        }
        if (stream.match(/^(#|\/\/).*/)) {
            return "comment";
        }
        if (stream.match("/*")) {
            return inComment(stream, state);
        }
        const heredoc = stream.match(/^<<-?([A-Za-z_]\w*)/);
        if (heredoc) {
            state.heredoc = heredoc[1];
            return "string";
        }
        if (stream.eat("\"")) {
            state.stack.push("\"");
            return inString(stream, state);
        }
        if (stream.match(/^\d+(\.\d+)?([eE][-+]?\d+)?/)) {
            return "number";
        }
        return /[A-Za-z_]/.test(stream.peek()) ? word(stream) : punctuation(stream, state);
    },
    languageData: { commentTokens: { line: "#" } },
};
