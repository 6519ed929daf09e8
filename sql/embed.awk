# Embeds sql/migrations/*.sql, byte for byte, into a C table.  awk -f embed.awk FILE...
# The name of a file says its number and what it does: 0003_create_rooms.sql.
function fail(message) { printf "%s: %s\n", FILENAME, message > "/dev/stderr"; failed = 1; exit 1 }
BEGIN {
    print "/* Generated from sql/migrations by sql/embed.awk. */"
    print "#include \"model/migrations.h\"\n\n#include <stddef.h>\n\nconst struct migration migrations[] = {"
    last = -1
}
FNR == 1 {
    if (last >= 0) print "    },"
    file = FILENAME; sub(/.*\//, "", file)
    if (file !~ /^[0-9][0-9][0-9][0-9]_[a-z0-9_]+\.sql$/) fail("expected NNNN_verb_noun.sql")
    number = substr(file, 1, 4) + 0
    if (number != last + 1) fail("its number should be " (last + 1))
    last = number
    printf "    {%d, \"%s\",\n", number, substr(file, 1, length(file) - 4)
}
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); printf "        \"%s\\n\"\n", $0 }
END { if (!failed) print "    },\n    {0, NULL, NULL},\n};" }
