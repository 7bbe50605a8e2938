/*
 * What only a replay or a test reaches inside a virtual device: what happens
 * there, in the words of the recorded transcripts, and handles on what the
 * recordings steer (tests/data/transcripts).
 */
#ifndef PTERM_VIRTUAL_INSIDE_H
#define PTERM_VIRTUAL_INSIDE_H

#include <stdbool.h>

#include "virtual/device.h"

/* "handler type=72 data=-", "erase alt=0 addr=000b4000 len=4096", ...; data
 * as hex. Comes from inside calls and from the loop. */
typedef void (*vdev_observer)(const char *text, void *arg);

void	vdev_set_observer(struct vdev *dev, vdev_observer observer, void *arg);

/* Holds the system thread back; vdev_run_thread() lets it work until nothing
 * is left. */
void	vdev_hold_thread(struct vdev *dev, bool hold);
void	vdev_run_thread(struct vdev *dev);

/* "mode=listening", "protected=1", "app=none", "pool=512", ...; false: no such
 * setting. */
bool	vdev_set(struct vdev *dev, const char *key, const char *value);
/* The slow application answers its oldest open request. */
void	vdev_app_answer(struct vdev *dev);

#endif
