/* The interpreter that the first line of a script names: "#!/usr/bin/env python3". Pure. */
#ifndef COAGENT_FIRST_LINE_H
#define COAGENT_FIRST_LINE_H

/* The name of the program without its folder, "python3"; through env its first argument that is a program. A version
 * after python3 is left out. NULL when the line names none. The caller frees it. */
char *first_line_program(const char *code);

/* The first kind of script that the program executes, or NULL. */
const char *first_line_kind(const char *program);

#endif
