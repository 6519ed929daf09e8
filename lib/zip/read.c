#include "zip/format.h"
#include "zip/zip.h"

#include "base/json.h"
#include "base/path.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <zlib.h>

struct archive {
    const unsigned char *bytes;
    size_t length;
    size_t directory; /* where it begins; files end before it */
    size_t unpacked;  /* bytes of all files so far */
    const struct zip_limits *limits;
    struct zip *zip;
    struct text *why;
};

/* As the directory describes a file. */
struct entry {
    uint32_t made_by, flags, method, crc, packed, length, attributes, local;
    const char *name; /* not terminated */
    size_t name_length;
    size_t bytes; /* of the whole entry */
};

static uint32_t number_at(const struct archive *archive, size_t at, int bytes)
{
    uint32_t number = 0;

    for (int i = 0; i < bytes; i++)
        number |= (uint32_t)archive->bytes[at + (size_t)i] << (8 * i);
    return number;
}

static bool refuse(struct archive *archive, const char *sentence)
{
    if (archive->why->length == 0)
        text_add(archive->why, sentence);
    return false;
}

static bool refuse_entry(struct archive *archive, const char *name, const char *sentence)
{
    if (archive->why->length == 0)
        text_add_format(archive->why, "%s: %s", name, sentence);
    return false;
}

static bool refuse_damaged(struct archive *archive)
{
    return refuse(archive, "The file is damaged, or is not a zip archive.");
}

/* The end record is the last thing in the file but for a comment. */
static bool find_end(struct archive *archive, size_t *end)
{
    size_t least =
        archive->length > ZIP_END_BYTES + ZIP_COMMENT_MOST ? archive->length - ZIP_END_BYTES - ZIP_COMMENT_MOST : 0;

    if (archive->length < ZIP_END_BYTES)
        return false;
    for (*end = archive->length - ZIP_END_BYTES;; --*end) {
        if (number_at(archive, *end, 4) == ZIP_END_SIGNATURE &&
            *end + ZIP_END_BYTES + number_at(archive, *end + 20, 2) == archive->length)
            return true;
        if (*end == least)
            return false;
    }
}

static bool read_entry(struct archive *archive, size_t at, size_t end, struct entry *entry)
{
    if (end - at < ZIP_ENTRY_BYTES || number_at(archive, at, 4) != ZIP_ENTRY_SIGNATURE)
        return refuse_damaged(archive);
    *entry = (struct entry){
        .made_by = number_at(archive, at + 4, 2) >> 8,
        .flags = number_at(archive, at + 8, 2),
        .method = number_at(archive, at + 10, 2),
        .crc = number_at(archive, at + 16, 4),
        .packed = number_at(archive, at + 20, 4),
        .length = number_at(archive, at + 24, 4),
        .attributes = number_at(archive, at + 38, 4),
        .local = number_at(archive, at + 42, 4),
        .name = (const char *)archive->bytes + at + ZIP_ENTRY_BYTES,
        .name_length = number_at(archive, at + 28, 2),
    };
    entry->bytes =
        ZIP_ENTRY_BYTES + entry->name_length + number_at(archive, at + 30, 2) + number_at(archive, at + 32, 2);
    return end - at >= entry->bytes || refuse_damaged(archive);
}

static bool ends_with(const char *name, const char *ending)
{
    size_t length = strlen(name), most = strlen(ending);

    return length >= most && strcmp(name + length - most, ending) == 0;
}

/* Folders are there by the files in them; Finder leaves files that nobody asked for. */
static bool is_passed_over(const char *name)
{
    return ends_with(name, "/") || strncmp(name, "__MACOSX/", strlen("__MACOSX/")) == 0 || strstr(name, "/__MACOSX/") ||
           strcmp(name, ".DS_Store") == 0 || ends_with(name, "/.DS_Store");
}

static bool check_name(struct archive *archive, const struct entry *entry, const char *name)
{
    if (strlen(name) != entry->name_length || !utf8_is_valid(name, entry->name_length))
        return refuse(archive, "The name of a file is not UTF-8 text.");
    if (strchr(name, '\\'))
        return refuse_entry(archive, name, "Separate folders with \"/\", not with \"\\\".");
    return (ends_with(name, "/") && name[0] != '/' && !strstr(name, "..")) || !path_leads_elsewhere(name) ||
           refuse_entry(archive, name, "A path must be relative, without empty parts, \".\" and \"..\".");
}

/* Only regular files; archives that know no such kinds have nothing else. */
static bool check_kind(struct archive *archive, const struct entry *entry, const char *name)
{
    mode_t mode = entry->made_by == ZIP_MADE_ON_UNIX ? entry->attributes >> 16 : 0;

    if (entry->flags & ZIP_FLAGS_ENCRYPTED)
        return refuse_entry(archive, name, "The archive is encrypted. Create it without a password.");
    if (S_ISLNK(mode))
        return refuse_entry(archive, name, "Links cannot be part of a script. Replace it with the file.");
    if ((mode & S_IFMT) && !S_ISREG(mode))
        return refuse_entry(archive, name, "This is not a regular file.");
    if (entry->method != ZIP_STORED && entry->method != ZIP_DEFLATED)
        return refuse_entry(archive, name, "The compression method is not supported. Use \"deflate\".");
    return true;
}

static bool check_size(struct archive *archive, const struct entry *entry)
{
    if (archive->zip->count == archive->limits->files)
        return refuse(archive, "The archive has too many files.");
    if (entry->length > archive->limits->bytes - archive->unpacked)
        return refuse(archive, "The files of the archive are too large.");
    archive->unpacked += entry->length;
    return true;
}

