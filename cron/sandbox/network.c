#include "cron/sandbox/network.h"

#include "cron/sandbox/addresses.h"
#include "network/destination.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#define TUN "/dev/net/tun"
#define NFT "/usr/sbin/nft"
#define SLIRP "/usr/bin/slirp4netns"
#define READY_MS 10000
#define SAID_SIZE 300
#define COUNTERS_SIZE 2048

/* Neither of the internet nor of any network that is granted: this network, loopback, link-local (and with it the
 * clouds' metadata), the runs' own, multicast, reserved. */
#define NEVER "0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, " DESTINATION_OWN_RANGE ", 224.0.0.0/3"

/* Not the internet: this network, private, shared by providers, link-local (and with it the clouds' metadata), set
 * aside for protocols, documentation and measuring, multicast, reserved. */
#define NOT_PUBLIC                                                                                                     \
    "0.0.0.0/8, 10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.0.0.0/24, 192.0.2.0/24, "   \
    "192.88.99.0/24, 192.168.0.0/16, 198.18.0.0/15, 198.51.100.0/24, 203.0.113.0/24, 224.0.0.0/3"

struct child {
    pid_t pid;
    int write; /* to its stdin */
    int read;  /* what it says */
};

/* The other end of a line to the host. */
static void refuse_peer(struct text *rules, const struct ifaddrs *one)
{
    char name[INET_ADDRSTRLEN];
    const struct sockaddr_in *internet = (const struct sockaddr_in *)(const void *)one->ifa_dstaddr;

    if (one->ifa_flags & IFF_POINTOPOINT && internet && internet->sin_family == AF_INET &&
        inet_ntop(AF_INET, &internet->sin_addr, name, sizeof name))
        text_add_format(rules, "add rule inet run host ip daddr %s reject with icmp type admin-prohibited\n", name);
}

static bool write_destination(struct text *rules, const char *line, struct text *why)
{
    struct destination destination;

    if (!destination_read(line, &destination, why))
        return false;
    text_add_format(rules, "ip daddr %s meta l4proto { %s%s%s } ", destination.network, destination.tcp ? "tcp" : "",
                    destination.tcp && destination.udp ? ", " : "", destination.udp ? "udp" : "");
    if (destination.ports[0])
        text_add_format(rules, "th dport { %s } ", destination.ports);
    text_add(rules, "accept\n");
    return true;
}

/* What is granted by name comes before what is refused because it is not public. */
static bool write_grants(struct text *rules, const char *reach, struct text *why)
{
    char *lines = strdup(reach), *rest = lines;
    bool internet = false, written = lines;

    for (char *line; written && (line = strsep(&rest, "\n"));)
        if (strcmp(line, DESTINATION_INTERNET) == 0)
            internet = true;
        else
            written = write_destination(rules, line, why);
    free(lines);
    if (internet)
        text_add(rules, "ip daddr { " NOT_PUBLIC " } reject with icmp type admin-prohibited\n"
                        "oifname \"tap0\" accept\n");
    return written;
}

/* The default is to refuse. IPv6 has no route out and must not get one. The host's own addresses are reached through
 * slirp4netns like any other. */
static bool write_rules(struct text *rules, const char *reach, int addresses, struct text *why)
{
    struct ifaddrs *interfaces;

    text_add(rules, "table inet run {\n"
                    "chain host {\n"
                    "}\n"
                    "chain output {\n"
                    "type filter hook output priority 0; policy drop;\n"
                    "oifname \"lo\" accept\n"
                    "meta nfproto ipv6 drop\n"
                    "ip daddr " NETWORK_RESOLVER " meta l4proto { tcp, udp } th dport 53 accept\n"
                    "ip daddr { " NEVER " } reject with icmp type admin-prohibited\n"
                    "jump host\n");
    if (!write_grants(rules, reach, why))
        return false;
    text_add(rules, "reject with icmp type admin-prohibited\n"
                    "}\n"
                    "chain forward {\n"
                    "type filter hook forward priority 0; policy drop;\n"
                    "}\n"
                    "}\n");
    if (!addresses_list(addresses, rules) || getifaddrs(&interfaces) != 0)
        return false;
    for (const struct ifaddrs *one = interfaces; one; one = one->ifa_next)
        refuse_peer(rules, one);
    freeifaddrs(interfaces);
    return true;
}

/* argv[0] is the path. The child waits until something, or the end, can be read from its stdin. */
static bool start(struct child *child, const char *const argv[])
{
    int in[2], out[2];
    char *const none[] = {NULL};
    struct pollfd go = {-1, POLLIN, 0};

    if (pipe2(in, O_CLOEXEC) != 0)
        return false;
    if (pipe2(out, O_CLOEXEC) != 0) {
        close(in[0]);
        close(in[1]);
        return false;
    }
    child->pid = _Fork(); /* without the handlers of libraries that may not be there (cron/run/slim.h) */
    if (child->pid == 0) {
        close(in[1]);
        go.fd = in[0];
        poll(&go, 1, -1);
        if (dup2(in[0], STDIN_FILENO) >= 0 && dup2(out[1], STDOUT_FILENO) >= 0 && dup2(out[1], STDERR_FILENO) >= 0)
            execve(argv[0], (char *const *)(uintptr_t)argv, none);
        dprintf(out[1], "%s: %s\n", argv[0], strerror(errno));
        _exit(127);
    }
    close(in[0]);
    close(out[1]);
    child->write = in[1];
    child->read = out[0];
    return child->pid > 0;
}

