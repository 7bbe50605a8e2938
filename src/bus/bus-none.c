/* In the place of the real bus until it is there: says that it is missing. It
 * is linked last, so that the real one is taken as soon as it exists. */
#include "config.h"

#include "bus/bus-real.h"

struct bus *
bus_real_new(struct loop *loop, struct error *err)
{
	(void)loop;
	error_set(err, ERROR_UNSUPPORTED,
	    "this build has no access to real devices yet: try --demo");
	return NULL;
}
