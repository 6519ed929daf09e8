/* coagentctl trust-proxies: tells nginx which reverse proxies stand in front of it. */
#include "ctl/trust_proxies.h"

#include "ctl/command.h"
#include "ctl/files/file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The address of a client is the last one in the header that no trusted proxy has: a client can write only those
 * before. */
void write_proxies(const struct config *config, struct text *lines)
{
    const char *proxy = config->trusted_proxies;

    text_add(lines,
             "# The reverse proxies in TRUSTED_PROXIES. Written by coagentctl trust-proxies; changes here are lost.\n");
    if (!*proxy) {
        text_add(lines, "# None: the client is always the address that connects, and X-Forwarded-For is ignored.\n");
        return;
    }
    text_add(lines, "real_ip_header X-Forwarded-For;\nreal_ip_recursive on;\n");
    for (size_t length = strcspn(proxy, ","); *proxy; length = strcspn(proxy, ",")) {
        text_add_format(lines, "set_real_ip_from %.*s;\n", (int)length, proxy);
        proxy += length + (proxy[length] == ',');
    }
}

static void report(const struct call *call, const char *file, const struct text *lines)
{
    struct json_object *report;

    if (!call->json) {
        printf("%s is written. For nginx to use it: systemctl reload nginx (or service nginx reload)\n", file);
        return;
    }
    report = json_object_new_object();
    json_object_object_add(report, "file", json_object_new_string(file));
    json_object_object_add(report, "nginx_lines", json_object_new_string(text_string(lines)));
    print_json(report);
}

static enum exit_status run(struct call *call)
{
    const struct choice choices[] = {{NULL}};
    enum exit_status status = read_options(call, choices);
    struct text lines = TEXT_EMPTY;
    char *file;

    if (status != EXIT_DONE)
        return status;
    file = file_beside_settings(PROXIES_FILE);
    write_proxies(call->config, &lines);
    if (file_put(file, 0644, &lines))
        report(call, file, &lines);
    else
        status = complain(call, EXIT_FAILED, "%s cannot be written: %s", file, strerror(errno));
    text_free(&lines);
    free(file);
    return status;
}

const struct command command_trust_proxies = {
    .name = "trust-proxies",
    .summary = "write the nginx lines for the reverse proxies in TRUSTED_PROXIES",
    .help = "Usage: coagentctl trust-proxies [--json]\n"
            "Writes the lines by which nginx accepts client addresses from the reverse proxies in TRUSTED_PROXIES\n"
            "(X-Forwarded-For), and from no other client. The file is " PROXIES_FILE " beside the settings;\n"
            "the site includes it. Run the command after a change of the setting, then reload nginx.\n"
            "\n"
            "  --json          print JSON: {\"file\", \"nginx_lines\"}\n",
    .run = run,
};
