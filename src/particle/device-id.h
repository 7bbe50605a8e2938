/*
 * Device ids: 24 lower-case hex digits, the same in normal and DFU mode.
 */
#ifndef PTERM_PARTICLE_DEVICE_ID_H
#define PTERM_PARTICLE_DEVICE_ID_H

#include <stdbool.h>
#include <stddef.h>

#define DEVICE_ID_LENGTH	24
#define DEVICE_ID_SIZE		(DEVICE_ID_LENGTH + 1)

/* From a serial-number string, or from the vendor request for the id: junk
 * outside 0x20 to 0x7e is left out, letters are lowered. False, and out "":
 * what is left is not an id (no serial, or another kind of one). */
bool	device_id_parse(char out[DEVICE_ID_SIZE], const char *text, size_t len);

/* A Tachyon in EDL has its serial in the product string, after "_SN:". */
bool	device_id_from_edl(char out[DEVICE_ID_SIZE], const char *product);

#endif
