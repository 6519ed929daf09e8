/* A cgroup for each run, where the runner was started in one that is its own to divide (systemd's Delegate=yes). It is
 * a second line: what the kernel itself holds for the run counts there, and no process escapes it between two looks of
 * the keeper. Elsewhere all of this does nothing, and the keeper's watch is what there is. */
#ifndef COAGENT_SANDBOX_CGROUP_H
#define COAGENT_SANDBOX_CGROUP_H

#include "cron/sandbox/sandbox.h"

#define CGROUP_MOUNT "/sys/fs/cgroup"

/* To be called once by the runner, before it starts anything: steps aside into a cgroup "runner" and lets the one above
 * give limits to its children, as only a cgroup without processes of its own may. false: it is not ours to divide.
 * The parameters are CGROUP_MOUNT and the text of /proc/self/cgroup but in tests. */
bool cgroup_divide(const char *mount, const char *self);

/* Makes the run's, and removes those of executors that are dead. number tells the runs of one executor apart. The path
 * is for cgroup_remove; NULL where there can be none. */
char *cgroup_make(const char *mount, const char *self, int number, const struct sandbox_limits *limits);

/* Opens the file that takes processes in, or -1. */
int cgroup_entrance(const char *path);

/* Whether the kernel killed somebody in there for memory. */
bool cgroup_ran_out(const char *path);

/* Removes it, in which nobody is left, and frees the path; NULL is none. */
void cgroup_remove(char *path);

/* The text of /proc/self/cgroup; empty when there is none. */
void cgroup_read_self(char self[512]);

#endif
