/*
 * remind.h - the system's timer behind the setting `reminders`.
 */
#ifndef KEPT_CLI_REMIND_H
#define KEPT_CLI_REMIND_H

#include <stdbool.h>

/* Starts or ends kept-remind.timer of this person; false where systemd is not
 * there to do it, or the home is not the person's own (KEPT_HOME). */
bool remind_set_timer(bool on);

#endif
