#include "config.h"

#include "cli/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/suggest.h"
#include "cli/verb.h"

#define SHOWN_MAX	80

static const char *
options_shown(char out[SHOWN_MAX], const char *word)
{
	return text_clean(out, SHOWN_MAX, word, strlen(word));
}

struct parser {
	struct options	*options;
	char		**next;		/* words that are left, then NULL */
	const struct option *seen[32];	/* those of verbs, checked at the end */
	size_t		 seen_count;
};

static const struct option *
option_by_name(const char *name, size_t len)
{
	for (size_t i = 0; i < options_count; i++)
		if (strncmp(options_table[i].name, name, len) == 0 &&
		    options_table[i].name[len] == '\0')
			return &options_table[i];
	return NULL;
}

static const struct option *
option_by_letter(char letter)
{
	for (size_t i = 0; i < options_count; i++)
		if (options_table[i].letter == letter)
			return &options_table[i];
	return NULL;
}

static int
option_unknown(const char *word, struct error *err)
{
	char shown[SHOWN_MAX], name[SHOWN_MAX];
	struct suggest s;

	options_shown(shown, word);
	snprintf(name, sizeof name, "%.*s", (int)strcspn(shown, "="), shown);
	suggest_begin(&s, name + strspn(name, "-"));
	for (size_t i = 0; i < options_count; i++)
		if (options_table[i].help != NULL)
			suggest_word(&s, options_table[i].name);
	if (suggest_best(&s) != NULL)
		return error_set(err, ERROR_USAGE, "there is no option '%s': "
		    "did you mean --%s?", name, suggest_best(&s));
	return error_set(err, ERROR_USAGE, "there is no option '%s': "
	    "'pterm help' lists all", name);
}

static int
option_apply(struct parser *p, const struct option *o, const char *value,
    struct error *err)
{
	if (o->verbs != 0 &&
	    p->seen_count < sizeof p->seen / sizeof p->seen[0])
		p->seen[p->seen_count++] = o;
	p->options->given |= o->verbs;
	return o->set(p->options, value, err);
}

static int
option_long(struct parser *p, const char *word, struct error *err)
{
	const char *name = word + 2, *value = strchr(name, '=');
	const struct option *o = option_by_name(name, strcspn(name, "="));

	if (o == NULL)
		return option_unknown(word, err);
	if (value != NULL)
		value++;
	if (o->argument == NULL && value != NULL)
		return error_set(err, ERROR_USAGE,
		    "--%s takes no value: leave out what follows '='", o->name);
	if (o->argument != NULL && !o->is_optional && value == NULL) {
		if (*p->next == NULL)
			return error_set(err, ERROR_USAGE,
			    "--%s wants a value: --%s %s", o->name, o->name,
			    o->argument);
		value = *p->next++;
	}
	return option_apply(p, o, value, err);
}

/* -qy: letters take no values. */
static int
option_letters(struct parser *p, const char *word, struct error *err)
{
	for (const char *c = word + 1; *c != '\0'; c++) {
		const struct option *o = option_by_letter(*c);

		if (o == NULL)
			return option_unknown(word, err);
		if (option_apply(p, o, NULL, err) != 0)
			return -1;
	}
	return 0;
}

static int
verb_unknown(const struct options *o, const char *word, struct error *err)
{
	char shown[SHOWN_MAX];
	struct suggest s;

	options_shown(shown, word);
	if (o->demo && o->demo_file == NULL && access(word, R_OK) == 0)
		return error_set(err, ERROR_USAGE, "there is no verb '%s': did "
		    "you mean --demo=%s?", shown, shown);
	suggest_begin(&s, shown);
	for (size_t i = 0; i < verbs_count; i++)
		suggest_word(&s, verb_name(&verbs[i]));
	if (suggest_best(&s) != NULL)
		return error_set(err, ERROR_USAGE, "there is no verb '%s': did "
		    "you mean 'pterm %s'?", shown, suggest_best(&s));
	return error_set(err, ERROR_USAGE, "there is no verb '%s': "
	    "'pterm help' lists all", shown);
}

/* The first word is the verb, those behind it are its arguments. */
static int
option_word(struct parser *p, const char *word, struct error *err)
{
	struct options *o = p->options;

	if (o->verb != NULL) {
		o->words[o->word_count++] = word;
		return 0;
	}
	o->verb = verb_by_name(word);
	return o->verb != NULL ? 0 : verb_unknown(o, word, err);
}

/* Options of verbs may stand before the verb, so they are held against it when
 * all is read. */
static int
options_check(struct parser *p, struct error *err)
{
	const struct options *o = p->options;

	if (o->help || o->version || o->complete_options || o->complete_verbs)
		return 0;
	for (size_t i = 0; i < p->seen_count; i++) {
		const char *name = p->seen[i]->name;

		if (o->verb == NULL)
			return error_set(err, ERROR_USAGE, "--%s belongs to a "
			    "verb, and none is given: 'pterm help' lists them",
			    name);
		if ((verb_options(o->verb) & p->seen[i]->verbs) == 0)
			return error_set(err, ERROR_USAGE, "%s takes no --%s: "
			    "'pterm help %s' lists what it takes",
			    verb_name(o->verb), name, verb_name(o->verb));
	}
	if (o->all && o->word_count > 0)
		return error_set(err, ERROR_USAGE, "--all means every device: "
		    "leave it out, or the devices that are named");
	return o->verb != NULL && o->verb->check != NULL
	    ? o->verb->check(o, err) : 0;
}

int
options_parse(struct options *options, int argc, char **argv,
    struct error *err)
{
	struct parser p = { .options = options, .next = argv + (argc > 0) };
	bool is_words = false;

	memset(options, 0, sizeof *options);
	options->words = xcalloc((size_t)argc + 1, sizeof *options->words);
	while (*p.next != NULL) {
		const char *word = *p.next++;
		int status;

		if (is_words || word[0] != '-' || word[1] == '\0')
			status = option_word(&p, word, err);
		else if (strcmp(word, "--") == 0)
			status = 0, is_words = true;
		else if (word[1] == '-')
			status = option_long(&p, word, err);
		else
			status = option_letters(&p, word, err);
		if (status != 0)
			return -1;
	}
	return options_check(&p, err);
}

void
options_fini(struct options *options)
{
	free(options->words);
}
