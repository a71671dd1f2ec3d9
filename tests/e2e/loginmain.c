/*
 * loginmain.c - loginmain FOLDER: stands in for logind on the bus that
 * DBUS_SYSTEM_BUS_ADDRESS names, for 35-lock.t.
 *
 * Takes its orders from FOLDER/orders, a pipe: sleep, wake, lock UID (the
 * screen of a session of that user), gone (leaves the bus without a word).
 * Writes FOLDER/state whenever it changes: "inhibitors N", of which N are
 * held. Must never go on without whoever started it. Read next:
 * daemon/io/logind.c.
 */
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <systemd/sd-bus.h>
#include <unistd.h>

#define LOGIN "org.freedesktop.login1"
#define SESSION "/org/freedesktop/login1/session/_31"
#define HELD_MAX 16
#define LOOK_MS 20

static struct {
	const char *folder;
	int held[HELD_MAX]; /* our ends; the other closes: not held */
	size_t held_count;
	size_t told;
	uint32_t uid; /* of the session */
} login;

static void tell(void)
{
	char path[512], new_path[512];
	FILE *out;

	snprintf(path, sizeof path, "%s/state", login.folder);
	snprintf(new_path, sizeof new_path, "%s/state.new", login.folder);
	out = fopen(new_path, "we");
	if (out == NULL ||
	    fprintf(out, "inhibitors %zu\n", login.held_count) < 0 ||
	    fclose(out) != 0 || rename(new_path, path) != 0)
		exit(1);
	login.told = login.held_count;
}

/* A closed other end shows as a hang-up. */
static void look(void)
{
	size_t kept = 0, i;

	for (i = 0; i < login.held_count; i++) {
		struct pollfd end = { .fd = login.held[i] };

		if (poll(&end, 1, 0) > 0 && (end.revents & POLLHUP) != 0)
			close(login.held[i]);
		else
			login.held[kept++] = login.held[i];
	}
	login.held_count = kept;
	if (login.held_count != login.told)
		tell();
}

static int on_inhibit(sd_bus_message *call, void *context, sd_bus_error *error)
{
	const char *what, *who, *why, *mode;
	int ends[2], status;

	(void)context;
	(void)error;
	status = sd_bus_message_read(call, "ssss", &what, &who, &why, &mode);
	if (status < 0)
		return status;
	if (strcmp(what, "sleep") != 0 || strcmp(who, "kept") != 0 ||
	    strcmp(mode, "delay") != 0 || login.held_count == HELD_MAX ||
	    pipe2(ends, O_CLOEXEC) != 0)
		return -22;
	status = sd_bus_reply_method_return(call, "h", ends[1]);
	close(ends[1]);
	login.held[login.held_count++] = ends[0];
	return status;
}

static int get_user(sd_bus *bus, const char *path, const char *interface,
		    const char *property, sd_bus_message *reply, void *context,
		    sd_bus_error *error)
{
	(void)bus;
	(void)path;
	(void)interface;
	(void)property;
	(void)context;
	(void)error;
	return sd_bus_message_append(reply, "(uo)", login.uid,
				     "/org/freedesktop/login1/user/self");
}

static const sd_bus_vtable login_calls[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_METHOD("Inhibit", "ssss", "h", on_inhibit,
		      SD_BUS_VTABLE_UNPRIVILEGED),
	SD_BUS_SIGNAL("PrepareForSleep", "b", 0),
	SD_BUS_VTABLE_END,
};

static const sd_bus_vtable session_calls[] = {
	SD_BUS_VTABLE_START(0),
	SD_BUS_PROPERTY("User", "(uo)", get_user, 0, 0),
	SD_BUS_SIGNAL("Lock", "", 0),
	SD_BUS_VTABLE_END,
};

static void obey(sd_bus *bus, const char *order)
{
	int status = 0;

	if (strcmp(order, "sleep") == 0 || strcmp(order, "wake") == 0) {
		status = sd_bus_emit_signal(bus, "/org/freedesktop/login1",
					    LOGIN ".Manager", "PrepareForSleep",
					    "b", order[0] == 's');
	} else if (strncmp(order, "lock ", 5) == 0) {
		login.uid = (uint32_t)strtoul(order + 5, NULL, 10);
		status = sd_bus_emit_signal(bus, SESSION, LOGIN ".Session",
					    "Lock", "");
	} else if (strcmp(order, "gone") == 0) {
		exit(0);
	}
	if (status < 0 || sd_bus_flush(bus) < 0)
		exit(1);
}

static void take_orders(sd_bus *bus, int fd)
{
	static char line[128];
	static size_t len;
	char byte;

	while (read(fd, &byte, 1) == 1) {
		if (byte != '\n' && len < sizeof line - 1) {
			line[len++] = byte;
			continue;
		}
		line[len] = '\0';
		len = 0;
		obey(bus, line);
	}
}

int main(int argc, char **argv)
{
	sd_bus *bus = NULL;
	char path[512];
	int orders;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (argc != 2 || sd_bus_open_system(&bus) < 0 ||
	    sd_bus_add_object_vtable(bus, NULL, "/org/freedesktop/login1",
				     LOGIN ".Manager", login_calls, NULL) < 0 ||
	    sd_bus_add_object_vtable(bus, NULL, SESSION, LOGIN ".Session",
				     session_calls, NULL) < 0 ||
	    sd_bus_request_name(bus, LOGIN, 0) < 0)
		return 1;
	login.folder = argv[1];
	snprintf(path, sizeof path, "%s/orders", login.folder);
	/* Both ways, so that it never ends. */
	orders = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
	if (orders < 0)
		return 1;
	tell();
	for (;;) {
		int got = sd_bus_process(bus, NULL);

		if (got < 0)
			return 1;
		look();
		take_orders(bus, orders);
		if (got == 0 && sd_bus_wait(bus, LOOK_MS * 1000) < 0)
			return 1;
	}
}
