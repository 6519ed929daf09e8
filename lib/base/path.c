#include "base/path.h"

#include <string.h>

bool path_leads_elsewhere(const char *path)
{
    for (const char *part = path;; part++) {
        size_t length = strcspn(part, "/");

        if (length == 0 || (length <= 2 && strspn(part, ".") == length))
            return true;
        part += length;
        if (!*part)
            return false;
    }
}
