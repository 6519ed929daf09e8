/* coagentctl make-certificate: a certificate of one's own, and what nginx has to be told about it. */
#include "base/number.h"
#include "ctl/certificate.h"
#include "ctl/command.h"
#include "ctl/files/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAMES_MOST 32
#define DAYS_MOST 3650
#define HOST_SIZE 256

struct order {
    const char *folder;
    const char *days_text;
    bool force;
    bool print_nginx;
    int days;
    char *certificate_file; /* owned, like the two that follow */
    char *key_file;
    char *nginx_file;
    const char *names[NAMES_MOST + 1];
    struct text url_name;
    char host_name[HOST_SIZE];
};

/* Where the settings say; else in --folder; else beside the settings. Absolute, because nginx reads them elsewhere. */
static void choose_files(const struct call *call, struct order *order)
{
    const struct config *config = call->config;
    char *folder = order->folder ? text_format("%s", order->folder) : file_beside_settings("tls");
    char *whole = *folder == '/' ? NULL : realpath(".", NULL);

    if (config && config->ssl_certfile && !order->folder) {
        free(folder);
        folder = file_folder(config->ssl_certfile);
        order->certificate_file = text_format("%s", config->ssl_certfile);
        order->key_file = text_format("%s", config->ssl_keyfile);
    } else {
        order->certificate_file = text_format("%s%s%s/certificate.pem", whole ? whole : "", whole ? "/" : "", folder);
        order->key_file = text_format("%s%s%s/key.pem", whole ? whole : "", whole ? "/" : "", folder);
    }
    order->nginx_file = text_format("%s%s%s/nginx.conf", whole ? whole : "", whole ? "/" : "", folder);
    free(whole);
    free(folder);
}

static void add_name(struct order *order, const char *name)
{
    int count = 0;

    for (; order->names[count]; count++)
        if (strcmp(order->names[count], name) == 0)
            return;
    if (*name && count < NAMES_MOST)
        order->names[count] = name;
}

/* Those that were given; else how the site is reached from here and as PUBLIC_URL says. */
static void choose_names(const struct call *call, struct order *order)
{
    for (int i = 0; i < call->operands; i++)
        add_name(order, call->operand[i]);
    if (call->operands > 0)
        return;
    if (call->config)
        url_host(call->config->public_url, &order->url_name);
    add_name(order, text_string(&order->url_name));
    if (gethostname(order->host_name, sizeof order->host_name - 1) == 0)
        add_name(order, order->host_name);
    add_name(order, "localhost");
    add_name(order, "127.0.0.1");
    add_name(order, "::1");
}

/* How TLS is spoken; wss comes with https, on the same port. */
static void write_nginx(struct text *lines, const struct order *order, bool listens)
{
    text_add_format(lines, "# https and wss for the site: lines for its server block. Created by coagentctl.\n");
    if (listens)
        text_add(lines, "listen 443 ssl http2;\nlisten [::]:443 ssl http2;\n");
    text_add_format(lines,
                    "ssl_certificate %s;\n"
                    "ssl_certificate_key %s;\n"
                    "ssl_protocols TLSv1.2 TLSv1.3;\n"
                    "ssl_ciphers ECDHE+AESGCM:ECDHE+CHACHA20;\n"
                    "ssl_prefer_server_ciphers off;\n"
                    "ssl_session_cache shared:coagent_tls:10m;\n"
                    "ssl_session_timeout 1d;\n"
                    "ssl_session_tickets off;\n",
                    order->certificate_file, order->key_file);
}

/* A certificate that somebody else has issued is never replaced. */
static enum exit_status allow(const struct call *call, const struct order *order)
{
    struct certificate_facts facts;
    struct text why = TEXT_EMPTY;
    enum outcome outcome = certificate_read(order->certificate_file, NULL, "", &facts, &why);
    enum exit_status status = EXIT_DONE;

    if (outcome == OUTCOME_OK && !facts.self_signed)
        status = complain(call, EXIT_FAILED, "%s was issued by an authority: renew it there, or remove it first",
                          order->certificate_file);
    else if (!order->force && (access(order->certificate_file, F_OK) == 0 || access(order->key_file, F_OK) == 0))
        status = complain(call, EXIT_FAILED, "%s already contains a certificate; --force replaces it",
                          order->certificate_file);
    text_free(&why);
    return status;
}

static enum exit_status write_all(const struct call *call, const struct order *order, const struct text *certificate,
                                  const struct text *key, const struct text *nginx)
{
    char *folder = file_folder(order->certificate_file);
    enum exit_status status = EXIT_DONE;

    if (mkdir(folder, 0755) != 0 && errno != EEXIST)
        status = complain(call, EXIT_FAILED, "%s cannot be created: %s", folder, strerror(errno));
    else if (!file_put(order->key_file, 0600, key) || !file_put(order->certificate_file, 0644, certificate) ||
             !file_put(order->nginx_file, 0644, nginx))
        status = complain(call, EXIT_FAILED, "the files in %s cannot be written: %s", folder, strerror(errno));
    free(folder);
    return status;
}

