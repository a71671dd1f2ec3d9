/*
 * client.c - a blocking client of keptd's socket, and how keptd is started.
 *
 * Must never print and never wait without end unless told to. The socket is
 * used only if whoever listens is the same user: passphrases go across. Read
 * next: cli.c.
 */
#include "cli/client.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/ask.h"
#include "cli/i18n.h"
#include "cli/jsonform.h"
#include "proto/base/mem.h"
#include "proto/frame.h"
#include "proto/rpcmsg.h"

#define HELLO_MS 10000
#define START_MS 15000
#define START_STEP_MS 20
#define BUSY_STEP_MS 50
#define EVENTS_MAX 4096u
#define READ_BYTES 65536u

struct client_note {
	struct client_note *next;
	char method[32];
	cJSON *params; /* Owns */
};

struct client {
	int fd;
	uint32_t last_id;
	struct buf in;
	struct frame_splitter splitter;
	struct client_note *first_note, *last_note;
	size_t note_count;
};

static int64_t clock_ms(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sleep_ms(long ms)
{
	struct timespec span = { ms / 1000, (ms % 1000) * 1000000 };

	(void)nanosleep(&span, NULL);
}

/* ---- reaching keptd ---- */

/* The descriptor, or -1. */
static int connect_socket(const struct paths *paths)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	struct ucred peer;
	socklen_t size = sizeof peer;
	int fd;

	if (strlen(paths->socket) >= sizeof address.sun_path)
		return -1;
	memcpy(address.sun_path, paths->socket, strlen(paths->socket) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	if (connect(fd, (const struct sockaddr *)&address, sizeof address) ==
		    0 &&
	    getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 &&
	    peer.uid == getuid())
		return fd;
	(void)close(fd);
	return -1;
}

/* The folder and those above it that are missing, for nobody else. */
static void make_folders(const char *folder)
{
	char path[PATH_BYTES];
	size_t i, len = strlen(folder);

	memcpy(path, folder, len + 1);
	for (i = 1; i <= len; i++) {
		if (path[i] != '/' && path[i] != '\0')
			continue;
		path[i] = '\0';
		(void)mkdir(path, 0700); /* what is amiss shows at the lock */
		path[i] = folder[i];
	}
}

/* "keptd" beside this program, else what PATH has. */
static void find_keptd(const char *program, char out[PATH_BYTES])
{
	char self[PATH_BYTES];
	ssize_t len = readlink("/proc/self/exe", self, sizeof self - 1);
	const char *slash;

	if (len <= 0) {
		len = snprintf(self, sizeof self, "%s",
			       program == NULL ? "" : program);
		len = len < (ssize_t)sizeof self ? len : 0;
	}
	self[len] = '\0';
	slash = strrchr(self, '/');
	if (slash != NULL &&
	    snprintf(out, PATH_BYTES, "%.*s/keptd", (int)(slash - self), self) <
		    (int)PATH_BYTES &&
	    access(out, X_OK) == 0)
		return;
	(void)snprintf(out, PATH_BYTES, "keptd");
}

_Noreturn static void become_keptd(const char *keptd, int complaints)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	char *const argv[] = { (char[]){ "keptd" }, NULL };

	if (nothing >= 0) {
		(void)dup2(nothing, STDIN_FILENO);
		(void)dup2(nothing, STDOUT_FILENO);
		(void)dup2(complaints >= 0 ? complaints : nothing,
			   STDERR_FILENO);
	}
	(void)execvp(keptd, argv);
	_exit(127);
}

static pid_t spawn_keptd(const char *keptd, int complaints)
{
	pid_t pid = fork();

	if (pid == 0)
		become_keptd(keptd, complaints);
	return pid;
}

/* Did it leave because another keptd has this home? */
static bool is_busy(int status)
{
	return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_NO_DAEMON;
}

/* The last line that keptd said before it gave up. */
static int say_why_not(int complaints, int status, struct err *err)
{
	char text[400] = "";
	const char *line = text;
	ssize_t len = 0;
	off_t end = complaints < 0 ? 0 : lseek(complaints, 0, SEEK_END);

	if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
		return err_set(err, ERR_NOT_HERE,
			       _("keptd isn't beside kept, nor in PATH."));
	if (end > 0)
		len = pread(complaints, text, sizeof text - 1,
			    end > (off_t)sizeof text - 1
				    ? end - (off_t)sizeof text + 1
				    : 0);
	while (len > 0 && text[len - 1] == '\n')
		text[--len] = '\0';
	if (strrchr(text, '\n') != NULL)
		line = strrchr(text, '\n') + 1;
	if (*line == '\0')
		return err_set(err, ERR_NOT_HERE,
			       _("kept's helper couldn't start."));
	return err_set(err, ERR_NOT_HERE, "%.200s", line);
}

