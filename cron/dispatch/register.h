/* Publishes the capabilities of this host: interpreters with versions, labels, whether sandboxes work. */
#ifndef COAGENT_REGISTER_H
#define COAGENT_REGISTER_H

#include "base/config.h"

/* Looks, and writes it down; takes seconds where a program is slow to tell its version, so it has a process of its own.
 * labels as register_labels gives them. Returns the exit status. */
int register_runner(const struct config *config, const char *host, const char *labels);

/* RUNNER_LABELS as an array of PostgreSQL; the caller frees it. */
char *register_labels(const struct config *config);

#endif
