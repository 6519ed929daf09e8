/* Zip archives in memory, as people send the folder of a script and get it back. Strict, because strangers make them:
 * an archive with a name twice, a name that leads out of its folder, a link, an encrypted or damaged entry, or more
 * than the limits allow is refused whole. Files that are stored or deflated; ZIP64 is for archives beyond the limits.
 */
#ifndef COAGENT_ZIP_H
#define COAGENT_ZIP_H

#include "base/outcome.h"
#include "base/text.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct zip_file {
    char *name; /* UTF-8, relative: "roles/web/tasks/main.yml" */
    struct text bytes;
    bool executable; /* by its owner, where the archive says so */
};

struct zip {
    struct zip_file *files;
    size_t count;
};

struct zip_limits {
    size_t files;
    size_t bytes; /* of all files, unpacked */
};

/* Unpacks an archive. INVALID, with why a sentence for users, when it is refused. Folders, and what macOS adds for
 * itself (__MACOSX/, .DS_Store), are passed over; so is the one folder that has all files in it, as archives of
 * repositories have. zip_free must follow in any case. */
enum outcome zip_read(struct zip *zip, const void *bytes, size_t length, const struct zip_limits *limits,
                      struct text *why);
void zip_free(struct zip *zip);

/* An archive in the making; begins as ZIP_EMPTY. */
struct zip_writer {
    struct text archive;
    struct text directory; /* goes to the end */
    unsigned count;
};
#define ZIP_EMPTY                                                                                                      \
    {                                                                                                                  \
        TEXT_EMPTY, TEXT_EMPTY, 0                                                                                      \
    }

/* Adds a file, deflated if that is shorter; changed_at in seconds since 1970. */
void zip_add(struct zip_writer *writer, const char *name, const void *bytes, size_t length, bool executable,
             int64_t changed_at);

/* Completes the archive, writer->archive. To be freed in any case. */
void zip_finish(struct zip_writer *writer);
void zip_writer_free(struct zip_writer *writer);

#endif
