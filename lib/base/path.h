/* Paths of files as strangers give them. */
#ifndef COAGENT_PATH_H
#define COAGENT_PATH_H

#include <stdbool.h>

/* Whether a part between slashes is empty, "." or "..": then a path that is put behind a folder can lead elsewhere. */
bool path_leads_elsewhere(const char *path);

#endif
