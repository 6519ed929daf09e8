/* The file system of a run: one tmpfs, mounted over /tmp in the keeper's own mount namespace, with the folders work,
 * tmp, shm, cache (the command's to write) and root, in which coagent and etc are filled. Its size is the disk limit.
 */
#ifndef COAGENT_SANDBOX_STAGE_H
#define COAGENT_SANDBOX_STAGE_H

#include "cron/sandbox/sandbox.h"

#define STAGE "/tmp"
#define STAGE_WORK "/tmp/work"
#define STAGE_TMP "/tmp/tmp"
#define STAGE_SHM "/tmp/shm"
#define STAGE_CACHE "/tmp/cache" /* of a run that has one */
#define STAGE_ROOT "/tmp/root"

/* Makes the executor's user, who is nobody here yet, root of the fresh user namespace, mounts, and writes the files.
 * Answers a descriptor of the root, which keeps it all as long as it is open, wherever it is; -1: why says what went
 * wrong. */
int stage_set(const struct sandbox_spec *spec, uid_t uid, gid_t gid, struct text *why);

/* Bytes in use; what the stage itself takes is among them. */
int64_t stage_used(int folder);

/* Whether not a byte more can be written. */
bool stage_is_full(int folder);

#endif
