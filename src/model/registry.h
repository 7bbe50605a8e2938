/*
 * The registry: which Particle devices are there, and what is known of each.
 *
 * It is told what the bus announced and what devices answered, and tells its
 * listeners what changed. It knows no bus and no clock: times are arguments
 * (loop clock, microseconds), and registry_tick() must be called when
 * registry_next_deadline() has passed.
 *
 * A device that leaves while somebody expects it back (registry_expect()) stays
 * in the list as DEVICE_SWITCHING until it is back or the deadline passes. One
 * that leaves unasked is removed at once; its number, nickname and facts are
 * remembered, so that it is the same device when it returns.
 *
 * Which device a node is: the one with the same id that is not on the bus, at
 * the same place if several have that id. A node without usable id is the
 * device that is expected at that place, else the one last known by that place
 * alone. An id that is on the bus already makes a device of its own, known by
 * its place. A Tachyon in EDL shows its id, but is known by its place: any
 * Qualcomm chip in EDL looks so.
 *
 * What the product id alone tells is known at once: DFU, EDL, and "normal" for
 * platforms that take no control requests (Core, Tachyon), with that reason.
 * Every other mode is unknown until the device was asked, at each attachment.
 * A device under Device OS 0.6 to 1.0 of Gen 2 has no request for its mode: it
 * stays unknown, with the reason, for it may be listening as well as normal.
 *
 * Pointers to devices are valid until control returns to the loop. Listeners
 * may read, but not change the registry; they are called from inside the call
 * that changed it.
 */
#ifndef PTERM_MODEL_REGISTRY_H
#define PTERM_MODEL_REGISTRY_H

#include "base/error.h"
#include "model/device.h"

struct registry;
struct registry_listener;
struct names;

enum registry_event {
	REGISTRY_ADDED,
	REGISTRY_CHANGED,
	REGISTRY_REMOVED,	/* no longer in the list; still readable here */
};

typedef void (*registry_cb)(enum registry_event event,
	    const struct device *device, void *arg);

/* names may be NULL; see names.h. */
struct registry	*registry_new(struct names *names);
void		 registry_free(struct registry *registry);

struct registry_listener *registry_listen(struct registry *registry,
		    registry_cb cb, void *arg);
void		 registry_unlisten(struct registry_listener *listener);

/* --- Reading ------------------------------------------------------------ */

/* What is in the list, in order of USB path. */
size_t		 registry_count(const struct registry *registry);
const struct device *registry_at(const struct registry *registry, size_t i);
/* Also those that are remembered only. NULL: no such number. */
const struct device *registry_get(const struct registry *registry,
		    uint32_t number);
const struct device *registry_by_node(const struct registry *registry,
		    bus_node node);

/* DEVICE of the command line, looked up as full id, nickname, tty path or link
 * to one, USB path, then an unambiguous prefix or suffix of an id of at least 4
 * digits. Not found is ERROR_NO_DEVICE; several are ERROR_AMBIGUOUS, and the
 * text lists the candidates. text NULL: the only candidate attached. */
const struct device *registry_find(const struct registry *registry,
		    const char *text, struct error *err);

/* A whole id: what it names is the same device wherever and whenever it comes,
 * so that one can wait for it. */
bool		 registry_is_id(const char *text);

/* --- Writing: action/ and app.c only ------------------------------------ */

void		 registry_node_added(struct registry *registry,
		    const struct bus_node_info *node, uint64_t now_us);
void		 registry_node_changed(struct registry *registry,
		    const struct bus_node_info *node, uint64_t now_us);
void		 registry_node_removed(struct registry *registry,
		    bus_node node, uint64_t now_us);

/* A job is about to make it leave; where it ends is the job's business. */
void		 registry_expect(struct registry *registry, uint32_t number,
		    enum device_mode going_to, uint64_t deadline_us);
void		 registry_expect_no_more(struct registry *registry,
		    uint32_t number, uint64_t now_us);
void		 registry_set_job(struct registry *registry, uint32_t number,
		    uint32_t job);

/* What a question brought. Fields that are not answered stay as they are. */
struct registry_answers {
	bool			 has_mode;
	enum device_mode	 mode;
	const char		*mode_reason;		/* NULL: none */
	bool			 has_protection;
	enum device_protection	 protection;
	const char		*system_version;	/* NULL: not answered */
	const char		*manufacturing_serial;
	const char		*cloud;
	struct module_list	*modules;		/* ownership passes */
	bool			 has_problem;
	const char		*problem;		/* "": none any more */
	bool			 still_open;	/* the answer itself is yet to
						 * come */
};

void		 registry_asked(struct registry *registry, uint32_t number,
		    uint64_t now_us);
void		 registry_answered(struct registry *registry, uint32_t number,
		    const struct registry_answers *answers, uint64_t now_us);
/* pterm sent it to safe mode: it is there until it leaves the bus again. */
void		 registry_sent_to_safe_mode(struct registry *registry,
		    uint32_t number);
void		 registry_name_changed(struct registry *registry);

/* UINT64_MAX: nothing is due. */
uint64_t	 registry_next_deadline(const struct registry *registry);
void		 registry_tick(struct registry *registry, uint64_t now_us);

#endif
