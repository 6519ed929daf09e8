/* The resource usage of all processes of a run. Seen from the keeper, whose /proc shows its process namespace. */
#ifndef COAGENT_SANDBOX_TREE_H
#define COAGENT_SANDBOX_TREE_H

#include <dirent.h>
#include <stdbool.h>
#include <stdint.h>

struct tree {
    DIR *proc;
    int64_t cpu_seen_ms; /* the sum when it was last taken */
    int64_t cpu_lost_ms; /* of those that vanished unreaped since */
};

struct tree_use {
    int64_t cpu_ms;
    int64_t memory; /* bytes held by the processes, files in memory not counted */
    long tasks;     /* processes and threads of the command */
};

/* Opens /proc; false when there is none. */
bool tree_open(struct tree *tree);

/* Measures. memory is an upper bound, cheaply had, unless that is above most: then it is exact. file_bytes is what
 * the file system in memory has in use: mapped files are not counted twice. */
struct tree_use tree_measure(struct tree *tree, int64_t most, int64_t file_bytes);

/* Sends a signal to each process of the command, not to those that keep it. */
void tree_signal(struct tree *tree, int signal_number);

#endif
