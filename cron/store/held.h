/* Things below a folder, held by descriptors that only name them (O_PATH): what is held cannot be exchanged for
 * something else between the look at it and its use. */
#ifndef COAGENT_STORE_HELD_H
#define COAGENT_STORE_HELD_H

#include <sys/types.h>

/* Holds an entry of a folder, a link itself and not what it leads to. -1, with errno: EXDEV when something is mounted
 * there. */
int held_entry(int folder, const char *name);

/* Opens a file or folder that is held for reading. Rights that its owner, when that is this user, lacks of those wanted
 * (S_IRUSR …) are added to its mode first. -1, with errno. */
int held_open(int path, mode_t wanted, int flags);

/* Closes it unless it is -1; errno stays. */
void held_close(int fd);

#endif
