/* Settings that an administrator changes at run time, such as the retention of runs. */
#ifndef COAGENT_SETTINGS_H
#define COAGENT_SETTINGS_H

#include "base/text.h"
#include "db/db.h"

/* All of them, as a document. */
enum outcome settings_get(struct db *db);

/* changes is a checked JSON object of those to change. Rows to announce, all of them first. */
enum outcome settings_edit(struct db *db, const char *changes);

/* Whether an address can be one from which packages come: http or https, without a login. INVALID, with why a sentence.
 */
enum outcome package_source_check(const char *address, struct text *why);

#endif
