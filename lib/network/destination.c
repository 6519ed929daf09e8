#include "network/destination.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define PREFIX_LEAST 8
#define PREFIX_MOST 32
#define PORT_MOST 65535
#define WORD_SIZE 32

/* Nothing that lies in one of these is ever reached from a run (cron/sandbox/network.c). */
static const struct {
    uint32_t address;
    unsigned prefix;
    const char *name;
} closed[] = {
    {0x00000000, 8, "this network"},          {0x7f000000, 8, "the loopback of a machine"},
    {0xa9fe0000, 16, "link-local"},           {0xc6120000, 15, "the network of the runs themselves"},
    {0xe0000000, 3, "multicast or reserved"},
};

static uint32_t mask_of(unsigned prefix)
{
    return prefix == 0 ? 0 : UINT32_MAX << (32 - prefix);
}

/* The number that a text begins with, at most six digits; false: it begins with none. */
static bool take_number(const char **at, unsigned long *number)
{
    char *end;

    if (!isdigit((unsigned char)**at) || strspn(*at, "0123456789") > 6)
        return false;
    *number = strtoul(*at, &end, 10);
    *at = end;
    return true;
}

static bool is_reachable(uint32_t address, unsigned prefix, const char *word, struct text *why)
{
    for (size_t i = 0; i < sizeof closed / sizeof *closed; i++)
        if (prefix >= closed[i].prefix && (address & mask_of(closed[i].prefix)) == closed[i].address) {
            text_add_format(why, "%s is %s, which runs can never reach.", word, closed[i].name);
            return false;
        }
    return true;
}

/* Writes the network in its one form; the address must have no bits beyond the prefix. */
static bool take_network(uint32_t address, unsigned prefix, struct destination *destination, struct text *why)
{
    struct in_addr in = {htonl(address & mask_of(prefix))};
    char name[INET_ADDRSTRLEN];

    inet_ntop(AF_INET, &in, name, sizeof name);
    snprintf(destination->network, sizeof destination->network, "%s/%u", name, prefix);
    if (ntohl(in.s_addr) == address)
        return is_reachable(address, prefix, destination->network, why);
    text_add_format(why, "The address has bits beyond its prefix. Write %s.", destination->network);
    return false;
}

/* "10.0.0.0/8", or an address alone. */
static bool read_network(char *word, struct destination *destination, struct text *why)
{
    char *slash = strchr(word, '/');
    const char *at = slash ? slash + 1 : "";
    unsigned long prefix = PREFIX_MOST;
    struct in_addr in;

    if (strchr(word, ':')) {
        text_add_format(why, "%s is an IPv6 address, but runs use IPv4 only.", word);
        return false;
    }
    if (slash && (!take_number(&at, &prefix) || *at || prefix < PREFIX_LEAST || prefix > PREFIX_MOST)) {
        text_add_format(why, "The prefix of %s must be a number from %d to %d.", word, PREFIX_LEAST, PREFIX_MOST);
        return false;
    }
    if (slash)
        *slash = '\0';
    if (inet_pton(AF_INET, word, &in) != 1) {
        text_add_format(why, "\"%s\" is not an IPv4 address. Write a network such as 10.0.0.0/8.", word);
        return false;
    }
    return take_network(ntohl(in.s_addr), (unsigned)prefix, destination, why);
}

static bool read_protocol(const char *word, struct destination *destination, struct text *why)
{
    destination->tcp = strcasecmp(word, "udp") != 0;
    destination->udp = strcasecmp(word, "tcp") != 0;
    if (destination->tcp && destination->udp)
        text_add_format(why, "\"%s\" is not a protocol. After the network comes tcp, udp, or nothing for both.", word);
    return destination->tcp != destination->udp;
}

static bool take_port(const char **at, unsigned long *port)
{
    return take_number(at, port) && *port >= 1 && *port <= PORT_MOST;
}

/* Adds a port, or a range of ports, to those that are there. */
static bool take_ports(const char **at, char *ports, struct text *why)
{
    const char *begin = *at;
    unsigned long first = 0, last;
    size_t length = strlen(ports);
    bool taken = take_port(at, &first);
    int added;

    last = first;
    if (taken && **at == '-') {
        (*at)++;
        taken = take_port(at, &last) && first <= last;
    }
    if (!taken || (**at && !strchr(", \t", **at))) {
        text_add_format(why, "\"%.*s\" is not a port from 1 to %d, nor a range such as 5000-5010.",
                        (int)strcspn(begin, ", \t"), begin, PORT_MOST);
        return false;
    }
    added = snprintf(ports + length, DESTINATION_PORTS_SIZE - length, first == last ? "%s%lu" : "%s%lu-%lu",
                     length ? ", " : "", first, last);
    if (length + (size_t)added >= DESTINATION_PORTS_SIZE)
        text_add(why, "There are too many ports on one line. Write several lines.");
    return length + (size_t)added < DESTINATION_PORTS_SIZE;
}

static bool read_ports(const char *at, struct destination *destination, struct text *why)
{
    while (*(at += strspn(at, ", \t")))
        if (!take_ports(&at, destination->ports, why))
            return false;
    return true;
}

/* The next word of a line; what is too long for a word is no word of ours. */
static const char *take_word(const char *at, char word[WORD_SIZE])
{
    const char *begin = at + strspn(at, " \t");
    size_t length = strcspn(begin, " \t");

    snprintf(word, WORD_SIZE, "%.*s", (int)length, begin);
    return begin + length;
}

bool destination_read(const char *line, struct destination *destination, struct text *why)
{
    char word[WORD_SIZE];
    const char *at = take_word(line, word);

    *destination = (struct destination){.tcp = true, .udp = true};
    if (!read_network(word, destination, why))
        return false;
    at = take_word(at, word);
    return !word[0] || (read_protocol(word, destination, why) && read_ports(at, destination, why));
}
