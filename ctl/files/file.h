/* The files that commands write for other programs. */
#ifndef COAGENT_FILE_H
#define COAGENT_FILE_H

#include "base/text.h"

#include <stdbool.h>
#include <sys/types.h>

/* The folder of a file; the caller frees it, as the next one. */
char *file_folder(const char *path);

/* A file in the folder of the settings file. */
char *file_beside_settings(const char *name);

/* Writes all of it, however often it is interrupted. False, with errno: some of it may have been written. */
bool file_write(int fd, const struct text *content);

/* Writes under a new name, then takes the place of the old file, whose owner it keeps. False, with errno: the old file
 * is as it was. */
bool file_put(const char *path, mode_t mode, const struct text *content);

/* Whether the file can be read and has exactly this content. */
bool file_holds(const char *path, const struct text *content);

#endif
