/* Removes a tree, whoever made it. */
#ifndef COAGENT_STORE_REMOVE_H
#define COAGENT_STORE_REMOVE_H

#include "base/outcome.h"

#include <stdbool.h>

/* Removes name, a single part, from a folder: a file or link, or a folder with all that is in it. No link is followed
 * and no mount entered. A folder that its mode closes to this user, who owns it, is opened. ABSENT: there is none;
 * FAILED: errno says why; what could be removed until then is gone. Two at once get in each other's way, and both may
 * answer OK or ABSENT. */
enum outcome remove_tree(int folder, const char *name);

/* The same as far as go_on, which is asked before each entry, does not say no: then DENIED, and what is left is another
 * call's. */
enum outcome remove_some(int folder, const char *name, bool (*go_on)(void *context), void *context);

/* Removes all that is in a folder, and leaves the folder itself. */
enum outcome remove_content(int folder);

#endif
