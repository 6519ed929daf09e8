# Compiles sql/queries/*.sql into C constants.  awk -v mode=header|source|list -f compile.awk FILE...
# -v functions=NAME is the schema of the functions, for mode source.
# mode list is for tests: name, number of parameters and text, with the separators of ASCII between them.
# A statement starts with "-- name: noun_verb :one|:many|:exec" and goes on to the next such line.
function fail(message) { printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"; failed = 1; exit 1 }
function finish() {
    if (name == "") return
    sub(/[; \n\t]+$/, "", text)
    if (text == "") fail("statement " name " is empty")
    names[++count] = name; texts[name] = text; shapes[name] = shape; most[name] = highest
}
function quoted(string,    lines, n, i, out) {
    gsub(/\\/, "&&", string); gsub(/"/, "\\\"", string)
    n = split(string, lines, "\n")
    for (i = 1; i <= n; i++) out = out "\n        \"" lines[i] "\\n\""
    return out
}
FNR == 1 { finish(); name = "" }
/^-- name: / {
    finish()
    if (NF != 4 || $3 !~ /^[a-z][a-z0-9_]*$/ || $4 !~ /^:(one|many|exec)$/) fail("expected: -- name: noun_verb :one|:many|:exec")
    if ($3 in seen) fail("statement " $3 " is defined twice")
    name = $3; seen[name] = 1; shape = toupper(substr($4, 2)); text = ""; highest = 0
    next
}
/^[ \t]*--/ || /^[ \t]*$/ { next }
{
    if (name == "") fail("SQL outside a named statement")
    line = $0
    while (match(line, /\$[0-9]+/)) {
        number = substr(line, RSTART + 1, RLENGTH - 1) + 0
        if (number > highest) highest = number
        line = substr(line, RSTART + RLENGTH)
    }
    text = text (text == "" ? "" : "\n") $0
}
END {
    if (failed) exit 1
    finish()
    if (mode == "list") {
        for (i = 1; i <= count; i++) printf "%s\037%d\037%s\036", names[i], most[names[i]], texts[names[i]]
        exit
    }
    print "/* Generated from sql/queries by sql/compile.awk. */"
    print "#include \"db/db.h\"\n"
    if (mode == "header") {
        for (i = 1; i <= count; i++) printf "extern const struct db_statement query_%s;\n", names[i]
    } else {
        for (i = 1; i <= count; i++)
            printf "const struct db_statement query_%s = {\"%s\", %s, %d, DB_%s};\n", names[i], names[i], quoted(texts[names[i]]), most[names[i]], shapes[names[i]]
        print "\nconst char db_functions[] = \"" functions "\";"
        print "\nconst struct db_statement db_statements[] = {"
        for (i = 1; i <= count; i++)
            printf "    {\"%s\", %s, %d, DB_%s},\n", names[i], quoted(texts[names[i]]), most[names[i]], shapes[names[i]]
        print "    {NULL, NULL, 0, DB_EXEC},\n};"
    }
}
