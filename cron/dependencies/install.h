/* The packages of a run: taken from the store, or installed there first. */
#ifndef COAGENT_DEPENDENCIES_INSTALL_H
#define COAGENT_DEPENDENCIES_INSTALL_H

#include "base/outcome.h"
#include "base/text.h"
#include "cron/dependencies/needs.h"
#include "cron/dependencies/store.h"
#include "cron/run/execution.h"
#include "cron/sandbox/sandbox.h"
#include "cron/script/output.h"

struct dependencies {
    struct execution *execution;
    const struct needs *needs; /* who installs reaches what the run does */
    struct output *output;
    struct store store;
    struct store_tree tree;
    char *path; /* on the host, as long as they are held */
};

/* Gets what needs asks for; waits while another run installs the same, and installs it if nobody does. The lease is
 * renewed meanwhile; the installer's output and notes of what happens go to output. Begins with the first three members
 * set. INVALID: it could not be installed; FAILED: it could not be stored; both with why, a sentence for users. DENIED:
 * the run was stopped, its time is over or its lease lost, as execution->state says. dependencies_let_go must follow.
 */
enum outcome dependencies_get(struct dependencies *dependencies, struct text *why);

/* They can be removed from the host from here on. */
void dependencies_let_go(struct dependencies *dependencies);

#endif
