#include "cron/script/exit_reason.h"

#include <string.h>

static void explain(struct text *reason, const struct sandbox_ending *ending, const struct sandbox_limits *limits,
                    long output_mb)
{
    const char *name;

    switch (ending->reason) {
    case SANDBOX_EXIT:
        if (ending->exit_code != 0)
            text_add_format(reason, "It ended with exit status %d.", ending->exit_code);
        break;
    case SANDBOX_SIGNAL:
        name = sigabbrev_np(ending->signal_number);
        text_add_format(reason, "A signal ended it: SIG%s (%d).", name ? name : "?", ending->signal_number);
        break;
    case SANDBOX_MEMORY:
        text_add_format(reason, "It needed more memory than the %ld MB that it may use.", limits->memory_mb);
        break;
    case SANDBOX_CPU_TIME:
        text_add_format(reason, "It used up its %ld second%s of CPU time.", limits->cpu_seconds,
                        limits->cpu_seconds == 1 ? "" : "s");
        break;
    case SANDBOX_WALL_TIME:
        text_add_format(reason, "It took longer than the %ld second%s that it may take.", limits->wall_seconds,
                        limits->wall_seconds == 1 ? "" : "s");
        break;
    case SANDBOX_OUTPUT:
        text_add_format(reason, "It wrote ten times as much as the %ld MB of output that are kept.", output_mb);
        break;
    case SANDBOX_PROCESSES:
        text_add_format(reason, "It started more than the %ld processes and threads that it may have.",
                        limits->processes);
        break;
    case SANDBOX_DISK:
        text_add_format(reason, "Its files grew beyond the %ld MB that they may take.", limits->disk_mb);
        break;
    case SANDBOX_CANCELLED: text_add(reason, "Stopped."); break;
    case SANDBOX_BROKEN: text_add(reason, "The sandbox was ended from outside, or failed."); break;
    }
}

struct exit_reason exit_reason_of(const struct sandbox_ending *ending, const struct sandbox_limits *limits,
                                  long output_mb)
{
    struct exit_reason ended = {"failed", sandbox_reason_name(ending->reason), TEXT_EMPTY};

    if (ending->reason == SANDBOX_EXIT && ending->exit_code == 0)
        ended.state = "succeeded";
    else if (ending->reason == SANDBOX_WALL_TIME)
        ended.state = "timed_out";
    else if (ending->reason == SANDBOX_CANCELLED)
        ended.state = "cancelled";
    else if (ending->reason == SANDBOX_BROKEN)
        ended.ended_by = "lost";
    explain(&ended.reason, ending, limits, output_mb);
    return ended;
}
