/* program/ctl_door.h - the doors of the home screen (city/doors.yaml): puts a new service behind one. */
#ifndef PROGRAM_CTL_DOOR_H
#define PROGRAM_CTL_DOOR_H

#include <stdbool.h>

/* Is the service behind a door already? False too when there are no doors. */
bool door_has(const char *assets, const char *procedure);
/* Adds it to a door's list, and leaves every other letter of the file as it is. KERR_NOT_FOUND: no such door, or one
 * without a list; as fs_read and fs_write_atomic. */
int door_add(const char *assets, const char *door, const char *procedure);
/* Prints the ids of the doors, for who has to choose one. */
void door_print(const char *assets);

#endif
