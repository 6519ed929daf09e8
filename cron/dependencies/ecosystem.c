#include "cron/dependencies/ecosystem.h"

#include <stddef.h>

/* clang-format off */
/* Python finds the packages as those of its user, after its own modules and before those of the host; programs of pip
 * are told the same way where they belong. */
#define PYTHON_BASE "PYTHONUSERBASE=/dependencies"
#define PATH_OF(folder) "PATH=" folder ":/usr/local/bin:/usr/bin:/bin"

static const struct ecosystem ecosystems[SCRIPT_KIND_COUNT] = {
    [SCRIPT_KIND_PYTHON] = {
        .what = "packages",
        .files = {"requirements.txt"},
        .programs = {"python3", "pip3"},
        .install = "apt install python3-pip",
        .argv = {"python3", "-m", "pip", "install", "--user", "--ignore-installed", "--no-cache-dir", "--no-input",
                 "--no-warn-script-location", "--progress-bar=off", "--requirement=requirements.txt"},
        .always = {"PYTHONUSERBASE=/work/tree", "PIP_BREAK_SYSTEM_PACKAGES=1", "PIP_DISABLE_PIP_VERSION_CHECK=1"},
        .offline = {"PIP_NO_INDEX=1"},
        .vendored = {"PIP_FIND_LINKS=/work/vendor"},
        .tree = "tree",
        .folder = DEPENDENCIES_FOLDER,
        .run = {PYTHON_BASE, PATH_OF("/dependencies/bin")},
    },
};
/* clang-format on */

const struct ecosystem *ecosystem_of(enum script_kind_word kind)
{
    return ecosystems[kind].what ? &ecosystems[kind] : NULL;
}
