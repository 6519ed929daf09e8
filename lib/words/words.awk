# Makes the files of each language from words.txt.  awk -v mode=header|source|sql|js -f words.awk words.txt
function fail(message) { printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"; failed = 1; exit 1 }
function trimmed(text) { sub(/^[ \t]+/, "", text); sub(/[ \t]+$/, "", text); return text }
function identifier(text) { gsub(/[^A-Za-z0-9]/, "_", text); return toupper(text) }
function in_double(text) { gsub(/\\/, "&&", text); gsub(/"/, "\\\"", text); return "\"" text "\"" }
function in_single(text) { gsub(/'/, "''", text); return "'" text "'" }
function is_flag(column) { return flag[set, column] }
function is_number(column) { return number[set, column] }

# A value of the word w in the language.
function value(w, column) {
    if (is_flag(column)) return cell[w, column] == "yes" ? "true" : "false"
    if (is_number(column)) return cell[w, column]
    return mode == "sql" ? in_single(cell[w, column]) : in_double(cell[w, column])
}
function columns_of(w,    list, c) {
    for (c = 1; c <= columns[set]; c++) list = list ", " value(w, c)
    return list
}

function choices(    list, w) {
    for (w = 1; w <= count; w++) list = list (w > 1 ? "|" : "") word[w]
    printf "#define %s_CHOICES %s\n", identifier(set), in_double(list)
}
function list(    w) {
    printf "#define %s_LIST(X)", identifier(set)
    for (w = 1; w <= count; w++) printf " \\\n    X(%s%s)", word[w], columns_of(w)
    print ""
}
function enumeration(    w, c) {
    printf "enum %s_word {\n", set
    for (w = 1; w <= count; w++) printf "    %s_%s,\n", identifier(set), identifier(word[w])
    printf "    %s_COUNT\n};\nstruct %s_row {\n    const char *name;\n", identifier(set), set
    for (c = 1; c <= columns[set]; c++) printf "    %s%s;\n", (is_flag(c) ? "bool " : is_number(c) ? "long long " : "const char *"), column_name[set, c]
    printf "};\nextern const struct %s_row %s_rows[%s_COUNT];\n", set, set, identifier(set)
}
function definition(    w) {
    printf "\nconst struct %s_row %s_rows[%s_COUNT] = {\n", set, set, identifier(set)
    for (w = 1; w <= count; w++) printf "    {%s%s},\n", in_double(word[w]), columns_of(w)
    print "};"
}
function names(    w) {
    printf "create function %s_names() returns text[] language sql immutable parallel safe as $$\n    select array[", set
    for (w = 1; w <= count; w++) printf "%s%s", (w > 1 ? ", " : ""), in_single(word[w])
    print "]\n$$;"
}
function rows(    w, c) {
    printf "create function %s_rows()\nreturns table (place int, name text", set
    for (c = 1; c <= columns[set]; c++) printf ", %s %s", column_name[set, c], (is_flag(c) ? "boolean" : is_number(c) ? "bigint" : "text")
    print ") language sql immutable parallel safe as $$"
    for (w = 1; w <= count; w++)
        printf "    %s (%d, %s%s)%s\n", (w == 1 ? "values" : "      "), w, in_single(word[w]), columns_of(w), (w < count ? "," : "")
    print "$$;"
}
function object(    w, c) {
    printf "\n/** @type {Record<string, {"
    for (c = 1; c <= columns[set]; c++) printf "%s%s: %s", (c > 1 ? ", " : ""), column_name[set, c], (is_flag(c) ? "boolean" : is_number(c) ? "number" : "string")
    printf "}>} */\nexport const %sS = {\n", identifier(set)
    for (w = 1; w <= count; w++) {
        printf "    %s: { ", word[w] ~ /[^a-z_0-9]/ ? in_double(word[w]) : word[w]
        for (c = 1; c <= columns[set]; c++) printf "%s%s: %s", (c > 1 ? ", " : ""), column_name[set, c], value(w, c)
        print " },"
    }
    print "};"
}

function finish() {
    if (set == "") return
    if (count == 0) fail("the set " set " has no words")
    if (mode == "header" && made ~ / choices /) choices()
    if (mode == "header" && made ~ / list /) list()
    if (mode == "header" && made ~ / enum /) enumeration()
    if (mode == "source" && made ~ / enum /) definition()
    if (mode == "sql" && made ~ / names /) names()
    if (mode == "sql" && made ~ / rows /) rows()
    if (mode == "js" && made ~ / object /) object()
}
function begin_set(    head, part, c, wanted, w) {
    if (!match($0, /^\[[a-z_]+\] [a-z ]+:/)) fail("expected: [set] what is made of it: columns")
    head = substr($0, RSTART, RLENGTH - 1)
    set = substr(head, 2, index(head, "]") - 2)
    if (set in columns) fail("the set " set " is there twice")
    made = " " trimmed(substr(head, index(head, "]") + 1)) " "
    wanted = split(trimmed(made), part, " ")
    for (w = 1; w <= wanted; w++)
        if (part[w] !~ /^(choices|list|enum|names|rows|object)$/) fail("nothing is made as \"" part[w] "\"")
    columns[set] = split(trimmed(substr($0, RLENGTH + 1)), part, ", *")
    for (c = 1; c <= columns[set]; c++) {
        flag[set, c] = sub(/\?$/, "", part[c])
        number[set, c] = sub(/#$/, "", part[c])
        column_name[set, c] = part[c]
    }
    count = 0
}
function add_word(    part, parts, c) {
    parts = split($0, part, "|")
    if (set == "") fail("a word before the first set")
    if (parts != columns[set] + 1) fail("expected " columns[set] + 1 " columns")
    word[++count] = trimmed(part[1])
    if (word[count] !~ /^[a-z][a-z_.]*$/) fail("not a word: " word[count])
    if ((set, word[count]) in known) fail("the word " word[count] " is there twice")
    known[set, word[count]] = 1
    for (c = 1; c <= columns[set]; c++) {
        cell[count, c] = trimmed(part[c + 1])
        if (is_flag(c) && cell[count, c] !~ /^(yes)?$/) fail("a flag is \"yes\" or empty")
        if (is_number(c) && cell[count, c] !~ /^(0|[1-9][0-9]*)$/) fail("a number has digits only, and no zero before them")
    }
}

BEGIN {
    note = "Generated from lib/words/words.txt by words.awk."
    if (mode == "header")
        print "/* " note " */\n#ifndef COAGENT_WORDS_H\n#define COAGENT_WORDS_H\n\n#include <stdbool.h>\n"
    else if (mode == "source") print "/* " note " */\n#include \"words/words.h\""
    else if (mode == "sql") print "-- " note
    else if (mode == "js") print "/** " note " \"make generated\" writes it anew. */"
}
/^#/ || /^[ \t]*$/ { next }
/^\[/ { finish(); if (failed) exit 1; begin_set(); next }
{ add_word() }
END {
    if (failed) exit 1
    finish()
    if (mode == "header") print "\n#endif"
}
