/*
 * folder.h - the one folder a process of the simulator works in: in memory
 * where the system has such a place, and gone afterwards, however it ended.
 */
#ifndef KEPT_SIM_FOLDER_H
#define KEPT_SIM_FOLDER_H

/* Makes one and goes there; ends the process (2) where that can't be. Those of
 * processes that ended without folder_leave go first. */
void folder_enter(void);
void folder_leave(void);
/* Removes what processes that are no more left behind. */
void folder_sweep(void);

#endif