/* The last line of the child, without its line end. */
static void add_said(struct text *why, const struct child *child)
{
    char said[SAID_SIZE];
    ssize_t length;

    fcntl(child->read, F_SETFL, O_NONBLOCK);
    length = read(child->read, said, sizeof said - 1);
    said[length > 0 ? length : 0] = '\0';
    said[strcspn(said, "\n")] = '\0';
    text_add(why, said);
}

static bool load_rules(const struct text *rules, struct text *why)
{
    static const char *const argv[] = {NFT, "-f", "-", NULL};
    struct child child;
    int status = -1;

    if (!start(&child, argv))
        return false;
    bool written = write(child.write, rules->bytes, rules->length) == (ssize_t)rules->length;

    close(child.write);
    while (waitpid(child.pid, &status, 0) < 0 && errno == EINTR)
        continue;
    if (!written || status != 0) {
        text_add(why, "The packet filters of the run could not be set: ");
        add_said(why, &child);
    }
    close(child.read);
    return written && status == 0;
}

static bool raise_loopback(void)
{
    struct ifreq request = {.ifr_name = "lo", .ifr_flags = IFF_UP};
    int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    bool raised = fd >= 0 && ioctl(fd, SIOCSIFFLAGS, &request) == 0;

    if (fd >= 0)
        close(fd);
    return raised;
}

/* slirp4netns says so with one byte. */
static bool await_ready(int ready, const struct child *slirp, struct text *why)
{
    struct pollfd wake = {ready, POLLIN, 0};
    char byte = 0;
    bool is_ready = poll(&wake, 1, READY_MS) == 1 && read(ready, &byte, 1) == 1 && byte == '1';

    if (!is_ready) {
        text_add(why, "The network of the run could not be created: ");
        add_said(why, slirp);
    }
    return is_ready;
}

bool network_close(struct text *why)
{
    bool closed = unshare(CLONE_NEWNET) == 0 && raise_loopback();

    if (!closed)
        text_add_format(why, "The network of the run could not be created: %s", strerror(errno));
    return closed;
}

int network_open_counters(int procfs)
{
    return openat(procfs, "self/net/snmp", O_RDONLY | O_CLOEXEC);
}

/* The kernel counts each look for a route that failed: RFC 4293, ipSystemStatsOutNoRoutes. The file has a line of names
 * and one of values for each protocol. */
bool network_was_sought(int counters)
{
    char content[COUNTERS_SIZE];
    ssize_t length = pread(counters, content, sizeof content - 1, 0);
    char *names = content, *values, *name, *value, *rest_of_names, *rest_of_values;

    content[length > 0 ? length : 0] = '\0';
    values = strchr(names, '\n');
    if (!values)
        return false;
    *values++ = '\0';
    name = strtok_r(names, " ", &rest_of_names);
    value = strtok_r(values, " \n", &rest_of_values);
    while (name && value && strcmp(name, "OutNoRoutes") != 0) {
        name = strtok_r(NULL, " ", &rest_of_names);
        value = strtok_r(NULL, " \n", &rest_of_values);
    }
    return name && value && strcmp(value, "0") != 0;
}

/* slirp4netns must stay in the network of the host while the caller leaves it; it is then told to continue. */
static bool set_all(struct text *rules, const struct child *slirp, int ready, struct text *why)
{
    return network_close(why) && load_rules(rules, why) && write(slirp->write, "\n", 1) == 1 &&
           await_ready(ready, slirp, why);
}

bool network_set(const char *reach, int *addresses, struct text *why)
{
    static const char range_option[] = "--cidr=" NETWORK_RANGE;
    char ready_option[32];
    const char *const argv[] = {
        SLIRP,
        "--configure",
        "--mtu=65520",
        range_option,
        "--disable-host-loopback",
        "--enable-sandbox",
        "--enable-seccomp",
        "--netns-type=path",
        ready_option,
        "/proc/1/ns/net",
        "tap0",
        NULL,
    };
    struct text rules = TEXT_EMPTY;
    struct child slirp = {0, -1, -1};
    int ready[2];
    bool set = false;

    if (access(TUN, R_OK | W_OK) != 0) {
        text_add_format(why,
                        "The runner of this machine cannot provide internet access: it cannot open %s (%s). "
                        "\"coagentctl doctor\" prints the command that fixes this.",
                        TUN, strerror(errno));
        return false;
    }
    if (pipe2(ready, O_CLOEXEC) != 0)
        return false;
    snprintf(ready_option, sizeof ready_option, "--ready-fd=%d", ready[1]);
    *addresses = addresses_open();
    if (*addresses >= 0 && fcntl(ready[1], F_SETFD, 0) == 0 && start(&slirp, argv) &&
        write_rules(&rules, reach, *addresses, why))
        set = set_all(&rules, &slirp, ready[0], why);
    else if (why->length == 0)
        text_add_format(why, "The network of the run could not be created: %s", strerror(errno));
    close(ready[0]);
    close(ready[1]);
    text_free(&rules);
    return set;
}

bool network_follow(int addresses)
{
    struct text rules = TEXT_EMPTY, why = TEXT_EMPTY;
    bool known = addresses_read(addresses, &rules) && (rules.length == 0 || load_rules(&rules, &why));

    text_free(&rules);
    text_free(&why);
    return known;
}
