#include "cron/dependencies/needs.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

#define FILE_OF(path, content)                                                                                         \
    {                                                                                                                  \
        .name = (path), .bytes = (content), .length = sizeof(content) - 1, .place = SANDBOX_WORK                       \
    }

static const char *registry;
static struct needs needs;
static struct text why;

static void clear(void)
{
    needs_free(&needs);
    text_free(&why);
}

TestSuite(needs, .fini = clear);

/* Python's, whose programs each machine that runs these tests has. */
static enum outcome read_some(struct sandbox_file *files, size_t count, const char *reach)
{
    const struct folder folder = {files, count};

    needs_free(&needs);
    return needs_read(&needs, &(struct needs_of){SCRIPT_KIND_PYTHON, "/usr/bin/python3", &folder, reach, registry},
                      &why);
}

Test(needs, a_script_without_its_file_needs_nothing)
{
    struct sandbox_file files[] = {FILE_OF("package.json", "{}"), FILE_OF("lib/requirements.txt", "x"),
                                   FILE_OF("vendor/x.whl", "x")};

    cr_expect_eq(read_some(files, 3, NULL), OUTCOME_OK);
    cr_expect_null(needs.ecosystem);
    cr_expect_eq(read_some(NULL, 0, NULL), OUTCOME_OK);
    cr_expect_null(needs.ecosystem);
}

Test(needs, the_file_of_another_kind_asks_for_nothing)
{
    struct sandbox_file files[] = {FILE_OF("requirements.txt", "x")};
    const struct folder folder = {files, 1};

    cr_expect_eq(needs_read(&needs, &(struct needs_of){SCRIPT_KIND_SH, "/bin/bash", &folder, NULL, NULL}, &why),
                 OUTCOME_OK);
    cr_expect_null(needs.ecosystem);
}

Test(needs, the_installer_sees_its_files_and_vendor_alone)
{
    struct sandbox_file files[] = {FILE_OF("pip.conf", "x"), FILE_OF("requirements.txt", "x"),
                                   FILE_OF("vendor/deep/x.whl", "x"), FILE_OF("vendored/x.whl", "x")};

    cr_expect_eq(read_some(files, 4, NULL), OUTCOME_OK);
    cr_expect_str_eq(needs_file(&needs), "requirements.txt");
    cr_assert_eq(needs.file_count, 2);
    cr_expect_str_eq(needs.files[0].name, "requirements.txt");
    cr_expect_str_eq(needs.files[1].name, "vendor/deep/x.whl");
    cr_expect(needs.vendored);
}

static void expect_key(const char *key, bool same)
{
    cr_expect_eq(strlen(needs.key), NEEDS_KEY_SIZE - 1);
    cr_expect_eq(strcmp(key, needs.key) == 0, same);
}

Test(needs, the_key_is_of_all_that_the_installer_sees)
{
    struct sandbox_file files[] = {FILE_OF("other.py", "x"), FILE_OF("requirements.txt", "one"),
                                   FILE_OF("vendor/a", "two")};
    char key[NEEDS_KEY_SIZE];

    read_some(files, 3, NULL);
    memcpy(key, needs.key, sizeof key);
    files[0].bytes = "y";
    read_some(files, 3, NULL);
    expect_key(key, true);
    files[2].name = "vendor/b";
    read_some(files, 3, NULL);
    expect_key(key, false);
    files[2].name = "vendor/a";
    files[2].bytes = "2wo";
    read_some(files, 3, NULL);
    expect_key(key, false);
    files[2].bytes = "two";
    files[2].executable = true;
    read_some(files, 3, NULL);
    expect_key(key, false);
    files[2].executable = false;
    read_some(files, 2, NULL);
    expect_key(key, false);
    read_some(files, 3, "internet\n");
    expect_key(key, false);
    registry = "https://packages.example.org/";
    read_some(files, 3, NULL);
    expect_key(key, false);
    registry = NULL;
    read_some(files, 3, NULL);
    expect_key(key, true);
}

/* The end of one and the beginning of the next are not the same wherever they are cut. */
Test(needs, no_two_folders_have_one_key)
{
    struct sandbox_file files[] = {FILE_OF("requirements.txt", "x"), FILE_OF("vendor/a", "bc")};
    char key[NEEDS_KEY_SIZE];

    read_some(files, 2, NULL);
    memcpy(key, needs.key, sizeof key);
    files[1] = (struct sandbox_file)FILE_OF("vendor/ab", "c");
    read_some(files, 2, NULL);
    expect_key(key, false);
}

Test(needs, every_ecosystem_is_whole)
{
    for (int kind = 0; kind < SCRIPT_KIND_COUNT; kind++) {
        const struct ecosystem *ecosystem = ecosystem_of((enum script_kind_word)kind);
        const struct script_kind_row *row = &script_kind_rows[kind];

        cr_expect_str_eq(ecosystem ? ecosystem->files[0] : "", row->packages, "%s", row->name);
        if (!ecosystem)
            continue;
        cr_expect(ecosystem->what && ecosystem->tree && ecosystem->folder && ecosystem->registry, "%s", row->name);
        cr_expect_eq(ecosystem->installer == NULL, ecosystem->install == NULL, "%s", row->name);
        cr_expect_null(ecosystem->argv[ECOSYSTEM_ARGUMENTS - 1], "%s", row->name);
        cr_expect_null(ecosystem->run[ECOSYSTEM_VARIABLES - 1], "%s", row->name);
        cr_expect_null(ecosystem->always[ECOSYSTEM_VARIABLES - 1], "%s", row->name);
    }
}

static enum outcome read_node(const char *package, bool locked)
{
    struct sandbox_file files[] = {
        {.name = "package.json", .bytes = package, .length = strlen(package), .place = SANDBOX_WORK},
        FILE_OF("package-lock.json", "{}")};
    const struct folder folder = {files, locked ? 2 : 1};
    enum outcome outcome;

    needs_free(&needs);
    text_clear(&why);
    outcome = needs_read(&needs, &(struct needs_of){SCRIPT_KIND_NODE, "/usr/bin/node", &folder, NULL, NULL}, &why);
    needs.of.folder = NULL; /* it is of this function */
    return outcome;
}

Test(needs, a_package_without_dependencies_asks_for_none)
{
    static const char *const packages[] = {"{\"type\":\"module\"}",
                                           "{\"dependencies\":{}}",
                                           "{\"dependencies\":[1]}",
                                           "{\"devDependencies\":{\"x\":\"1\"}}",
                                           "[]",
                                           "no JSON",
                                           ""};

    for (size_t i = 0; i < sizeof packages / sizeof *packages; i++) {
        cr_expect_eq(read_node(packages[i], true), OUTCOME_OK, "%s", packages[i]);
        cr_expect_null(needs.ecosystem, "%s", packages[i]);
    }
}

Test(needs, dependencies_of_a_package_need_its_lock)
{
    cr_expect_eq(read_node("{\"dependencies\":{\"x\":\"1\"}}", false), OUTCOME_INVALID);
    cr_expect_str_eq(text_string(&why), "package-lock.json is missing beside package.json: npm install makes it.");
    cr_expect_null(needs.ecosystem);
    cr_expect_eq(read_node("{\"optionalDependencies\":{\"x\":\"1\"}}", false), OUTCOME_INVALID);
}
