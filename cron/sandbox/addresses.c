#include "cron/sandbox/addresses.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define MESSAGE_BYTES 32768
#define LIST_MS 5000
#define LIST_TIMES 5

int addresses_open(void)
{
    struct sockaddr_nl here = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_IPV4_ROUTE};
    int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_ROUTE);

    if (fd >= 0 && (setsockopt(fd, SOL_NETLINK, NETLINK_GET_STRICT_CHK, &(int){1}, sizeof(int)) != 0 ||
                    bind(fd, (const struct sockaddr *)(const void *)&here, sizeof here) != 0)) {
        close(fd);
        fd = -1;
    }
    return fd;
}

static void add_rule(struct text *rules, const struct rtmsg *route, const void *destination)
{
    char name[INET_ADDRSTRLEN];

    if (inet_ntop(AF_INET, destination, name, sizeof name))
        text_add_format(rules, "add rule inet run host ip daddr %s/%u reject with icmp type admin-prohibited\n", name,
                        (unsigned)route->rtm_dst_len);
}

static void take_route(const struct nlmsghdr *header, struct text *rules)
{
    const struct rtmsg *route = NLMSG_DATA(header);
    size_t length = RTM_PAYLOAD(header);

    if (route->rtm_family != AF_INET || (route->rtm_type != RTN_LOCAL && route->rtm_type != RTN_ANYCAST))
        return;
    for (const struct rtattr *one = RTM_RTA(route); RTA_OK(one, length); one = RTA_NEXT(one, length))
        if (one->rta_type == RTA_DST && RTA_PAYLOAD(one) == sizeof(struct in_addr))
            add_rule(rules, route, RTA_DATA(one));
}

enum more { MORE, DONE, BROKEN };

/* torn: what is listed is not what there was at one time, or something was dropped. */
static enum more take_messages(const char *bytes, size_t length, struct text *rules, bool *torn)
{
    for (const struct nlmsghdr *header = (const void *)bytes; NLMSG_OK(header, length);
         header = NLMSG_NEXT(header, length)) {
        *torn = *torn || header->nlmsg_flags & NLM_F_DUMP_INTR;
        if (header->nlmsg_type == NLMSG_DONE)
            return DONE;
        if (header->nlmsg_type == NLMSG_ERROR)
            return BROKEN;
        if (header->nlmsg_type == RTM_NEWROUTE)
            take_route(header, rules);
    }
    return MORE;
}

/* DONE: there is nothing more to read. */
static enum more take_packet(int addresses, struct text *rules, bool *torn)
{
    _Alignas(struct nlmsghdr) char bytes[MESSAGE_BYTES];
    ssize_t length = recv(addresses, bytes, sizeof bytes, MSG_TRUNC);

    if (length < 0 && errno == ENOBUFS) {
        *torn = true;
        return MORE;
    }
    if (length < 0)
        return errno == EAGAIN ? DONE : errno == EINTR ? MORE : BROKEN;
    return (size_t)length > sizeof bytes ? BROKEN : take_messages(bytes, (size_t)length, rules, torn);
}

static bool ask(int addresses)
{
    struct {
        struct nlmsghdr header;
        struct rtmsg route;
    } request = {
        .header = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_GETROUTE, .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
        .route = {.rtm_family = AF_INET, .rtm_table = RT_TABLE_LOCAL},
    };

    return send(addresses, &request, sizeof request, 0) == (ssize_t)sizeof request;
}

/* Once more when the routes have changed meanwhile; what comes twice does no harm. */
bool addresses_list(int addresses, struct text *rules)
{
    struct pollfd ready = {addresses, POLLIN, 0};
    enum more more = DONE;
    bool torn = true;

    for (int i = 0; i < LIST_TIMES && torn && more == DONE && ask(addresses); i++) {
        torn = false;
        for (more = MORE; more == MORE && poll(&ready, 1, LIST_MS) == 1;)
            more = take_packet(addresses, rules, &torn);
    }
    return more == DONE && !torn;
}

/* Where so much changes that the kernel had to drop something, all are listed again. */
bool addresses_read(int addresses, struct text *rules)
{
    bool torn = false;
    enum more more;

    while ((more = take_packet(addresses, rules, &torn)) == MORE)
        continue;
    return more == DONE && (!torn || addresses_list(addresses, rules));
}
