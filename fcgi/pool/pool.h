/* The pool's master: it keeps the slots filled and does nothing else. */
#ifndef COAGENT_POOL_H
#define COAGENT_POOL_H

#include "base/config.h"
#include "fcgi/http/route.h"
#include "fcgi/pool/counters.h"
#include "fcgi/pool/listen.h"
#include "fcgi/pool/slot.h"
#include "fcgi/pool/warm.h"

#include <signal.h>

/* The requests of signals; main.c owns the handlers. */
struct pool_orders {
    volatile sig_atomic_t *leave;  /* SIGTERM, SIGINT: drain */
    volatile sig_atomic_t *reload; /* SIGHUP */
    volatile sig_atomic_t *reap;   /* SIGCHLD */
    volatile sig_atomic_t *renew;  /* SIGUSR2: make room for the program that is installed now */
    sigset_t waiting;              /* the mask in which these signals get through */
};

struct pool {
    struct config *config; /* replaced by a reload */
    enum pool_kind kind;
    const struct route *const *tables;
    struct pool_orders orders;
    struct listener listener;
    struct counters *counters;
    struct slot slots[SLOTS_MOST];
    int slot_count; /* wanted; slots beyond it are being emptied */
    int slots_used; /* looked at */
    int generation; /* of the configuration */
    bool draining;
    bool renewing;
    int64_t drain_until;
    struct text last_trouble; /* the reason why PostgreSQL is away, so that it is logged once */
};

const char *pool_socket_path(const struct config *config, enum pool_kind kind);

/* Runs until it has drained. The listener is open. Returns the exit status of the program, or POOL_RENEW: the caller is
 * to become the new program by exec, with the listener, which is still open. Children that serve a request go on; they
 * are the new program's children then, and end by themselves. */
enum { POOL_RENEW = -1 };
int pool_run(struct pool *pool);

#endif
