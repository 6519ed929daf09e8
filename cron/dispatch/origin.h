/* What a long-lived process was started from: the file of its program and the file of its settings. When one of them is
 * another, after an upgrade or an edit, it is time for a successor. */
#ifndef COAGENT_ORIGIN_H
#define COAGENT_ORIGIN_H

#include <stdbool.h>
#include <sys/stat.h>

struct origin_file {
    char *path; /* NULL: there was none */
    struct stat state;
};

struct origin {
    struct origin_file program;
    struct origin_file settings;
};

/* Notes the program that runs, and the settings in the file at this path (NULL: none), which is copied. */
void origin_note(struct origin *origin, const char *settings);

/* Whether one of the two files has been replaced, written or removed since. */
bool origin_has_changed(const struct origin *origin);

void origin_free(struct origin *origin);

#endif
