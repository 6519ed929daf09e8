/* Which libraries the dispatcher's children and theirs inherit: the shorter a run, the more its processes cost. */
#ifndef COAGENT_SLIM_H
#define COAGENT_SLIM_H

/* For the dispatcher: executors of scripts inherit what they work with. */
void slim_executors(void);

/* For the dispatcher, before it forks a process that may need anything. */
void slim_nothing(void);

/* For an executor that starts nothing but a sandbox from now on: its keeper does with less still. Not for one that has
 * inherited everything. */
void slim_keepers(void);

#endif
