/*
 * Device OS versions: "6.2.0", "0.8.0-rc.11".
 *
 * Order is that of semantic versions as far as Particle uses them: a version
 * with a suffix comes before the one without; suffixes compare by letters, then
 * by their number (alpha < beta < rc, rc.2 < rc.11).
 */
#ifndef PTERM_PARTICLE_SYSVER_H
#define PTERM_PARTICLE_SYSVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sysver {
	uint16_t	major;
	uint16_t	minor;
	uint16_t	patch;
	char		suffix[12];	/* "rc"; "" for a release */
	uint16_t	suffix_number;	/* 11 */
};

#define SYSVER_TEXT_MAX	48

/* What a device sent: text up to len, to the first NUL, or to the first byte
 * that no version has. False: not a version; *v is then zero. */
bool	sysver_parse(struct sysver *v, const void *text, size_t len);
/* Below, equal to or above 0, as strcmp() does. */
int	sysver_compare(const struct sysver *a, const struct sysver *b);
void	sysver_text(const struct sysver *v, char *out, size_t size);

/* The Device OS version that a system part's module version stands for: 6200
 * is 6.2.0, 4003 is 4.0.0. False: not one pterm knows; show the number. */
bool	sysver_from_module(uint32_t module_version, struct sysver *v);

#endif
