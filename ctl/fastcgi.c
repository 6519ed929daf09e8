#include "ctl/fastcgi.h"

#include "base/number.h"
#include "ctl/stream.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PATIENCE_SECONDS 5
#define HEAD_SIZE 8 /* of a record */

enum { RECORD_BEGIN = 1, RECORD_END = 3, RECORD_PARAMS = 4, RECORD_STDIN = 5, RECORD_STDOUT = 6 };

static void add_record(struct text *request, int type, const char *content, size_t length)
{
    const char head[HEAD_SIZE] = {1, (char)type, 0, 1, (char)(length >> 8), (char)(length & 255), 0, 0};

    text_add_bytes(request, head, sizeof head);
    text_add_bytes(request, content, length);
}

/* Names and values shorter than 128 bytes have lengths of one byte; ours are. */
static void add_parameter(struct text *parameters, const char *name, const char *value)
{
    text_add_char(parameters, (char)strlen(name));
    text_add_char(parameters, (char)strlen(value));
    text_add(parameters, name);
    text_add(parameters, value);
}

static void write_request(struct text *request, const char *path)
{
    static const char begin[8] = {0, 1, 0}; /* a responder, and the connection is closed after it */
    struct text parameters = TEXT_EMPTY;

    add_parameter(&parameters, "REQUEST_METHOD", "GET");
    add_parameter(&parameters, "DOCUMENT_URI", path);
    add_parameter(&parameters, "REQUEST_URI", path);
    add_parameter(&parameters, "QUERY_STRING", "");
    add_parameter(&parameters, "REMOTE_ADDR", "127.0.0.1");
    add_parameter(&parameters, "HTTP_USER_AGENT", "coagentctl");
    add_record(request, RECORD_BEGIN, begin, sizeof begin);
    add_record(request, RECORD_PARAMS, parameters.bytes, parameters.length);
    add_record(request, RECORD_PARAMS, "", 0);
    add_record(request, RECORD_STDIN, "", 0);
    text_free(&parameters);
}

/* Takes the records that are whole off the front; true at the end of the answer. */
static bool take_records(struct text *received, size_t *from, struct text *answer)
{
    while (received->length - *from >= HEAD_SIZE) {
        const unsigned char *head = (const unsigned char *)received->bytes + *from;
        size_t length = (size_t)head[4] << 8 | head[5];

        if (received->length - *from < HEAD_SIZE + length + head[6])
            return false;
        if (head[1] == RECORD_STDOUT)
            text_add_bytes(answer, (const char *)head + HEAD_SIZE, length);
        if (head[1] == RECORD_END)
            return true;
        *from += HEAD_SIZE + length + head[6];
    }
    return false;
}

static bool receive_answer(int fd, struct text *answer)
{
    struct text received = TEXT_EMPTY;
    size_t from = 0;
    bool whole = false;

    while (!whole && stream_receive(fd, &received))
        whole = take_records(&received, &from, answer);
    text_free(&received);
    return whole;
}

/* "Status: 200 OK" among the headers; without one it is 200. */
static int read_answer(const struct text *answer, struct text *body)
{
    const char *head = text_string(answer);
    const char *end = strstr(head, "\r\n\r\n");
    const char *line = strstr(head, "Status: ");
    char digits[4] = "200";
    long long status = 0;

    if (end)
        text_add(body, end + 4);
    if (line && (!end || line < end))
        snprintf(digits, sizeof digits, "%s", line + strlen("Status: "));
    return end && number_parse(digits, 100, 599, &status) == OUTCOME_OK ? (int)status : 0;
}

enum outcome fastcgi_get(const char *socket_path, const char *path, int *status, struct text *body, struct text *why)
{
    struct text request = TEXT_EMPTY, answer = TEXT_EMPTY;
    int fd = stream_open(socket_path, PATIENCE_SECONDS, why);

    *status = 0;
    if (fd < 0)
        return OUTCOME_AWAY;
    write_request(&request, path);
    if (stream_send(fd, request.bytes, request.length) && receive_answer(fd, &answer))
        *status = read_answer(&answer, body);
    if (*status == 0)
        text_add(why, "there was no response");
    close(fd);
    text_free(&request);
    text_free(&answer);
    return *status ? OUTCOME_OK : OUTCOME_AWAY;
}
