#include "targets.h"

#include "zip/zip.h"

#include <stdlib.h>
#include <string.h>

/* The same files packed and read once more. One more is there, so that no folder has them all, which would be left out.
 */
static void check_again(const struct zip *zip, const struct zip_limits *limits)
{
    struct zip_writer writer = ZIP_EMPTY;
    struct text why = TEXT_EMPTY;
    struct zip again;

    zip_add(&writer, "!", "", 0, false, 0);
    for (size_t i = 0; i < zip->count; i++)
        zip_add(&writer, zip->files[i].name, text_string(&zip->files[i].bytes), zip->files[i].bytes.length,
                zip->files[i].executable, 0);
    zip_finish(&writer);
    if (zip_read(&again, writer.archive.bytes, writer.archive.length, limits, &why) != OUTCOME_OK ||
        again.count != zip->count + 1)
        abort();
    for (size_t i = 0; i < zip->count; i++)
        if (strcmp(again.files[i + 1].name, zip->files[i].name) != 0 ||
            again.files[i + 1].bytes.length != zip->files[i].bytes.length)
            abort();
    zip_free(&again);
    text_free(&why);
    zip_writer_free(&writer);
}

/* What is not refused is within the limits and in order. */
static void check(const struct zip *zip, const struct zip_limits *limits)
{
    size_t bytes = 0;

    for (size_t i = 0; i < zip->count; i++) {
        bytes += zip->files[i].bytes.length;
        if (zip->files[i].name[0] == '/' || (i > 0 && strcmp(zip->files[i - 1].name, zip->files[i].name) >= 0))
            abort();
    }
    if (zip->count == 0 || zip->count > limits->files || bytes > limits->bytes)
        abort();
    if (zip->count < limits->files && strcmp(zip->files[0].name, "!") > 0)
        check_again(zip, limits);
}

void fuzz_zip(const char *bytes, size_t length)
{
    const struct zip_limits limits = {8, 4096};
    struct text why = TEXT_EMPTY;
    struct zip zip;

    if (zip_read(&zip, bytes, length, &limits, &why) == OUTCOME_OK)
        check(&zip, &limits);
    else if (why.length == 0)
        abort();
    zip_free(&zip);
    text_free(&why);
}
