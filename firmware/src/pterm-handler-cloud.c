#include "pterm-handler-switch.h"

#if PTERM_HANDLER_IS_BUILT

#include "pterm-handler-core.h"

#include "pterm-handler-parts.h"

enum {
	WORD_NOW = 1,
	WORD_SAFE = 2,
	WORD_ARM = 4,
	WORD_LOCK = 8,
	WORD_CANCEL = 16,
	WORD_IN = 32,
};

struct cloud_text {
	const char	*p;
	size_t		 left;
};

struct cloud_word {
	const char	*p;
	size_t		 len;
};

static const struct {
	char	text[7];
	uint8_t	flag;
} cloud_words[] = {
	{ "arm", WORD_ARM },
	{ "cancel", WORD_CANCEL },
	{ "in", WORD_IN },
	{ "lock", WORD_LOCK },
	{ "now", WORD_NOW },
	{ "safe", WORD_SAFE },
};

/* The unit of a number, and its milliseconds. */
static const struct {
	char		text[3];
	uint16_t	ms;
} cloud_units[] = {
	{ "", 1000 },
	{ "m", 60000 },
	{ "ms", 1 },
	{ "s", 1000 },
};

static bool
cloud_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static bool
cloud_next(struct cloud_text *t, struct cloud_word *w)
{
	while (t->left != 0 && cloud_is_space(*t->p)) {
		t->p++;
		t->left--;
	}
	w->p = t->p;
	while (t->left != 0 && !cloud_is_space(*t->p)) {
		t->p++;
		t->left--;
	}
	w->len = (size_t)(t->p - w->p);
	return w->len != 0;
}

/* want is in small letters. */
static bool
cloud_equal(const struct cloud_word *w, const char *want)
{
	size_t i;

	for (i = 0; i < w->len && want[i] != '\0'; i++) {
		char c = w->p[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c != want[i])
			return false;
	}
	return i == w->len && want[i] == '\0';
}

static bool
cloud_time(struct cloud_word w, uint32_t *ms)
{
	uint32_t number = 0;
	size_t digits = 0;

	for (; w.len != 0 && *w.p >= '0' && *w.p <= '9'; w.p++, w.len--) {
		number = number * 10 + (uint32_t)(*w.p - '0');
		if (number > PTERM_HANDLER_DELAY_MAX_MS)
			return false;
		digits++;
	}
	if (digits == 0)
		return false;
	for (size_t i = 0; i < sizeof cloud_units / sizeof cloud_units[0];
	    i++) {
		if (!cloud_equal(&w, cloud_units[i].text))
			continue;
		if (number > PTERM_HANDLER_DELAY_MAX_MS / cloud_units[i].ms)
			return false;
		*ms = number * cloud_units[i].ms;
		return true;
	}
	return false;
}

static unsigned
cloud_flag(const struct cloud_word *w)
{
	for (size_t i = 0; i < sizeof cloud_words / sizeof cloud_words[0];
	    i++)
		if (cloud_equal(w, cloud_words[i].text))
			return cloud_words[i].flag;
	return 0;
}

/* False where it is not said once and plainly. */
static bool
cloud_parse(struct cloud_text t, unsigned *said, uint32_t *delay_ms)
{
	struct cloud_word w;

	*said = 0;
	*delay_ms = 0;
	while (cloud_next(&t, &w)) {
		unsigned flag = cloud_flag(&w);

		if (flag == 0 || (*said & flag) != 0)
			return false;
		*said |= flag;
		if (flag == WORD_IN &&
		    (!cloud_next(&t, &w) || !cloud_time(w, delay_ms)))
			return false;
	}
	if ((*said & WORD_NOW) != 0 && (*said & WORD_IN) != 0)
		return false;
	if ((*said & WORD_LOCK) != 0)
		return *said == WORD_LOCK;
	if ((*said & WORD_CANCEL) != 0)
		return *said == WORD_CANCEL;
	return true;
}

int32_t
pterm_handler_cloud(struct pterm_handler *h, uint32_t now_ms,
    enum pterm_handler_action action, const char *text, size_t len)
{
	struct pterm_handler_order order = {
		.action = action,
		.source = PTERM_HANDLER_FROM_CLOUD,
	};
	enum pterm_handler_reason reason = PTERM_HANDLER_OK;
	unsigned said;

	if (!cloud_parse((struct cloud_text){ text, len }, &said,
	    &order.delay_ms))
		return PTERM_HANDLER_RESULT_INVALID_ARGUMENT;
	pterm_handler_tick(h, now_ms);
	if (said == WORD_LOCK) {
		pterm_handler_lock(h);
		return 0;
	}
	if (said == WORD_CANCEL) {
		pterm_handler_drop(h);
		return 0;
	}
	if ((said & WORD_ARM) != 0) {
		reason = pterm_handler_may_arm(h);
		if (reason != PTERM_HANDLER_OK)
			return pterm_handler_result(reason);
		pterm_handler_arm(h, now_ms, 0);
	}
	if (said == WORD_ARM)
		return (int32_t)(h->armed_for_ms / 1000);
	if ((said & WORD_SAFE) != 0)
		order.action = PTERM_HANDLER_SAFE_MODE;
	if (order.delay_ms < PTERM_HANDLER_ANSWER_MS)
		order.delay_ms = PTERM_HANDLER_ANSWER_MS;
	reason = pterm_handler_order(h, now_ms, &order);
	if (reason != PTERM_HANDLER_OK)
		return pterm_handler_result(reason);
	return (int32_t)order.delay_ms;
}

#endif
