#include "zip/format.h"
#include "zip/zip.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <zlib.h>

#define VERSION_NEEDED 20U /* 2.0: folders and deflation */
#define YEARS_BEFORE 80    /* from 1900 to the first year of DOS */

static void add_number(struct text *text, uint32_t number, int bytes)
{
    for (int i = 0; i < bytes; i++)
        text_add_char(text, (char)(number >> (8 * i) & 0xff));
}

static uint32_t dos_time(int64_t changed_at)
{
    time_t at = (time_t)changed_at;
    struct tm parts;

    if (!gmtime_r(&at, &parts) || parts.tm_year < YEARS_BEFORE)
        return 1U << 21 | 1U << 16;
    return (uint32_t)(parts.tm_year - YEARS_BEFORE) << 25 | (uint32_t)(parts.tm_mon + 1) << 21 |
           (uint32_t)parts.tm_mday << 16 | (uint32_t)parts.tm_hour << 11 | (uint32_t)parts.tm_min << 5 |
           (uint32_t)parts.tm_sec / 2;
}

/* The raw deflated bytes; false when they are no shorter. */
static bool deflated(const void *bytes, size_t length, struct text *packed)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)bytes, .avail_in = (uInt)length};
    unsigned char *buffer;
    bool done;

    if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, MAX_MEM_LEVEL, Z_DEFAULT_STRATEGY) != Z_OK)
        return false;
    buffer = malloc(length + 1);
    stream.next_out = buffer;
    stream.avail_out = buffer ? (uInt)length : 0;
    done = deflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out < length;
    if (done)
        text_add_bytes(packed, buffer, stream.total_out);
    deflateEnd(&stream);
    free(buffer);
    return done;
}

/* What the local header and the directory say alike. */
static void add_facts(struct text *text, const char *name, uint32_t method, int64_t changed_at, const void *bytes,
                      size_t length, size_t packed_length)
{
    add_number(text, VERSION_NEEDED, 2);
    add_number(text, ZIP_FLAG_UTF8, 2);
    add_number(text, method, 2);
    add_number(text, dos_time(changed_at), 4);
    add_number(text, (uint32_t)crc32(0, bytes, (uInt)length), 4);
    add_number(text, (uint32_t)packed_length, 4);
    add_number(text, (uint32_t)length, 4);
    add_number(text, (uint32_t)strlen(name), 2);
    add_number(text, 0, 2); /* extra fields */
}

void zip_add(struct zip_writer *writer, const char *name, const void *bytes, size_t length, bool executable,
             int64_t changed_at)
{
    struct text packed = TEXT_EMPTY;
    uint32_t at = (uint32_t)writer->archive.length;
    uint32_t method = deflated(bytes, length, &packed) ? ZIP_DEFLATED : ZIP_STORED;
    size_t packed_length = method == ZIP_DEFLATED ? packed.length : length;

    add_number(&writer->archive, ZIP_LOCAL_SIGNATURE, 4);
    add_facts(&writer->archive, name, method, changed_at, bytes, length, packed_length);
    text_add(&writer->archive, name);
    text_add_bytes(&writer->archive, method == ZIP_DEFLATED ? packed.bytes : bytes, packed_length);

    add_number(&writer->directory, ZIP_ENTRY_SIGNATURE, 4);
    add_number(&writer->directory, ZIP_MADE_ON_UNIX << 8 | VERSION_NEEDED, 2);
    add_facts(&writer->directory, name, method, changed_at, bytes, length, packed_length);
    add_number(&writer->directory, 0, 2); /* comment */
    add_number(&writer->directory, 0, 2); /* disk */
    add_number(&writer->directory, 0, 2); /* internal attributes */
    add_number(&writer->directory, (uint32_t)(S_IFREG | (executable ? 0755 : 0644)) << 16, 4);
    add_number(&writer->directory, at, 4);
    text_add(&writer->directory, name);
    writer->count++;
    text_free(&packed);
}

void zip_finish(struct zip_writer *writer)
{
    uint32_t at = (uint32_t)writer->archive.length;

    text_add_bytes(&writer->archive, text_string(&writer->directory), writer->directory.length);
    add_number(&writer->archive, ZIP_END_SIGNATURE, 4);
    add_number(&writer->archive, 0, 4); /* disks */
    add_number(&writer->archive, writer->count, 2);
    add_number(&writer->archive, writer->count, 2);
    add_number(&writer->archive, (uint32_t)writer->directory.length, 4);
    add_number(&writer->archive, at, 4);
    add_number(&writer->archive, 0, 2); /* comment */
}

void zip_writer_free(struct zip_writer *writer)
{
    text_free(&writer->archive);
    text_free(&writer->directory);
}
