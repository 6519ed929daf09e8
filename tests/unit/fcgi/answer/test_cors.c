#include "fcgi/answer/cors.h"

#include "../memory.h"

#include <criterion/criterion.h>
#include <string.h>

static char *listed[] = {"https://app.example.org", "http://localhost:3000", NULL};

/* Whether this origin is admitted at the host studio.test; the headers so far are in memory->written. */
static bool admits(struct memory *memory, const char *origin, const char *https)
{
    memory_open(memory, PARAMETERS("REQUEST_METHOD=GET", "HTTP_HOST=studio.test:8080", origin, https), NULL);
    memory->config.cors_origins = listed;
    memory->config.public_url = "https://studio.example.org";
    bool admitted = cors_admit(&memory->request);
    respond_nothing(&memory->request);
    respond_send(&memory->request);
    return admitted;
}

static void expect(const char *origin, const char *https, bool admitted, bool named)
{
    struct memory memory;
    cr_expect_eq(admits(&memory, origin, https), admitted, "%s", origin);
    cr_expect_eq(strstr(memory.written.bytes, "Access-Control-Allow-Origin: ") != NULL, named, "%s", origin);
    cr_expect(strstr(memory.written.bytes, "Vary: Origin"));
    memory_close(&memory);
}

Test(cors, the_site_itself_may_and_needs_no_header)
{
    expect("A=", "A=", true, false);
    expect("HTTP_ORIGIN=http://studio.test:8080", "A=", true, false);
    expect("HTTP_ORIGIN=https://studio.test:8080", "HTTPS=on", true, false);
    expect("HTTP_ORIGIN=https://studio.example.org", "A=", true, false);
}

Test(cors, listed_origins_may)
{
    expect("HTTP_ORIGIN=https://app.example.org", "A=", true, true);
    expect("HTTP_ORIGIN=http://localhost:3000", "A=", true, true);
}

Test(cors, everybody_else_is_refused)
{
    static const char *const strangers[] = {"HTTP_ORIGIN=null",
                                            "HTTP_ORIGIN=https://app.example.org.evil.test",
                                            "HTTP_ORIGIN=https://evil.test",
                                            "HTTP_ORIGIN=http://app.example.org",
                                            "HTTP_ORIGIN=https://app.example.org:8443",
                                            "HTTP_ORIGIN=https://sub.app.example.org",
                                            "HTTP_ORIGIN=https://app.example.org/",
                                            "HTTP_ORIGIN=http://studio.test",
                                            "HTTP_ORIGIN=https://studio.test:8080",
                                            "HTTP_ORIGIN=http://studio.test:8080.evil.test",
                                            "HTTP_ORIGIN=*"};
    for (size_t i = 0; i < sizeof strangers / sizeof *strangers; i++)
        expect(strangers[i], "A=", false, false);
    expect("HTTP_ORIGIN=http://studio.test:8080", "HTTPS=on", false, false);
}

Test(cors, headers_of_a_listed_origin_stay_when_the_answer_changes)
{
    struct memory memory;
    admits(&memory, "HTTP_ORIGIN=https://app.example.org", "A=");
    answer_reset(memory.request.answer);
    text_clear(&memory.written);
    respond_problem(&memory.request, OUTCOME_DENIED, NULL);
    respond_send(&memory.request);
    cr_expect(strstr(memory.written.bytes, "Access-Control-Allow-Origin: https://app.example.org\r\n"));
    memory_close(&memory);
}
