/* libFuzzer's entry; FUZZ_TARGET is the function of this program. */
#include "targets.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    FUZZ_TARGET((const char *)bytes, length);
    return 0;
}
