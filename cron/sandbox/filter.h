/* The system calls that a run may not make. */
#ifndef COAGENT_SANDBOX_FILTER_H
#define COAGENT_SANDBOX_FILTER_H

#include "base/text.h"

/* A descriptor to read the filter's program from, as bubblewrap wants it; -1 when it could not be made (errno).
 * program: what sandbox_prepare made, or empty. */
int filter_open(const struct text *program);

#endif