/* Starts keptd and waits until it answers. */
static int start_keptd(const struct client_options *options, int *fd,
		       struct err *err)
{
	char keptd[PATH_BYTES];
	int complaints = memfd_create("keptd", MFD_CLOEXEC);
	int64_t until = clock_ms() + START_MS;
	bool is_left = false;
	int status = 0, code = 0;
	pid_t pid;

	find_keptd(options->program, keptd);
	pid = spawn_keptd(keptd, complaints);
	while ((*fd = connect_socket(options->paths)) < 0) {
		/* It leaves this process once it listens. */
		if (!is_left && waitpid(pid, &status, WNOHANG) == pid)
			is_left = true;
		/* One that was told to stop may still be putting things away,
		 * with its socket gone and its home not yet free. */
		if (is_left && is_busy(status) && clock_ms() <= until) {
			sleep_ms(BUSY_STEP_MS);
			pid = spawn_keptd(keptd, complaints);
			is_left = false;
			status = 0;
			continue;
		}
		if (pid < 0) {
			code = err_set_os(err, ERR_NOT_HERE, errno,
					  _("kept's helper couldn't start."));
			goto out;
		}
		if (is_left && status != 0) {
			code = say_why_not(complaints, status, err);
			goto out;
		}
		if (clock_ms() > until || ask_was_stopped()) {
			code = err_set(err, ERR_NOT_HERE,
				       _("kept's helper was started, but "
					 "doesn't answer."));
			goto out;
		}
		sleep_ms(START_STEP_MS);
	}
out:
	if (complaints >= 0)
		(void)close(complaints);
	return code;
}

/* Under the lock, so that two commands at once start one. */
static int start_once(const struct client_options *options, int *fd,
		      bool *started, struct err *err)
{
	char path[PATH_BYTES];
	int lock, code;

	make_folders(options->paths->run);
	code = paths_join(options->paths->run, "start.lock", path, err);
	if (code != 0)
		return code;
	lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (lock < 0)
		return err_set_os(err, ERR_NOT_HERE, errno,
				  _("%.180s can't be written, so kept's helper "
				    "can't be started."),
				  options->paths->run);
	while (flock(lock, LOCK_EX) != 0 && errno == EINTR &&
	       !ask_was_stopped())
		;
	*fd = connect_socket(options->paths);
	if (*fd < 0) {
		code = start_keptd(options, fd, err);
		*started = code == 0;
	}
	(void)close(lock);
	return code;
}

int client_open(struct client **out, const struct client_options *options,
		bool *started, struct err *err)
{
	struct client_refusal refusal;
	struct client *client;
	cJSON *hello;
	int fd, code = 0;

	*started = false;
	fd = connect_socket(options->paths);
	if (fd < 0 && !options->may_start)
		return err_set(err, ERR_NOT_HERE, "%s", err_text(ERR_NOT_HERE));
	if (fd < 0)
		code = start_once(options, &fd, started, err);
	if (code != 0)
		return code;
	client = mem_alloc(1, sizeof *client);
	if (client == NULL) {
		(void)close(fd);
		return err_set(err, ERR_NOMEM, "%s", err_text(ERR_NOMEM));
	}
	client->fd = fd;
	buf_init(&client->in, 2 * LIMIT_FRAME_BYTES);
	hello = cJSON_CreateObject();
	(void)cJSON_AddStringToObject(hello, "client", "kept");
	(void)cJSON_AddStringToObject(hello, "version", KEPT_VERSION);
	code = client_call(client, "hello", hello, HELLO_MS, NULL, &refusal);
	if (code != 0) {
		client_close(client);
		return err_set(err, ERR_NOT_HERE, "%.200s", refusal.message);
	}
	*out = client;
	return 0;
}

void client_close(struct client *client)
{
	struct client_note *note;

	if (client == NULL)
		return;
	while ((note = client->first_note) != NULL) {
		client->first_note = note->next;
		cJSON_Delete(note->params);
		mem_free(note);
	}
	(void)close(client->fd);
	buf_release(&client->in);
	mem_free(client);
}

