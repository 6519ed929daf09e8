/* One slot of the pool: a connection to PostgreSQL and the keeper whose children use it, one after the other. What is
 * called the slot's child here is the keeper: it ends when, and as, one of its children ends badly (keeper.h).
 *
 * libpq warns against sharing a connection over fork, because two processes might use it. Here exactly one does at any
 * time: while a child lives, the master only looks whether the server hung up, and never reads or writes; when the
 * child ended with CHILD_CLEAN the connection is idle, and the next child inherits it in the state that the master has
 * known since it connected. After any other end the master cannot know the state, and throws the connection away. */
#ifndef COAGENT_SLOT_H
#define COAGENT_SLOT_H

#include "db/db.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum link {
    LINK_DOWN,       /* no connection; the next attempt is at retry_at */
    LINK_CONNECTING, /* the master talks to the server */
    LINK_UP,         /* ready: only the child may use it */
    LINK_BROKEN,     /* the server hung up while a child was there: thrown away when the child ends */
};

struct slot {
    struct db *db;
    enum link link;
    enum db_progress wants; /* while connecting: what is waited for */
    int64_t connecting_since;
    int64_t retry_at;
    pid_t child;       /* 0: none */
    bool child_linked; /* the child has the connection; without it, it answers 503 */
    bool retiring;     /* the child is asked to go as soon as it does not serve */
    int64_t ask_again_at;
    int generation;  /* of the configuration that the child runs */
    int64_t fork_at; /* not before: the floor on the rate when children die at once */
    int failures;    /* children in a row that failed */
};

/* All times are monotonic milliseconds. */

/* Begins to connect. AWAY with why when that fails at once; the slot then tries again a little later. */
enum outcome slot_connect(struct slot *slot, const char *url, int timeout_ms, int64_t now, struct text *why);

/* Goes on connecting after its socket became ready, or at the time limit. AWAY with why when it failed, CONFLICT when
 * the database does not have the functions of this version. OK: look at link. */
enum outcome slot_go_on(struct slot *slot, int64_t now, struct text *why);

/* Whether it has been connecting for too long. */
bool slot_is_late(const struct slot *slot, int64_t now);

/* Throws the connection away without waiting for anybody. */
void slot_disconnect(struct slot *slot, int64_t retry_at);

/* Notes that the server hung up. */
void slot_hang_up(struct slot *slot, int64_t now);

/* Notes the end of the child. status is waitpid's. Returns whether the child failed. */
bool slot_child_ended(struct slot *slot, int status, int64_t now);

/* Asks the child to go: at once when it waits for a connection, else when it has answered. Repeats itself. */
void slot_retire(struct slot *slot, int64_t now);

#endif
