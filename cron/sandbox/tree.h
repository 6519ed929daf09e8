/* The resource usage of all processes of a run. Seen from the keeper, whose /proc shows its process namespace. */
#ifndef COAGENT_SANDBOX_TREE_H
#define COAGENT_SANDBOX_TREE_H

#include <dirent.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* The CPU time of a process when it was last seen. */
struct tree_process {
    pid_t pid;
    int64_t start;    /* tells it from a later one of the same number */
    int64_t own;      /* ticks of the clock */
    int64_t children; /* of those that it has waited for */
};

struct tree_list {
    struct tree_process *items;
    size_t count, capacity;
};

struct tree {
    DIR *proc;
    struct tree_list seen, next; /* of the last look, and the one that is being taken; by number */
    int64_t lost;                /* ticks of those that vanished and nobody has waited for */
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
