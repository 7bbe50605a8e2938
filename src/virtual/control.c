#include "config.h"

#include "virtual/control.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/mem.h"
#include "virtual/words.h"

#define CLIENTS_MAX	16
#define READ_MAX	4096

struct control_client {
	struct control		*control;
	TAILQ_ENTRY(control_client) entry;
	int			 fd;
	struct loop_fd		*source;
	struct buf		 in;
	struct buf		 out;
	bool			 is_ended;	/* nothing more will come */
};

struct control {
	struct loop		*loop;
	struct bench		*bench;
	char			*path;
	int			 fd;
	struct loop_fd		*source;
	TAILQ_HEAD(, control_client) clients;
	unsigned		 count;
};

static void
client_free(struct control_client *client)
{
	TAILQ_REMOVE(&client->control->clients, client, entry);
	client->control->count--;
	loop_fd_free(client->source);
	close(client->fd);
	buf_fini(&client->in);
	buf_fini(&client->out);
	free(client);
}

static void
client_line(struct control_client *client, const char *line)
{
	struct error err;

	if (line[strspn(line, " \t\r")] == '\0')
		return;
	if (bench_command(client->control->bench, line, &client->out,
	    &err) == 0)
		buf_puts(&client->out, "ok\n");
	else
		buf_printf(&client->out, "error: %s\n", err.text);
}

/* Every whole line, and what stands behind the last one at the end. */
static void
client_parse(struct control_client *client)
{
	char *end, *line;

	while (client->in.len > 0) {
		line = (char *)client->in.data;
		end = memchr(line, '\n', client->in.len);
		if (end == NULL && client->in.len > WORDS_LINE_MAX) {
			buf_puts(&client->out, "error: the line is too long\n");
			client->is_ended = true;
			return;
		}
		if (end == NULL && !client->is_ended)
			return;
		line = xstrndup(line, end != NULL ? (size_t)(end - line) :
		    client->in.len);
		buf_drop(&client->in, end != NULL ? (size_t)(end -
		    (char *)client->in.data) + 1 : client->in.len);
		client_line(client, line);
		free(line);
	}
}

/* False: the client is freed. */
static bool
client_flush(struct control_client *client)
{
	ssize_t n;

	while (client->out.len > 0) {
		n = send(client->fd, client->out.data, client->out.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n < 0 && errno == EAGAIN)
			break;
		if (n < 0) {
			client_free(client);
			return false;
		}
		buf_drop(&client->out, (size_t)n);
	}
	if (client->is_ended && client->out.len == 0) {
		client_free(client);
		return false;
	}
	loop_fd_set(client->source,
	    (client->is_ended ? 0 : LOOP_READ) |
	    (client->out.len > 0 ? LOOP_WRITE : 0));
	return true;
}

static void
client_ready(int fd, unsigned events, void *arg)
{
	struct control_client *client = arg;
	ssize_t n;

	if (events & LOOP_READ) {
		n = recv(fd, buf_reserve(&client->in, READ_MAX), READ_MAX,
		    MSG_DONTWAIT);
		if (n > 0)
			buf_commit(&client->in, (size_t)n);
		else if (n == 0 || (errno != EAGAIN && errno != EINTR))
			client->is_ended = true;
		client_parse(client);
	}
	client_flush(client);
}

static void
control_accept(int fd, unsigned events, void *arg)
{
	struct control *control = arg;
	struct control_client *client;
	int peer = accept(fd, NULL, NULL);

	(void)events;
	if (peer < 0)
		return;
	if (control->count == CLIENTS_MAX) {
		close(peer);
		return;
	}
	client = xcalloc(1, sizeof *client);
	client->control = control;
	client->fd = peer;
	TAILQ_INSERT_TAIL(&control->clients, client, entry);
	control->count++;
	client->source = loop_fd_new(control->loop, peer, LOOP_READ,
	    client_ready, client);
}

/* Binds; a socket that is left over from a program that has ended is replaced,
 * one that answers is not. */
static int
control_bind(int fd, const char *path, struct error *err)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct stat st;
	int probe, answers;

	if (strlen(path) >= sizeof address.sun_path)
		return error_set(err, ERROR_USAGE,
		    "%s: too long for the name of a socket", path);
	memcpy(address.sun_path, path, strlen(path) + 1);
	if (lstat(path, &st) == 0 && S_ISSOCK(st.st_mode)) {
		probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		answers = connect(probe, (struct sockaddr *)&address,
		    sizeof address);
		close(probe);
		if (answers == 0)
			return error_set(err, ERROR_BUSY,
			    "%s: another program listens there", path);
		unlink(path);
	}
	if (bind(fd, (struct sockaddr *)&address, sizeof address) != 0 ||
	    chmod(path, 0600) != 0 || listen(fd, CLIENTS_MAX) != 0)
		return error_set(err, ERROR_FAILED, "%s: %s", path,
		    strerror(errno));
	return 0;
}

struct control *
control_new(struct loop *loop, struct bench *bench, const char *path,
    struct error *err)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct control *control;

	if (fd < 0) {
		error_set(err, ERROR_FAILED, "socket: %s", strerror(errno));
		return NULL;
	}
	if (control_bind(fd, path, err) != 0) {
		close(fd);
		return NULL;
	}
	control = xcalloc(1, sizeof *control);
	control->loop = loop;
	control->bench = bench;
	control->path = xstrdup(path);
	control->fd = fd;
	TAILQ_INIT(&control->clients);
	control->source = loop_fd_new(loop, fd, LOOP_READ, control_accept,
	    control);
	return control;
}

void
control_free(struct control *control)
{
	struct control_client *client;

	if (control == NULL)
		return;
	while ((client = TAILQ_FIRST(&control->clients)) != NULL)
		client_free(client);
	loop_fd_free(control->source);
	close(control->fd);
	unlink(control->path);
	free(control->path);
	free(control);
}
