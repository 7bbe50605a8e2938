/* Which devices a verb is about. */
#include "config.h"

#include <stdlib.h>

#include "base/mem.h"
#include "cli/cli.h"

static void
targets_add(struct targets *t, uint32_t number)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->numbers[i] == number)
			return;
	t->numbers = xreallocarray(t->numbers, t->count + 1,
	    sizeof *t->numbers);
	t->numbers[t->count++] = number;
}

/* A chip in EDL may be anybody's: "all" means it only where it is meant. */
static int
targets_all(struct cli *cli, struct targets *t, struct error *err)
{
	const struct registry *r = cli->app->registry;

	for (size_t i = 0; i < registry_count(r); i++)
		if (registry_at(r, i)->mode != DEVICE_EDL)
			targets_add(t, registry_at(r, i)->number);
	if (t->count > 0)
		return 0;
	return error_set(err, ERROR_NO_DEVICE,
	    "no Particle device is attached");
}

const char *
targets_default(void)
{
	const char *word = getenv("PTERM_DEVICE");

	return word != NULL && word[0] != '\0' ? word : NULL;
}

int
targets_find(struct cli *cli, struct targets *t, struct error *err)
{
	const struct options *o = cli->options;
	const struct device *d;

	*t = (struct targets){ 0 };
	if (o->all)
		return targets_all(cli, t, err);
	for (size_t i = 0; i < o->word_count; i++) {
		d = registry_find(cli->app->registry, o->words[i], err);
		if (d == NULL) {
			targets_fini(t);
			return -1;
		}
		targets_add(t, d->number);
	}
	if (o->word_count > 0)
		return 0;
	d = registry_find(cli->app->registry, targets_default(), err);
	if (d == NULL)
		return -1;
	targets_add(t, d->number);
	return 0;
}

void
targets_fini(struct targets *t)
{
	free(t->numbers);
	*t = (struct targets){ 0 };
}

struct answers {
	const struct probe	*probe;
	const struct targets	*targets;
};

static bool
targets_have_answered(void *arg)
{
	const struct answers *a = arg;

	for (size_t i = 0; i < a->targets->count; i++)
		if (probe_is_asking(a->probe, a->targets->numbers[i]))
			return false;
	return true;
}

enum cli_wait
targets_wait_answers(struct cli *cli, const struct targets *targets,
    uint64_t within_us)
{
	struct answers a = { cli->app->probe, targets };

	return cli_wait(cli, targets_have_answered, &a,
	    cli_deadline_within(cli, within_us));
}