bool client_wait_gone(const struct paths *paths, int timeout_ms)
{
	int64_t until = clock_ms() + timeout_ms;
	int fd;

	while ((fd = connect_socket(paths)) >= 0) {
		(void)close(fd);
		if (clock_ms() >= until || ask_was_stopped())
			return false;
		sleep_ms(START_STEP_MS);
	}
	return true;
}

/* ---- messages ---- */

/* 0 when there is something to do, ERR_BUSY, or ERR_STOPPED. until < 0: no
 * end. */
static int wait_for(int fd, short what, int64_t until)
{
	struct pollfd entry = { .fd = fd, .events = what };

	for (;;) {
		int64_t left = until < 0 ? -1 : until - clock_ms();
		int ready;

		if (until >= 0 && left < 0)
			left = 0;
		if (ask_was_stopped())
			return ERR_STOPPED;
		ready = poll(&entry, 1,
			     left > INT32_MAX ? INT32_MAX : (int)left);
		if (ready > 0)
			return 0;
		if (ready == 0)
			return ERR_BUSY;
		if (errno != EINTR)
			return ERR_NOT_HERE;
	}
}

static int send_all(struct client *client, struct bytes bytes, int64_t until)
{
	while (bytes.len > 0) {
		ssize_t sent = send(client->fd, bytes.ptr, bytes.len,
				    MSG_NOSIGNAL | MSG_DONTWAIT);
		int code = 0;

		if (sent >= 0)
			bytes = bytes_of(bytes.ptr + sent,
					 bytes.len - (size_t)sent);
		else if (errno == EAGAIN)
			code = wait_for(client->fd, POLLOUT, until);
		else if (errno != EINTR)
			code = ERR_NOT_HERE;
		if (code != 0)
			return code;
	}
	return 0;
}

/* One whole message in client->in, which the caller consumes. */
static int next_message(struct client *client, int64_t until,
			struct frame *frame)
{
	for (;;) {
		uint8_t *room;
		size_t before;
		ssize_t got;
		int code = frame_next_msgpack(&client->splitter,
					      buf_bytes(&client->in), frame);

		if (code != 0)
			return ERR_NOT_HERE;
		if (frame->input_bytes > 0)
			return 0;
		code = wait_for(client->fd, POLLIN, until);
		if (code != 0)
			return code;
		before = client->in.len;
		room = buf_extend(&client->in, READ_BYTES);
		if (room == NULL)
			return ERR_NOT_HERE;
		got = recv(client->fd, room, READ_BYTES, MSG_DONTWAIT);
		client->in.len = before + (got > 0 ? (size_t)got : 0);
		if (got == 0 || (got < 0 && errno != EAGAIN && errno != EINTR))
			return ERR_NOT_HERE;
	}
}

static void copy_text(char *out, size_t size, struct bytes text)
{
	size_t len = text.len < size ? text.len : size - 1;

	if (len > 0)
		memcpy(out, text.ptr, len);
	out[len] = '\0';
}

/* A notification joins the queue; a queue nobody reads does not grow. */
static int keep_note(struct client *client, const struct rpcmsg *message)
{
	struct client_note *note;

	if (client->note_count >= EVENTS_MAX)
		return 0;
	note = mem_alloc(1, sizeof *note);
	if (note == NULL)
		return ERR_NOMEM;
	copy_text(note->method, sizeof note->method, message->method);
	note->params = message->params.len == 0
			       ? cJSON_CreateObject()
			       : jsonform_from_mp(message->params);
	if (client->last_note == NULL)
		client->first_note = note;
	else
		client->last_note->next = note;
	client->last_note = note;
	client->note_count++;
	return 0;
}

static int code_by_name(const char *name)
{
	static const int codes[] = {
#define ERROR(NAME, number, CLASS, text_name, text) ERR_##NAME,
#include "proto/base/errors.def"
#undef ERROR
	};
	size_t i;

	for (i = 0; i < KEPT_ARRAY_COUNT(codes); i++)
		if (strcmp(err_name(codes[i]), name) == 0)
			return codes[i];
	return 0;
}

static int refuse_here(struct client_refusal *refusal, int code,
		       const char *message)
{
	*refusal = (struct client_refusal){ .code = code };
	(void)snprintf(refusal->name, sizeof refusal->name, "%s",
		       err_name(code));
	(void)snprintf(refusal->message, sizeof refusal->message, "%s",
		       message == NULL ? err_text(code) : message);
	return code;
}

