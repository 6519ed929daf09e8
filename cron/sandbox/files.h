/* Reading what a command left in its work folder. Names are the command's choice, and so is what lies there: only
 * regular files are ever opened, no symbolic link is followed, not even on the way, and nothing outside is reached.
 * To be used when the sandbox is over; then nothing changes any more. */
#ifndef COAGENT_SANDBOX_FILES_H
#define COAGENT_SANDBOX_FILES_H

#include "cron/sandbox/sandbox.h"

/* What the command has closed to its own user is opened again.
 *
 * Opens a regular file below /work for reading, by a relative name ("output.json", "out/a/b.txt"), and says its size.
 * ABSENT: there is none; DENIED: something else has that name, or it cannot be read. fd is the caller's to close. */
enum outcome sandbox_open(const struct sandbox *sandbox, const char *name, int *fd, int64_t *size);

/* Reads a whole one; LIMITED when it is longer than most bytes. */
enum outcome sandbox_read(const struct sandbox *sandbox, const char *name, size_t most, struct text *content);

/* Calls visit for each regular file below a folder of /work ("out"), in the order of their names, with the name below
 * /work ("out/a/b.txt") and the size, until it answers false. Names that are not UTF-8 or have control characters, more
 * than 32 folders deep or longer than 1,000 bytes are passed over and counted, as is what cannot be read. false: there
 * is something else of the folder's name. */
bool sandbox_each(const struct sandbox *sandbox, const char *folder,
                  bool (*visit)(void *context, const char *name, int64_t size), void *context, size_t *passed_over);

#endif
