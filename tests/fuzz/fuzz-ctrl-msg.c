/* The same bytes as the reply to each control request. */
#include "config.h"

#include <string.h>

#include "input.h"
#include "particle/ctrl-msg.h"

int	LLVMFuzzerTestOneInput(const uint8_t *data, size_t len);

static void
check_modules(const uint8_t *data, size_t len)
{
	struct module_list *list;
	struct error err;
	char text[40];

	list = ctrl_decode_modules(data, len, &err);
	if (list == NULL) {
		HOLDS(err.text[0] != '\0');
		return;
	}
	HOLDS(list->count <= MODULE_LIST_MAX);
	for (size_t i = 0; i < list->count; i++) {
		const struct module_info *m = &list->modules[i];

		HOLDS(m->dependency_count <= MODULE_DEPENDENCIES_MAX);
		HOLDS(*module_name(list, m->type, m->index, text,
		    sizeof text) != '\0');
		module_store_name(m->store, text, sizeof text);
		module_checks_text(module_failed(m), text, sizeof text);
		HOLDS(strlen(text) < sizeof text);
	}
	if (module_list_safe_mode_reason(list, text, sizeof text))
		HOLDS(text[0] != '\0');
	module_list_free(list);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static struct ctrl_assets assets;
	struct ctrl_cellular cellular;
	struct ctrl_protection protection;
	char text[16];
	uint32_t number;

	ctrl_decode_text(data, len, text, sizeof text, NULL);
	HOLDS(memchr(text, '\0', sizeof text) != NULL);
	ctrl_decode_mode(data, len, &number, NULL);
	if (ctrl_decode_cloud(data, len, &number, NULL) == 0)
		HOLDS(*ctrl_cloud_name(number, text, sizeof text) != '\0');
	ctrl_decode_protection(data, len, &protection, NULL);
	ctrl_decode_cellular(data, len, &cellular, NULL);
	HOLDS(memchr(cellular.iccid, '\0', sizeof cellular.iccid) != NULL);
	HOLDS(memchr(cellular.imei, '\0', sizeof cellular.imei) != NULL);
	ctrl_decode_assets(data, len, &assets, NULL);
	HOLDS(assets.available_count <= CTRL_ASSETS_MAX);
	HOLDS(assets.required_count <= CTRL_ASSETS_MAX);
	check_modules(data, len);
	return 0;
}
