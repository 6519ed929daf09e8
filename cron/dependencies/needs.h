/* What a script needs to be installed before it runs, by the files beside it, and the key under which that is kept.
 *
 * The installer sees what the key is made of and nothing else of the script: its dependency files and what lies in the
 * folder vendor. So whoever has the same key has the same packages, and nobody can put others under it. */
#ifndef COAGENT_DEPENDENCIES_NEEDS_H
#define COAGENT_DEPENDENCIES_NEEDS_H

#include "base/outcome.h"
#include "base/text.h"
#include "cron/dependencies/ecosystem.h"
#include "cron/script/folder.h"

#include <stdbool.h>

#define NEEDS_KEY_SIZE 65 /* SHA-256 in hexadecimal digits */

/* For whom it is: its kind, the program that executes it, the files beside it, what it may reach (sandbox.h), and the
 * address of the registry that an administrator has set for the kind, or NULL. All are to outlive the needs. */
struct needs_of {
    enum script_kind_word kind;
    const char *program;
    const struct folder *folder;
    const char *reach;
    const char *registry;
};

struct needs {
    const struct ecosystem *ecosystem; /* NULL: nothing */
    struct needs_of of;
    struct sandbox_file *files; /* those that the installer sees; owned, but for what they point to */
    size_t file_count;
    bool vendored; /* there are files in vendor */
    char key[NEEDS_KEY_SIZE];
};

/* Reads what is needed. INVALID, with why a sentence for users: it cannot be installed. needs_free must follow in any
 * case. */
enum outcome needs_read(struct needs *needs, const struct needs_of *of, struct text *why);
void needs_free(struct needs *needs);

/* The file that asks for it: "requirements.txt". */
const char *needs_file(const struct needs *needs);

#endif
