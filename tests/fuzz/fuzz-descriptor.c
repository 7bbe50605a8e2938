/* Device and configuration descriptors. */
#include "config.h"

#include "input.h"
#include "particle/descriptor.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct descriptors d;
	const struct descriptor_interface *i;
	size_t n = 0, endpoints = 0;

	HOLDS(descriptors_parse(&d, data, len) == d.has_device);
	HOLDS(d.interface_count <= DESCRIPTOR_INTERFACES_MAX);
	HOLDS(d.endpoint_count <= DESCRIPTOR_ENDPOINTS_MAX);
	for (; (i = descriptors_find(&d, -1, -1, -1, n)) != NULL; n++) {
		endpoints += i->endpoints_read;
		HOLDS(i->first_endpoint + i->endpoints_read <=
		    d.endpoint_count);
	}
	HOLDS(n == d.interface_count);
	HOLDS(endpoints == d.endpoint_count);
	for (n = 0; descriptors_dfu(&d, n) != NULL; n++)
		HOLDS(n < d.interface_count);
	descriptors_control(&d);
	return 0;
}
