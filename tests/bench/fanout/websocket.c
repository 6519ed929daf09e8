#include "websocket.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define SHORT_MOST 125

static const unsigned char mask[4] = {0x12, 0x34, 0x56, 0x78}; /* nobody is protected from anybody here */

size_t frame_read(const char *bytes, size_t length, struct frame *frame)
{
    const unsigned char *head = (const unsigned char *)bytes;
    size_t at = 2;
    if (length < at)
        return 0;
    uint64_t size = head[1] & 0x7f;
    size_t more = size == 126 ? 2 : size == 127 ? 8 : 0;
    if (length < at + more)
        return 0;
    for (size_t i = 0; i < more; i++)
        size = (i == 0 ? 0 : size << 8) | head[at + i];
    at += more;
    if (length - at < size)
        return 0;
    *frame = (struct frame){head[0] & 0x0f, bytes + at, (size_t)size};
    return at + (size_t)size;
}

bool frame_send(int fd, enum frame_kind kind, const char *payload, size_t length)
{
    unsigned char bytes[2 + sizeof mask + SHORT_MOST];
    if (length > SHORT_MOST)
        return false;
    bytes[0] = (unsigned char)(0x80 | kind);
    bytes[1] = (unsigned char)(0x80 | length);
    memcpy(bytes + 2, mask, sizeof mask);
    for (size_t i = 0; i < length; i++)
        bytes[2 + sizeof mask + i] = (unsigned char)payload[i] ^ mask[i % sizeof mask];
    size_t whole = 2 + sizeof mask + length;
    return send(fd, bytes, whole, MSG_NOSIGNAL) == (ssize_t)whole;
}

size_t handshake_write(char *buffer, size_t size, const char *path, const char *header)
{
    int length = snprintf(buffer, size,
                          "GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                          "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n%s%s\r\n",
                          path, header, *header ? "\r\n" : "");
    return length > 0 && (size_t)length < size ? (size_t)length : 0;
}

long handshake_read(const char *bytes, size_t length)
{
    const char *end = memmem(bytes, length, "\r\n\r\n", 4);
    if (!end)
        return 0;
    return length > 12 && strncmp(bytes, "HTTP/1.1 101", 12) == 0 ? end + 4 - bytes : -1;
}
