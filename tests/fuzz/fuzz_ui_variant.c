/* Any bytes as a font file: its variation sequences are asked for. */
#include <stddef.h>
#include <stdint.h>

#include "ui/ui_priv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    (void)variant_covered(data, size, 0, 0x845b, 0xe0100);
    (void)variant_covered(data, size, 1, 0x8fbb, 0xe0101);
    return 0;
}
