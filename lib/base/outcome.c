#include "base/outcome.h"

const char *outcome_name(enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_OK: return "ok";
    case OUTCOME_ABSENT: return "absent";
    case OUTCOME_INVALID: return "invalid";
    case OUTCOME_UNAUTHENTICATED: return "unauthenticated";
    case OUTCOME_DENIED: return "denied";
    case OUTCOME_CONFLICT: return "conflict";
    case OUTCOME_LIMITED: return "limited";
    case OUTCOME_BUSY: return "busy";
    case OUTCOME_AWAY: return "away";
    case OUTCOME_FULL: return "full";
    case OUTCOME_REPLAYED: return "replayed";
    case OUTCOME_FAILED: return "failed";
    }
    return "unknown";
}

bool outcome_passes(enum outcome outcome)
{
    return outcome == OUTCOME_BUSY || outcome == OUTCOME_AWAY || outcome == OUTCOME_FULL;
}