/* Where the bytes of the file begin; 0: its own header does not agree with the directory. */
static size_t find_bytes(const struct archive *archive, const struct entry *entry)
{
    size_t at = entry->local, start;

    if (at > archive->directory || archive->directory - at < ZIP_LOCAL_BYTES ||
        number_at(archive, at, 4) != ZIP_LOCAL_SIGNATURE || number_at(archive, at + 26, 2) != entry->name_length)
        return 0;
    start = at + ZIP_LOCAL_BYTES + entry->name_length + number_at(archive, at + 28, 2);
    if (start > archive->directory || archive->directory - start < entry->packed ||
        memcmp(archive->bytes + at + ZIP_LOCAL_BYTES, entry->name, entry->name_length) != 0)
        return 0;
    return start;
}

/* Exactly the bytes that are announced: no more is ever written. */
static bool inflated(const unsigned char *packed, size_t packed_length, unsigned char *bytes, size_t length)
{
    z_stream stream = {.next_in = (Bytef *)(uintptr_t)packed, .avail_in = (uInt)packed_length};
    bool done;

    stream.next_out = bytes;
    stream.avail_out = (uInt)length;
    if (inflateInit2(&stream, -MAX_WBITS) != Z_OK)
        return false;
    done = inflate(&stream, Z_FINISH) == Z_STREAM_END && stream.total_out == length && stream.avail_in == 0;
    inflateEnd(&stream);
    return done;
}

static bool unpack(struct archive *archive, const struct entry *entry, struct text *text)
{
    size_t start = find_bytes(archive, entry);
    unsigned char *bytes = malloc(entry->length + 1);
    bool done = bytes && start > 0;

    if (done && entry->method == ZIP_DEFLATED)
        done = inflated(archive->bytes + start, entry->packed, bytes, entry->length);
    else if (done && entry->packed == entry->length)
        memcpy(bytes, archive->bytes + start, entry->length);
    else
        done = false;
    done = done && crc32(0, bytes, entry->length) == entry->crc;
    if (done)
        text_add_bytes(text, bytes, entry->length);
    free(bytes);
    return done;
}

static bool add_file(struct archive *archive, const struct entry *entry, const char *name)
{
    struct zip *zip = archive->zip;
    struct zip_file *file;

    if (!check_kind(archive, entry, name) || !check_size(archive, entry))
        return false;
    if (!zip->files) {
        zip->files = calloc(archive->limits->files, sizeof *zip->files);
        if (!zip->files)
            abort();
    }
    file = &zip->files[zip->count++];
    file->name = text_format("%s", name);
    file->executable = entry->made_by == ZIP_MADE_ON_UNIX && (entry->attributes >> 16 & S_IXUSR);
    return unpack(archive, entry, &file->bytes) || refuse_entry(archive, name, "The file is damaged.");
}

static bool take_entry(struct archive *archive, const struct entry *entry)
{
    char *name = text_format("%.*s", (int)entry->name_length, entry->name);
    bool taken = check_name(archive, entry, name) && (is_passed_over(name) || add_file(archive, entry, name));

    free(name);
    return taken;
}

static bool read_directory(struct archive *archive)
{
    size_t end, at;
    uint32_t count, bytes;
    struct entry entry;

    if (!find_end(archive, &end))
        return refuse_damaged(archive);
    count = number_at(archive, end + 10, 2);
    bytes = number_at(archive, end + 12, 4);
    archive->directory = number_at(archive, end + 16, 4);
    if (number_at(archive, end + 4, 4) != 0 || number_at(archive, end + 8, 2) != count || archive->directory > end ||
        end - archive->directory != bytes)
        return refuse_damaged(archive);
    at = archive->directory;
    for (uint32_t i = 0; i < count; i++, at += entry.bytes)
        if (!read_entry(archive, at, end, &entry) || !take_entry(archive, &entry))
            return false;
    return at == end || refuse_damaged(archive);
}

static int by_name(const void *a, const void *b)
{
    return strcmp(((const struct zip_file *)a)->name, ((const struct zip_file *)b)->name);
}

/* Sorts them; false when a name is there twice. */
static bool sort_files(struct archive *archive)
{
    struct zip *zip = archive->zip;

    if (zip->count == 0)
        return refuse(archive, "The archive has no files.");
    qsort(zip->files, zip->count, sizeof *zip->files, by_name);
    for (size_t i = 1; i < zip->count; i++)
        if (by_name(&zip->files[i - 1], &zip->files[i]) == 0)
            return refuse_entry(archive, zip->files[i].name, "The archive has this file twice.");
    return true;
}

/* "repository-main/site.yml" becomes "site.yml" when all are in that folder. */
static void strip_common_folder(struct zip *zip)
{
    const char *first = zip->files[0].name;
    size_t length = strcspn(first, "/") + 1;

    if (!strchr(first, '/'))
        return;
    for (size_t i = 1; i < zip->count; i++)
        if (strncmp(zip->files[i].name, first, length) != 0)
            return;
    for (size_t i = 0; i < zip->count; i++)
        memmove(zip->files[i].name, zip->files[i].name + length, strlen(zip->files[i].name + length) + 1);
}

enum outcome zip_read(struct zip *zip, const void *bytes, size_t length, const struct zip_limits *limits,
                      struct text *why)
{
    struct archive archive = {.bytes = bytes, .length = length, .limits = limits, .zip = zip, .why = why};

    *zip = (struct zip){NULL, 0};
    if (!read_directory(&archive) || !sort_files(&archive))
        return OUTCOME_INVALID;
    strip_common_folder(zip);
    return OUTCOME_OK;
}

void zip_free(struct zip *zip)
{
    for (size_t i = 0; i < zip->count; i++) {
        free(zip->files[i].name);
        text_free(&zip->files[i].bytes);
    }
    free(zip->files);
}
