/* The client's side of RFC 6455, as far as a listener needs it. */
#ifndef COAGENT_BENCH_WEBSOCKET_H
#define COAGENT_BENCH_WEBSOCKET_H

#include <stdbool.h>
#include <stddef.h>

enum frame_kind { FRAME_TEXT = 1, FRAME_BINARY = 2, FRAME_CLOSE = 8, FRAME_PING = 9, FRAME_PONG = 10 };

struct frame {
    enum frame_kind kind;
    const char *payload; /* in the bytes that were given */
    size_t length;
};

/* Reads the frame at the start of these bytes; how long it is with its head, or 0 when it is not all there yet. */
size_t frame_read(const char *bytes, size_t length, struct frame *frame);

/* Sends a short frame (payload of at most 125 bytes), masked. Whether the socket took it. */
bool frame_send(int fd, enum frame_kind kind, const char *payload, size_t length);

/* Writes the request for an upgrade into buffer; header is a further line of it. How long it is. */
size_t handshake_write(char *buffer, size_t size, const char *path, const char *header);

/* How long the head of the answer is: 0 when it is not all there yet, -1 when it is not 101. */
long handshake_read(const char *bytes, size_t length);

#endif
