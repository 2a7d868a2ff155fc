/* program/ctl_intake.h - what kiosk-intake has, for subcommands that take records some other way. */
#ifndef PROGRAM_CTL_INTAKE_H
#define PROGRAM_CTL_INTAKE_H

#include "base/conf.h"
#include "intake/intake.h"

struct ctl_intake {
    struct seal_verifier *verifier;
    struct seal_signer *signer;
    struct ledger *ledger;
    char *apart;
    struct intake_door door; /* of the four */
};
/* Opens keys and ledger as the settings say; says on stderr what is missing, behind the command's name. Errors of the
 * three. Release it in any case. */
int ctl_intake_open(const struct conf *conf, const char *command, struct ctl_intake *ret_intake);
void ctl_intake_release(struct ctl_intake *intake);

#endif
