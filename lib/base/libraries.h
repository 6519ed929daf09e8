/* Which of the loaded libraries a child inherits. Fork and exit copy and tear down every mapping, some microseconds
 * each, and libpq and libcurl bring forty libraries of five mappings; a process that forks much does it with what its
 * children really enter. A child that enters something else crashes, also in the handlers that a library has registered
 * for fork: children are made by libraries_fork. AddressSanitizer does not know its way around this; with it, all is
 * inherited. */
#ifndef COAGENT_LIBRARIES_H
#define COAGENT_LIBRARIES_H

#include <sys/types.h>

/* To be called first in main by a program that withholds libraries: starts it once more so that all functions of all
 * libraries are bound at the start. What is bound at its first use is looked for in every library, in a child also in
 * those that are not there. argv is main's. Returns in the process where it is so. */
void libraries_bind(char *const argv[]);

/* Withholds these libraries from the children to come. Names are what stands before the first "." or "-" in a file's
 * name ("libssl"), ended by NULL. */
void libraries_withhold(const char *const names[]);

/* Withholds all but these, the C library and the dynamic linker. */
void libraries_withhold_but(const char *const names[]);

/* All are inherited again. */
void libraries_release(void);

/* fork without the handlers of libraries. For a process that has one thread. */
pid_t libraries_fork(void);

#endif
