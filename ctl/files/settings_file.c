#include "ctl/files/settings_file.h"

#include "ctl/files/file.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_name(const char *start, size_t length, const char *name)
{
    return name && strlen(name) == length && memcmp(start, name, length) == 0;
}

/* Which of the settings a line of the file is about, or NULL. */
static const struct setting_line *setting_of(const struct setting_line *lines, const char *line)
{
    const char *start = line + strspn(line, " \t");
    size_t length = strcspn(start, " \t=\r\n");

    for (; lines->name; lines++)
        if (is_name(start, length, lines->name) || is_name(start, length, lines->alias))
            return lines;
    return NULL;
}

/* A value that would be trimmed, or whose quote would be taken for a pair's, stands in quotes. */
static void add_values(const struct setting_line *lines, struct text *content)
{
    for (; lines->name; lines++) {
        const char *value = lines->value;
        if (!value)
            continue;
        bool bare = *value && !strchr(" \t\"'", *value) && !strchr(" \t", value[strlen(value) - 1]);
        text_add_format(content, bare ? "%s=%s\n" : "%s=\"%s\"\n", lines->name, value);
    }
}

/* The new lines stand where the first of the old ones stood. */
static enum outcome read_changed(const char *file, const struct setting_line *lines, struct text *content)
{
    FILE *stream = fopen(file, "re");
    char *line = NULL;
    size_t size = 0;
    bool placed = false;

    if (!stream)
        return OUTCOME_FAILED;
    while (getline(&line, &size, stream) >= 0) {
        if (!setting_of(lines, line)) {
            text_add(content, line);
            if (line[strlen(line) - 1] != '\n')
                text_add_char(content, '\n');
        } else if (!placed) {
            add_values(lines, content);
            placed = true;
        }
    }
    if (!placed)
        add_values(lines, content);
    bool failed = ferror(stream);
    if (line)
        explicit_bzero(line, size);
    free(line);
    fclose(stream);
    return failed ? OUTCOME_FAILED : OUTCOME_OK;
}

/* The owner comes before the mode: a file of two owners' time is open to neither. */
static bool fill(int fd, const struct stat *like, const struct text *content)
{
    return fchown(fd, like->st_uid, like->st_gid) == 0 && fchmod(fd, like->st_mode & 07777) == 0 &&
           file_write(fd, content) && fsync(fd) == 0;
}

static void sync_folder(const char *file)
{
    char *copy = strdup(file);
    int fd = copy ? open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

    if (fd >= 0) {
        fsync(fd);
        close(fd);
    }
    free(copy);
}

static enum outcome replace(const char *file, const struct text *content)
{
    struct stat like;
    char *fresh = text_format("%s.XXXXXX", file);
    int fd = stat(file, &like) == 0 ? mkostemp(fresh, O_CLOEXEC) : -1;
    bool done = fd >= 0 && fill(fd, &like, content);

    if (fd >= 0 && close(fd) != 0)
        done = false;
    if (done && rename(fresh, file) == 0) {
        sync_folder(file);
    } else {
        done = false;
        int saved = errno;
        if (fd >= 0)
            unlink(fresh);
        errno = saved;
    }
    free(fresh);
    return done ? OUTCOME_OK : OUTCOME_FAILED;
}

enum outcome settings_file_change(const char *file, const struct setting_line *lines, struct text *why)
{
    char *real = realpath(file, NULL); /* a link stays one */
    struct text content = TEXT_EMPTY;
    enum outcome outcome = real ? read_changed(real, lines, &content) : OUTCOME_FAILED;

    if (outcome == OUTCOME_OK)
        outcome = replace(real, &content);
    if (outcome != OUTCOME_OK)
        text_add_format(why, "%s cannot be changed: %s", file, strerror(errno));
    text_free_secret(&content);
    free(real);
    return outcome;
}
