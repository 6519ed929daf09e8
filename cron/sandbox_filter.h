/* The system calls that a run may not make. */
#ifndef COAGENT_SANDBOX_FILTER_H
#define COAGENT_SANDBOX_FILTER_H

/* A descriptor to read the filter's program from, as bubblewrap wants it; -1 when it could not be made (errno). */
int filter_open(void);

#endif