/* "... in 28 seconds": the number before the word. */
static uint64_t seconds_in(const char *message)
{
	const char *word = strstr(message, " second");
	const char *at = word;

	while (at != NULL && at > message && at[-1] >= '0' && at[-1] <= '9')
		at--;
	return at == NULL || at == word ? 0 : strtoull(at, NULL, 10);
}

static int take_refusal(struct bytes error, struct client_refusal *refusal)
{
	struct rpcmsg_error parsed;

	*refusal = (struct client_refusal){ 0 };
	if (rpcmsg_parse_error(error, &parsed) != 0)
		return refuse_here(refusal, ERR_MALFORMED, NULL);
	copy_text(refusal->name, sizeof refusal->name, parsed.code);
	copy_text(refusal->message, sizeof refusal->message, parsed.message);
	copy_text(refusal->hint, sizeof refusal->hint, parsed.hint);
	refusal->code = code_by_name(refusal->name);
	if (refusal->code == ERR_TRY_LATER)
		refusal->seconds = seconds_in(refusal->message);
	return refusal->code == 0 ? ERR_USAGE : refusal->code;
}

/* The next message, taken apart. *is_answer: it was the one to last_id. */
static int take_message(struct client *client, int64_t until, bool *is_answer,
			cJSON **result, struct client_refusal *refusal)
{
	struct rpcmsg message;
	struct frame frame;
	int code = next_message(client, until, &frame);

	*is_answer = false;
	if (code != 0)
		return code;
	if (rpcmsg_parse(frame.payload, &message) != 0)
		return ERR_NOT_HERE;
	if (message.type == RPCMSG_NOTIFICATION)
		code = keep_note(client, &message);
	/* Others are answers to what was given up on. */
	*is_answer = message.type == RPCMSG_RESPONSE &&
		     message.id == client->last_id;
	if (*is_answer && message.error.len > 0)
		code = take_refusal(message.error, refusal);
	else if (*is_answer && result != NULL) {
		*result = jsonform_from_mp(message.result);
		code = *result == NULL ? ERR_NOMEM : 0;
	}
	buf_consume(&client->in, frame.input_bytes);
	return code;
}

static int put_request(struct client *client, const char *method,
		       const cJSON *params, struct buf *out)
{
	struct buf body;
	int code = 0;

	buf_init(&body, LIMIT_FRAME_BYTES);
	if (params != NULL)
		code = jsonform_to_mp(params, &body);
	if (code == 0) {
		rpcmsg_put_request(out, ++client->last_id, method,
				   buf_bytes(&body));
		code = out->failed;
	}
	buf_release(&body);
	return code;
}

int client_call(struct client *client, const char *method, cJSON *take_params,
		int timeout_ms, cJSON **result, struct client_refusal *refusal)
{
	int64_t until = timeout_ms == 0 ? -1 : clock_ms() + timeout_ms;
	bool is_answer = false;
	struct buf out;
	int code;

	*refusal = (struct client_refusal){ 0 };
	if (result != NULL)
		*result = NULL;
	buf_init(&out, LIMIT_FRAME_BYTES);
	code = put_request(client, method, take_params, &out);
	cJSON_Delete(take_params);
	if (code == 0)
		code = send_all(client, buf_bytes(&out), until);
	buf_release(&out);
	while (code == 0 && !is_answer)
		code = take_message(client, until, &is_answer, result, refusal);
	if (code == 0 || is_answer)
		return code;
	if (code == ERR_BUSY)
		return refuse_here(refusal, ERR_NOT_HERE,
				   N_("kept's helper doesn't answer."));
	return refuse_here(refusal, code, NULL);
}

int client_event(struct client *client, int timeout_ms, char method[32],
		 cJSON **params)
{
	int64_t until = timeout_ms < 0 ? -1 : clock_ms() + timeout_ms;
	struct client_refusal refusal;
	struct client_note *note;
	bool is_answer;
	int code = 0;

	while (code == 0 && client->first_note == NULL)
		code = take_message(client, until, &is_answer, NULL, &refusal);
	if (code != 0)
		return code;
	note = client->first_note;
	client->first_note = note->next;
	if (note->next == NULL)
		client->last_note = NULL;
	client->note_count--;
	memcpy(method, note->method, sizeof note->method);
	*params = note->params;
	mem_free(note);
	return 0;
}
