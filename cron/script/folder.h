/* The files beside a script, as the version of a run has them. They are in the work folder before the code begins, the
 * script itself among them, so that what it imports, sources or includes by a relative path is found. */
#ifndef COAGENT_SCRIPT_FOLDER_H
#define COAGENT_SCRIPT_FOLDER_H

#include "cron/run/execution.h"
#include "cron/sandbox/sandbox.h"

struct folder {
    struct sandbox_file *files; /* with names and bytes that are owned */
    size_t count;
};

/* Reads as many files as the version has; asks again while PostgreSQL is away. FAILED, with why a sentence for users,
 * when they are not all there. folder_close must follow in any case. */
enum outcome folder_open(struct folder *folder, struct execution *execution, size_t count, struct text *why);
void folder_close(struct folder *folder);

/* The file of this name, or NULL. */
const struct sandbox_file *folder_find(const struct folder *folder, const char *name);

/* Whether there is one. */
bool folder_has(const struct folder *folder, const char *name);

#endif
