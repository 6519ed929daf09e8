/* A sandbox: one command of a user's in namespaces, limits and a file system of its own. Nothing runs users' code but
 * through here; cron/sandbox*.c are the only files that know bubblewrap, seccomp, slirp4netns and cgroups.
 *
 * Between the executor and the command stands a keeper: process 1 of a process namespace that holds all of the run. It
 * watches the limits by itself, also while the executor is busy or the database away. It dies with the executor, and
 * everything of the run dies with it, whatever the command did: the kernel sees to that. Work folder, /tmp and what
 * lies under /coagent are one file system in memory, which is gone with its last user: nothing is ever left on disk.
 *
 * The command finds: /work (its folder, HOME and working directory, with the files given there and an empty out), /tmp,
 * /dev/shm, /cache if it has one, the files given to it read-only under /coagent, the folders bound for it, the host's
 * programs read-only under /usr, a small /etc, a /proc of its own processes. It is user "run" (1000) on host "run". Its
 * status 129 to 192 is taken for a signal, as shells do. */
#ifndef COAGENT_SANDBOX_H
#define COAGENT_SANDBOX_H

#include "base/config.h"
#include "base/outcome.h"
#include "base/text.h"
#include "cron/sandbox/door.h"
#include "words/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Of all processes of the run together, except where it says "each". 0 is no value: all must be set. */
struct sandbox_limits {
    long wall_seconds;
    long cpu_seconds;
    long memory_mb;  /* what processes hold; files count for disk_mb only, although they are in memory too */
    long processes;  /* and threads */
    long output_mb;  /* kept of what it writes, which is the executor's to see to: it may write ten times as much */
    long disk_mb;    /* /work, /tmp and /dev/shm; what is given in files does not count */
    long file_mb;    /* each file */
    long open_files; /* each process */
};

/* Where a file of the spec lies: read-only, or the command's own. */
enum sandbox_place { SANDBOX_COAGENT, SANDBOX_WORK };

/* A file below /coagent or /work. A name is one or more folders and a name ("script.py", "inventory/hosts"). */
struct sandbox_file {
    const char *name;
    const void *bytes;
    size_t length;
    enum sandbox_place place;
    bool executable; /* in /work; what is in /coagent always is */
};

/* A folder of the host that the command sees, read-only, at a place of its own: "dependencies" is /dependencies. */
struct sandbox_bind {
    const char *from; /* absolute */
    const char *to;   /* a single part */
};

#define SANDBOX_BINDS 4

/* A folder /cache, the command's own, which is filled before the command starts. */
struct sandbox_cache {
    int64_t room; /* that what it is filled with takes: on top of disk_mb */
    size_t entries;
    void (*fill)(void *context, int folder); /* folder: empty; may take its time */
    void *context;
};

struct sandbox_spec {
    const char *const *argv;        /* NULL-terminated; argv[0] is looked for in PATH=/usr/local/bin:/usr/bin:/bin */
    const char *const *environment; /* NAME=VALUE, NULL-terminated; or NULL. PATH, HOME, USER, LOGNAME, SHELL, TMPDIR
                                     * and LC_CTYPE are there unless they are given here. Seen by the command only. */
    const struct sandbox_file *files;
    size_t file_count;
    struct sandbox_bind binds[SANDBOX_BINDS]; /* up to one without a place */
    struct sandbox_limits limits;
    const char *reach; /* NULL: no network. Else what may be reached, a line each: "internet", which is all
                        * that is public, or a destination (network/destination.h); never the host */
    const struct sandbox_door *door;   /* NULL: none */
    const struct sandbox_cache *cache; /* NULL: no /cache */
    const struct text *filter;         /* from sandbox_prepare, or NULL: then it is made for this one */
    bool converse;                     /* a pipe to its stdin, for servers that are spoken to; else it is empty */
};

/* Reasons: RUN_END_OUTPUT and RUN_END_CANCELLED are the executor's, by sandbox_stop. RUN_END_LOST: the sandbox itself
 * failed, or was killed from outside; what bubblewrap said is in the output. */
struct sandbox_ending {
    enum run_end_word reason;
    int exit_code;      /* -1 but for RUN_END_EXIT */
    int signal_number;  /* 0 but for RUN_END_SIGNAL */
    int64_t cpu_ms;     /* of all processes */
    int64_t peak_bytes; /* the most memory that all processes held, as far as it was seen */
};

/* All the descriptors are the caller's to poll and read; sandbox_close closes what is open (set to -1 what you close
 * yourself). Reading and writing ends do not block.
 * output and errors end (read gives 0) at the latest when nothing of the run is left to write; but a command may close
 * them and go on, or still be on its way out. So: poll control, output and errors; when control is readable and
 * sandbox_is_over says so, read the two to their ends; then ask for the ending. */
struct sandbox {
    int output;   /* its stdout */
    int errors;   /* its stderr */
    int input;    /* its stdin with spec.converse, else -1 */
    int control;  /* readable when there is news: then call sandbox_is_over */
    int folder;   /* the root of its file system: "work/output.json", "work/out", "cache" */
    char *cgroup; /* or NULL */
    pid_t keeper;
    bool stopped; /* by sandbox_stop, for this reason */
    enum run_end_word stopped_for;
    bool sought; /* it has no network, and asked for one */
    bool over;
    struct sandbox_ending ending; /* once over */
};

/* The filter of system calls, which is the same for all: who starts many prepares it once. */
enum outcome sandbox_prepare(struct text *filter);

/* Starts the command; everything in spec is copied. The call takes some 10 ms, with network some 100 ms. When it cannot
 * be as closed as it must be, or the network's filters cannot be set, nothing is started: FAILED, with why a sentence
 * for users. On success sandbox_close must follow. */
enum outcome sandbox_start(struct sandbox *sandbox, const struct sandbox_spec *spec, struct text *why);

/* Whether nothing of the run is left; never waits, cheap. Limits are watched without it. */
bool sandbox_is_over(struct sandbox *sandbox);

/* Asks every process to end (SIGTERM), and kills what is left after grace_ms; at once with 0. The first reason stays.
 */
void sandbox_stop(struct sandbox *sandbox, enum run_end_word reason, int grace_ms);

/* Sends a signal to every process of the command; false: there is nobody to send it. */
bool sandbox_signal(struct sandbox *sandbox, int signal_number);

/* Kills what is left, waits until nothing is (milliseconds) and says how it ended. Files can still be read. */
const struct sandbox_ending *sandbox_end(struct sandbox *sandbox);

/* Ends it if need be, closes the descriptors and gives the memory of its files back. Also for one that was zeroed. */
void sandbox_close(struct sandbox *sandbox);

/* The limits of the settings: the most that any run may have. */
struct sandbox_limits sandbox_limits_of(const struct config *config);

/* One of them by its word. */
long *sandbox_limit(struct sandbox_limits *limits, enum limit_word word);

#endif
