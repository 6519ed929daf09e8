#include "cron/script/attend.h"

#include "base/clock.h"
#include "cron/run/lease.h"

#include <poll.h>
#include <unistd.h>

#define STOP_GRACE_MS 5000 /* between asking and killing */
#define TELL_MS 30         /* a run that is over by then is told of once, at its end */
#define READS 16           /* of a pipe, before the other one and the clock are looked at */

static void read_some(struct attendance *attendance, enum output_stream stream, int *fd)
{
    for (int i = 0; i < READS && output_has_room(attendance->output); i++) {
        int64_t seen = attendance->output->seen;

        if (!output_read(attendance->output, stream, *fd)) {
            close(*fd);
            *fd = -1;
            return;
        }
        if (attendance->output->seen == seen)
            return;
    }
}

static void stop_when_due(struct attendance *attendance)
{
    const struct execution *execution = attendance->execution;

    if (output_is_flood(attendance->output))
        sandbox_stop(attendance->sandbox, RUN_END_OUTPUT, 0);
    if (attendance->stopping || execution->state == EXECUTION_GOING)
        return;
    attendance->stopping = true;
    sandbox_stop(attendance->sandbox, execution->state == EXECUTION_TIMED_OUT ? RUN_END_WALL_TIME : RUN_END_CANCELLED,
                 STOP_GRACE_MS);
}

static int shorter(int a, int b)
{
    return a < 0 ? b : b < 0 || a < b ? a : b;
}

static int patience(const struct attendance *attendance)
{
    int wait = shorter(output_patience(attendance->output), lease_patience(attendance->execution));

    if (!attendance->told)
        wait = shorter(wait, TELL_MS);
    return attendance->state ? shorter(wait, state_patience(attendance->state)) : wait;
}

/* Waits for something to read, for the end, for the database, or for the clock. */
static void wait_for_news(struct attendance *attendance)
{
    struct sandbox *sandbox = attendance->sandbox;
    bool room = output_has_room(attendance->output);
    struct pollfd news[] = {
        {room ? sandbox->output : -1, POLLIN, 0},
        {room ? sandbox->errors : -1, POLLIN, 0},
        {sandbox->over ? -1 : sandbox->control, POLLIN, 0},
        {execution_socket(attendance->execution), POLLIN, 0},
    };

    poll(news, 4, patience(attendance));
    if (news[0].revents)
        read_some(attendance, OUTPUT_STDOUT, &sandbox->output);
    if (news[1].revents)
        read_some(attendance, OUTPUT_STDERR, &sandbox->errors);
    if (news[2].revents)
        sandbox_is_over(sandbox);
}

/* Where somebody waits for pip or npm, which say no more than that they could not connect. */
static void note_missing_network(struct attendance *attendance)
{
    if (!attendance->sought_note || !attendance->sandbox->sought)
        return;
    output_note(attendance->output, attendance->sought_note);
    attendance->sought_note = NULL;
}

static void tell_when_due(struct attendance *attendance)
{
    if (attendance->told ||
        (output_patience(attendance->output) != 0 && clock_monotonic_ms() - attendance->begun_at < TELL_MS))
        return;
    attendance->told = true;
    execution_tell(attendance->execution);
}

bool attend(struct attendance *attendance)
{
    struct sandbox *sandbox = attendance->sandbox;

    while (sandbox->output >= 0 || sandbox->errors >= 0 || !sandbox_is_over(sandbox)) {
        wait_for_news(attendance);
        note_missing_network(attendance);
        tell_when_due(attendance);
        output_tick(attendance->output);
        if (attendance->state)
            state_tick(attendance->state);
        lease_tick(attendance->execution);
        if (attendance->execution->state == EXECUTION_ORPHANED)
            return false;
        stop_when_due(attendance);
    }
    note_missing_network(attendance);
    return true;
}
