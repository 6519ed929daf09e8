/* Changes of the settings file, which keep the rest of it: comments, order, owner and mode. */
#ifndef COAGENT_SETTINGS_FILE_H
#define COAGENT_SETTINGS_FILE_H

#include "base/outcome.h"
#include "base/text.h"

/* One setting: its value, or NULL to take it out. */
struct setting_line {
    const char *name;  /* NULL ends the list */
    const char *alias; /* another name under which it may stand, or NULL */
    const char *value;
};

/* Replaces the lines of these settings in the file, all at once: whoever reads it sees the old file or the new one.
 * FAILED: why says what did not work, and the file is as it was. */
enum outcome settings_file_change(const char *file, const struct setting_line *lines, struct text *why);

#endif
