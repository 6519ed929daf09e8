/* The keeper: process 1 of a run's process namespace, between executor and command. Only sandbox.c starts it. */
#ifndef COAGENT_SANDBOX_KEEPER_H
#define COAGENT_SANDBOX_KEEPER_H

#include "cron/sandbox/sandbox.h"

/* The messages over control, a SOCK_SEQPACKET; its end of file is the other's death. */
enum keeper_word {
    KEEPER_READY,  /* to the executor: all is set up, and the folder is open in the keeper as this descriptor */
    KEEPER_FAILED, /* to the executor: why it could not be; the command was not started */
    KEEPER_GO,     /* to the keeper: the executor has opened the folder, too; without it no command is started */
    KEEPER_SOUGHT, /* to the executor: the command, which has no network, has asked for one; once */
    KEEPER_ENDED,  /* to the executor: nothing is left */
    KEEPER_STOP,   /* to the keeper: reason, grace_ms */
    KEEPER_SIGNAL, /* to the keeper: signal_number */
};

struct keeper_message {
    enum keeper_word word;
    union {
        struct sandbox_ending ending;
        struct {
            enum run_end_word reason;
            int grace_ms;
        } stop;
        int signal_number;
        int folder;
        char why[400];
    };
};

/* The resources that the keeper takes over from the executor. */
struct keeper_order {
    const struct sandbox_spec *spec;
    uid_t uid; /* the executor's */
    gid_t gid;
    int control;
    int input, output, errors; /* the command's ends */
    int cgroup;                /* where its processes go in, or -1 */
};

/* Runs in the fresh namespaces (user, process, mount) and never returns. */
_Noreturn void keeper_run(const struct keeper_order *order);

#endif
