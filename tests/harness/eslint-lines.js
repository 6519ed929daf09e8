// One line a finding, with the path as git has it: what tests/run-lint counts.
import { relative } from "node:path";

/** @param {{filePath: string, messages: {line?: number, column?: number, message: string, ruleId: string | null}[]}[]} results */
export default function format(results) {
    return results.flatMap(({ filePath, messages }) => messages.map(({ line, column, message, ruleId }) =>
        `${relative(process.cwd(), filePath)}:${line ?? 0}:${column ?? 0} ${message} (${ruleId ?? "parser"})`)).join("\n");
}
