#include "ctl/files/file.h"

#include "base/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

char *file_folder(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash ? text_format("%.*s", slash == path ? 1 : (int)(slash - path), path) : text_format(".");
}

char *file_beside_settings(const char *name)
{
    char *folder = file_folder(config_path() ? config_path() : "/etc/coagent/coagent.conf");
    char *path = text_format("%s/%s", folder, name);

    free(folder);
    return path;
}

bool file_write(int fd, const struct text *content)
{
    for (size_t written = 0; written < content->length;) {
        ssize_t count = write(fd, content->bytes + written, content->length - written);

        if (count < 0 && errno == EINTR)
            continue;
        if (count <= 0)
            return false;
        written += (size_t)count;
    }
    return true;
}

bool file_put(const char *path, mode_t mode, const struct text *content)
{
    char *new_path = text_format("%s.new", path);
    struct stat old;
    bool put_there = false;
    int fd;

    unlink(new_path);
    fd = open(new_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode);
    if (fd >= 0) {
        put_there = file_write(fd, content) && fchmod(fd, mode) == 0;
        if (put_there && stat(path, &old) == 0)
            put_there = fchown(fd, old.st_uid, old.st_gid) == 0 && fchmod(fd, mode | (old.st_mode & 0040U)) == 0;
        put_there = fsync(fd) == 0 && put_there;
        put_there = close(fd) == 0 && put_there && rename(new_path, path) == 0;
    }
    free(new_path);
    return put_there;
}

bool file_holds(const char *path, const struct text *content)
{
    FILE *stream = fopen(path, "re");
    size_t place = 0;
    int byte;

    if (!stream)
        return false;
    while ((byte = getc(stream)) != EOF && place < content->length && (unsigned char)content->bytes[place] == byte)
        place++;
    fclose(stream);
    return byte == EOF && place == content->length;
}
