/* Where a request comes from and its answer goes: FastCGI in the pool (child.c), memory in the tests. */
#ifndef COAGENT_SOURCE_H
#define COAGENT_SOURCE_H

#include <stddef.h>

struct source {
    char *const *parameters; /* "NAME=value", ended by NULL */
    /* Up to most bytes of the body; 0 at its end, -1 when the client is gone or too slow. */
    int (*read)(void *context, char *bytes, int most);
    /* 0, or -1 when the client is gone. */
    int (*write)(void *context, const char *bytes, int count);
    void *context;
};

#endif
