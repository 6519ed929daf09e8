/* A connection to a unix socket on which nothing waits longer than some seconds. */
#ifndef COAGENT_STREAM_H
#define COAGENT_STREAM_H

#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>

/* The socket, or -1 with the reason in why. The caller closes it. */
int stream_open(const char *path, int seconds, struct text *why);

bool stream_send(int fd, const void *bytes, size_t length);

/* Adds what comes next, at least one byte; false at the end, after the time, or on a failure. */
bool stream_receive(int fd, struct text *received);

#endif