static void report_json(const struct order *order, const struct text *nginx)
{
    struct json_object *report = json_object_new_object(), *names = json_object_new_array();

    for (const char *const *name = order->names; *name; name++)
        json_object_array_add(names, json_object_new_string(*name));
    json_object_object_add(report, "certificate", json_object_new_string(order->certificate_file));
    json_object_object_add(report, "key", json_object_new_string(order->key_file));
    json_object_object_add(report, "nginx", json_object_new_string(order->nginx_file));
    json_object_object_add(report, "nginx_lines", json_object_new_string(text_string(nginx)));
    json_object_object_add(report, "names", names);
    json_object_object_add(report, "days", json_object_new_int(order->days));
    print_json(report);
}

static void report(const struct call *call, const struct order *order, const struct text *nginx)
{
    if (call->json) {
        report_json(order, nginx);
        return;
    }
    printf("certificate  %s\nkey          %s\nvalid        %d days, for", order->certificate_file, order->key_file,
           order->days);
    for (const char *const *name = order->names; *name; name++)
        printf(" %s", *name);
    printf("\n\nSettings:\n\n  SSL_CERTFILE=%s\n  SSL_KEYFILE=%s\n  PUBLIC_URL=https://%s\n", order->certificate_file,
           order->key_file, order->names[0]);
    printf("\nFor the server block of nginx (include %s;):\n\n%s", order->nginx_file, text_string(nginx));
    printf("\nBrowsers show a warning unless you add the certificate to their authorities.\n");
}

static enum exit_status make(const struct call *call, struct order *order)
{
    struct text certificate = TEXT_EMPTY, key = TEXT_EMPTY, nginx = TEXT_EMPTY, why = TEXT_EMPTY;
    enum exit_status status = allow(call, order);
    enum outcome outcome;

    if (status != EXIT_DONE)
        return status;
    choose_names(call, order);
    write_nginx(&nginx, order, true);
    outcome = certificate_make(order->names, order->days, &certificate, &key, &why);
    if (outcome != OUTCOME_OK)
        status = complain(call, outcome == OUTCOME_INVALID ? EXIT_USAGE : EXIT_FAILED, "%s", text_string(&why));
    else
        status = write_all(call, order, &certificate, &key, &nginx);
    if (status == EXIT_DONE)
        report(call, order, &nginx);
    text_free_secret(&key);
    text_free(&certificate);
    text_free(&nginx);
    text_free(&why);
    return status;
}

static enum exit_status print_nginx(const struct call *call, const struct order *order)
{
    struct text lines = TEXT_EMPTY;

    write_nginx(&lines, order, false);
    if (call->json)
        report_json(order, &lines);
    else
        fputs(text_string(&lines), stdout);
    text_free(&lines);
    return EXIT_DONE;
}

static enum exit_status run(struct call *call)
{
    struct order order = {.days_text = "397", .url_name = TEXT_EMPTY};
    const struct choice choices[] = {{"folder", &order.folder, NULL},
                                     {"days", &order.days_text, NULL},
                                     {"force", NULL, &order.force},
                                     {"print-nginx", NULL, &order.print_nginx},
                                     {NULL}};
    enum exit_status status = read_options(call, choices);
    long long days;

    if (status != EXIT_DONE)
        return status;
    if (number_parse(order.days_text, 1, DAYS_MOST, &days) != OUTCOME_OK)
        return complain(call, EXIT_USAGE, "--days takes a number from 1 to %d", DAYS_MOST);
    if (call->operands > NAMES_MOST)
        return complain(call, EXIT_USAGE, "specify at most %d names", NAMES_MOST);
    order.days = (int)days;
    choose_files(call, &order);
    status = order.print_nginx ? print_nginx(call, &order) : make(call, &order);
    free(order.certificate_file);
    free(order.key_file);
    free(order.nginx_file);
    text_free(&order.url_name);
    return status;
}

const struct command command_make_certificate = {
    .name = "make-certificate",
    .summary = "create a self-signed certificate and the nginx lines for https and wss",
    .help =
        "Usage: coagentctl make-certificate [--folder DIR] [--days N] [--force] [--print-nginx] [--json] [NAME]...\n"
        "Creates a key and a self-signed certificate for these DNS names and IP addresses (default: the host\n"
        "of PUBLIC_URL, this machine's name, localhost, 127.0.0.1 and ::1). The files are those in SSL_CERTFILE\n"
        "and SSL_KEYFILE, else certificate.pem and key.pem in the folder \"tls\" beside the settings. It also\n"
        "writes nginx.conf with the lines for the server block of the site, and prints these lines.\n"
        "\n"
        "  --folder DIR    the folder to write to\n"
        "  --days N        the validity in days (default 397, the most that browsers accept)\n"
        "  --force         replace an existing self-signed certificate; one from an authority is never replaced\n"
        "  --print-nginx   create nothing; print the lines for the existing certificate, without \"listen\"\n"
        "  --json          print JSON: {\"certificate\", \"key\", \"nginx\", \"nginx_lines\", \"names\", "
        "\"days\"}\n",
    .without_settings = true,
    .operand = "a name",
    .run = run,
};
