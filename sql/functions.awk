# Joins sql/functions/*.sql into one script.  awk -v mode=text|source -f functions.awk FILE...
# Types stand first, because functions name them in their heads; bodies are not checked when they are created, so the order
# is free otherwise. mode source embeds the script into C. Comments above functions are left out, so that they change
# nothing.
function fail(message) { printf "%s:%d: %s\n", FILENAME, FNR, message > "/dev/stderr"; failed = 1; exit 1 }
function emit(line) {
    if (mode == "text") { print line; return }
    gsub(/\\/, "&&", line); gsub(/"/, "\\\"", line)
    printf "    \"%s\\n\"\n", line
}
/^create type / { in_type = 1 }
/^create / && !/^create (type|function) [a-z]/ { fail("expected: create type NAME or create function NAME, without a schema") }
/security definer/ { fail("a security definer function belongs to a migration") }
/^--/ || /^$/ { next }
{
    if (in_type) { types[++type_count] = $0; if (/;[ \t]*(--.*)?$/) in_type = 0; next }
    lines[++line_count] = $0
}
END {
    if (failed) exit 1
    if (mode == "source") print "/* Generated from sql/functions by sql/functions.awk. */\n#include \"model/functions.h\"\n\nconst char functions_text[] ="
    for (i = 1; i <= type_count; i++) emit(types[i])
    for (i = 1; i <= line_count; i++) emit(lines[i])
    if (mode == "source") print "    ;"
}
