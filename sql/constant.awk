# Embeds a text into C.  awk -v constant=NAME -f constant.awk FILE
BEGIN { printf "\nconst char %s[] =\n", constant }
{ gsub(/\\/, "&&"); gsub(/"/, "\\\""); printf "    \"%s\\n\"\n", $0 }
END { print "    ;" }
