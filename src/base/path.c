#include "config.h"

#include "base/path.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

/* The XDG specification: a relative path in the variable is to be ignored. */
static char *
path_xdg(const char *variable, const char *below_home, const char *name)
{
	const char *base = getenv(variable), *home = getenv("HOME");

	if (base != NULL && base[0] == '/')
		return xasprintf("%s/pterm/%s", base, name);
	if (home != NULL && home[0] == '/')
		return xasprintf("%s/%s/pterm/%s", home, below_home, name);
	return NULL;
}

char *
path_config(const char *name)
{
	return path_xdg("XDG_CONFIG_HOME", ".config", name);
}

char *
path_state(const char *name)
{
	return path_xdg("XDG_STATE_HOME", ".local/state", name);
}

int
path_make_parents(const char *file, struct error *err)
{
	char *path = xstrdup(file);
	int result = 0;

	for (char *slash = strchr(path + 1, '/'); slash != NULL;
	    slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(path, 0700) != 0 && errno != EEXIST) {
			result = error_set(err, ERROR_FAILED,
			    "cannot make the folder %s: %s", path,
			    strerror(errno));
			break;
		}
		*slash = '/';
	}
	free(path);
	return result;
}

static int
path_read_fd(int fd, const char *file, size_t max, struct buf *out,
    struct error *err)
{
	size_t before = out->len;
	ssize_t n;

	for (;;) {
		n = read(fd, buf_reserve(out, 4096), 4096);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return error_set(err, ERROR_FAILED,
			    "cannot read %s: %s", file, strerror(errno));
		if (n == 0)
			return 0;
		buf_commit(out, (size_t)n);
		if (out->len - before > max)
			return error_set(err, ERROR_FAILED,
			    "%s is larger than %zu bytes", file, max);
	}
}

int
path_read(const char *file, size_t max, struct buf *out, bool *missing,
    struct error *err)
{
	int fd = open(file, O_RDONLY | O_CLOEXEC), result;

	if (missing != NULL)
		*missing = fd < 0 && errno == ENOENT;
	if (fd < 0)
		return error_set(err,
		    errno == EACCES ? ERROR_PERMISSION : ERROR_FAILED,
		    "cannot open %s: %s", file, strerror(errno));
	result = path_read_fd(fd, file, max, out, err);
	close(fd);
	return result;
}

static int
path_write_fd(int fd, const void *data, size_t len)
{
	const char *p = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		p += n;
		len -= (size_t)n;
	}
	return fsync(fd);
}

int
path_replace(const char *file, const void *data, size_t len, unsigned mode,
    struct error *err)
{
	/* A link (dotfiles kept elsewhere) stays one: its target is replaced. */
	char *target = realpath(file, NULL);
	char *final = target != NULL ? target : xstrdup(file);
	char *temporary = xasprintf("%s.XXXXXX", final);
	struct stat st;
	int fd, result = 0;

	if (stat(final, &st) == 0)
		mode = st.st_mode & 07777;
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0) {
		result = error_set(err, ERROR_FAILED, "cannot write %s: %s",
		    file, strerror(errno));
		goto out;
	}
	if (fchmod(fd, mode) != 0 || path_write_fd(fd, data, len) != 0 ||
	    rename(temporary, final) != 0) {
		result = error_set(err, ERROR_FAILED, "cannot write %s: %s",
		    file, strerror(errno));
		unlink(temporary);
	}
	close(fd);
out:
	free(temporary);
	free(final);
	return result;
}
