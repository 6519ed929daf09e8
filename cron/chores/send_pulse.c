#include "base/clock.h"
#include "base/text.h"
#include "cron/chores/chore.h"

#include <stdlib.h>
#include <string.h>

#define PULSE_SECONDS 10

/* A frame to every socket, so that a client can distinguish a quiet connection from a dead one. The frame says how
 * often it comes. A pulse that nchan does not take is not repeated: the next one says the same. */
enum outcome chore_send_pulse(struct chore_work *work)
{
    int64_t now = clock_monotonic_ms();
    char *frame;

    if (now < work->counts[0])
        return OUTCOME_OK;
    work->counts[0] = now + PULSE_SECONDS * 1000;
    frame = text_format("{\"pulse\":{\"seconds\":%d}}", PULSE_SECONDS);
    push_renew(work->push);
    if (publish(work->push, CHANNEL_ALL, frame, strlen(frame)) == OUTCOME_OK)
        work->rows++;
    free(frame);
    return OUTCOME_OK;
}
