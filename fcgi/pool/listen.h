/* The pool's unix socket. */
#ifndef COAGENT_LISTEN_H
#define COAGENT_LISTEN_H

#include "base/text.h"

#include <sys/types.h>

struct listener {
    int fd;
    const char *path; /* kept, not copied */
    dev_t device;     /* so that only our own socket is ever removed */
    ino_t inode;
};

/* Binds and listens, mode 0660. A dead socket in the way is replaced; one that somebody serves is not (returns -1 with
 * a sentence in why, as for every other failure). */
int listener_open(struct listener *listener, const char *path, struct text *why);

/* Goes on with a listening socket that this process has inherited, and that has this name. */
int listener_adopt(struct listener *listener, int fd, const char *path, struct text *why);

/* Removes the socket's name: nobody new can connect, who is in the queue still gets served. */
void listener_unlink(const struct listener *listener);

/* Whether somebody waits in the queue. */
int listener_is_wanted(const struct listener *listener);

#endif
