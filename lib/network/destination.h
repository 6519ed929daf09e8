/* A destination: what a named network lets runs reach, a line as administrators write it. An IPv4 address or network in
 * CIDR notation (RFC 4632), then nothing (all of TCP and UDP), or a protocol, or a protocol and its ports:
 * "10.0.0.0/8 tcp 22, 443, 5000-5010". The word "internet" is all that is public, and is granted apart. */
#ifndef COAGENT_NETWORK_DESTINATION_H
#define COAGENT_NETWORK_DESTINATION_H

#include "base/text.h"

#include <stdbool.h>

#define DESTINATION_INTERNET "internet"
#define DESTINATION_PORTS_SIZE 256

/* The range of addresses that the network of a run itself is in; no destination can be in it. */
#define DESTINATION_OWN_RANGE "198.18.0.0/15"

struct destination {
    char network[24];                   /* "10.0.0.0/8" */
    bool tcp, udp;                      /* one of them, or both */
    char ports[DESTINATION_PORTS_SIZE]; /* "22, 443, 5000-5010", or "" for all */
};

/* Reads a line. false: why is a sentence for people. */
bool destination_read(const char *line, struct destination *destination, struct text *why);

#endif
