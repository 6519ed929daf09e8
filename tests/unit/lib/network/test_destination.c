#include "network/destination.h"

#include <criterion/criterion.h>
#include <string.h>

#define EXPECT(line, its_network, its_tcp, its_udp, its_ports)                                                         \
    do {                                                                                                               \
        struct text why = TEXT_EMPTY;                                                                                  \
        struct destination found;                                                                                      \
        cr_expect(destination_read(line, &found, &why), "%s: %s", line, text_string(&why));                            \
        cr_expect_str_eq(found.network, its_network);                                                                  \
        cr_expect(found.tcp == (its_tcp) && found.udp == (its_udp), "%s", line);                                       \
        cr_expect_str_eq(found.ports, its_ports);                                                                      \
        text_free(&why);                                                                                               \
    } while (0)

#define REFUSE(line, sentence)                                                                                         \
    do {                                                                                                               \
        struct text why = TEXT_EMPTY;                                                                                  \
        struct destination found;                                                                                      \
        cr_expect(!destination_read(line, &found, &why), "%s", line);                                                  \
        cr_expect(strstr(text_string(&why), sentence) != NULL, "%s: %s", line, text_string(&why));                     \
        text_free(&why);                                                                                               \
    } while (0)

Test(destination, a_line_has_a_network_a_protocol_and_ports)
{
    EXPECT("10.0.0.0/8", "10.0.0.0/8", true, true, "");
    EXPECT("  192.168.7.20\t", "192.168.7.20/32", true, true, "");
    EXPECT("10.0.0.0/8 tcp 22, 443,5432", "10.0.0.0/8", true, false, "22, 443, 5432");
    EXPECT("1.2.3.4/32 UDP 53", "1.2.3.4/32", false, true, "53");
    EXPECT("10.1.0.0/16 tcp 5000-5010 8080", "10.1.0.0/16", true, false, "5000-5010, 8080");
    EXPECT("10.1.0.0/16 tcp 1-65535", "10.1.0.0/16", true, false, "1-65535");
    EXPECT("10.1.0.0/16 udp", "10.1.0.0/16", false, true, "");
}

Test(destination, a_wrong_network_is_refused_with_what_is_wrong)
{
    REFUSE("", "not an IPv4 address");
    REFUSE("internet", "not an IPv4 address");
    REFUSE("db.example.org tcp 5432", "not an IPv4 address");
    REFUSE("fd00::/8", "IPv6");
    REFUSE("10.0.0.0/33", "prefix");
    REFUSE("10.0.0.0/", "prefix");
    REFUSE("10.0.0.0/8x", "prefix");
    REFUSE("0.0.0.0/0", "prefix");
    REFUSE("10.1.2.3/8", "Write 10.0.0.0/8.");
    REFUSE("10.0.0.0/8;accept", "prefix");
    REFUSE("10.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0/8", "not an IPv4 address");
}

Test(destination, what_is_never_reached_cannot_be_granted)
{
    REFUSE("127.0.0.1", "loopback");
    REFUSE("127.0.0.0/8 tcp 22", "loopback");
    REFUSE("169.254.169.254", "link-local");
    REFUSE("198.18.0.3 udp 53", "runs themselves");
    REFUSE("224.0.0.0/8", "multicast");
    REFUSE("255.255.255.255", "multicast or reserved");
    REFUSE("0.0.0.0/8", "this network");
}

Test(destination, a_wrong_protocol_or_port_is_refused_with_what_is_wrong)
{
    REFUSE("10.0.0.0/8 icmp", "\"icmp\" is not a protocol");
    REFUSE("10.0.0.0/8 22", "\"22\" is not a protocol");
    REFUSE("10.0.0.0/8 tcp ssh", "\"ssh\" is not a port");
    REFUSE("10.0.0.0/8 tcp 0", "\"0\" is not a port");
    REFUSE("10.0.0.0/8 tcp 65536", "\"65536\" is not a port");
    REFUSE("10.0.0.0/8 tcp 99999999999", "is not a port");
    REFUSE("10.0.0.0/8 tcp 30-20", "\"30-20\" is not a port");
    REFUSE("10.0.0.0/8 tcp 22}", "\"22}\" is not a port");
    REFUSE("10.0.0.0/8 tcp 22-", "\"22-\" is not a port");
}

Test(destination, more_ports_than_a_line_has_room_for_are_refused)
{
    struct text line = TEXT_EMPTY;

    text_add(&line, "10.0.0.0/8 tcp");
    for (int i = 0; i < 60; i++)
        text_add_format(&line, " %d", 10000 + i);
    REFUSE(text_string(&line), "too many ports");
    text_free(&line);
}
