#include "fcgi/pool/slot.h"

#include "base/log.h"
#include "fcgi/pool/child.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define RETRY_MS 250      /* between two attempts to connect */
#define CONNECT_MS 5000   /* for one attempt */
#define ASK_AGAIN_MS 50   /* between two SIGTERM */
#define FORK_FLOOR_MS 250 /* between two forks when children fail one after the other */

static enum outcome fail(struct slot *slot, int64_t now)
{
    slot_disconnect(slot, now + RETRY_MS);
    return OUTCOME_AWAY;
}

/* CONFLICT: the database does not fit this program. */
static enum outcome lose(struct slot *slot, int64_t now)
{
    enum outcome outcome = db_connect_outcome(slot->db);
    fail(slot, now);
    return outcome == OUTCOME_CONFLICT ? outcome : OUTCOME_AWAY;
}

enum outcome slot_connect(struct slot *slot, const char *url, int timeout_ms, int64_t now, struct text *why)
{
    if (db_connect_start(&slot->db, url, DB_PREPARE_ALL, timeout_ms, why) != OUTCOME_OK)
        return fail(slot, now);
    slot->link = LINK_CONNECTING;
    slot->wants = DB_WRITING;
    slot->connecting_since = now;
    return OUTCOME_OK;
}

enum outcome slot_go_on(struct slot *slot, int64_t now, struct text *why)
{
    slot->wants = db_connect_poll(slot->db, why);
    if (slot->wants == DB_READY)
        slot->link = LINK_UP;
    else if (slot->wants == DB_LOST)
        return lose(slot, now);
    else if (slot_is_late(slot, now)) {
        text_add(why, "PostgreSQL does not answer");
        return fail(slot, now);
    }
    return OUTCOME_OK;
}

bool slot_is_late(const struct slot *slot, int64_t now)
{
    return slot->link == LINK_CONNECTING && now - slot->connecting_since > CONNECT_MS;
}

/* The socket is shut first: then libpq's farewell cannot wait for a server that does not read. */
void slot_disconnect(struct slot *slot, int64_t retry_at)
{
    if (slot->db) {
        shutdown(db_socket(slot->db), SHUT_RDWR);
        db_close(slot->db);
    }
    slot->db = NULL;
    slot->link = LINK_DOWN;
    slot->retry_at = retry_at;
}

void slot_hang_up(struct slot *slot, int64_t now)
{
    slot->link = LINK_BROKEN;
    if (slot->child && slot->child_linked)
        slot_retire(slot, now);
    else
        slot_disconnect(slot, now);
}

static bool ended_well(int status)
{
    return WIFEXITED(status) && WEXITSTATUS(status) == CHILD_CLEAN;
}

static void tell(pid_t child, int status)
{
    if (WIFSIGNALED(status))
        log_warn("child %d was ended by signal %d%s", (int)child, WTERMSIG(status),
                 WTERMSIG(status) == SIGALRM ? " (time limit)" : "");
    else
        log_warn("child %d ended with status %d", (int)child, WEXITSTATUS(status));
}

bool slot_child_ended(struct slot *slot, int status, int64_t now)
{
    bool failed = !ended_well(status);
    if (failed && slot->link != LINK_BROKEN)
        tell(slot->child, status);
    if (slot->child_linked && (failed || slot->link == LINK_BROKEN))
        slot_disconnect(slot, now);
    slot->failures = failed ? slot->failures + 1 : 0;
    slot->fork_at = slot->failures > 1 ? now + FORK_FLOOR_MS : now;
    slot->child = 0;
    slot->retiring = false;
    return failed;
}

void slot_retire(struct slot *slot, int64_t now)
{
    if (slot->retiring && now < slot->ask_again_at)
        return;
    slot->retiring = true;
    slot->ask_again_at = now + ASK_AGAIN_MS;
    kill(slot->child, SIGTERM);
}
