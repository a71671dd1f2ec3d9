/*
 * cable.c - the counted cable between two devices, for bench, demo, and
 * end-to-end tests.
 *
 * Must never hold bytes back: what is read is written before the next poll.
 * Read next: tests/e2e/cablemain.c, tests/bench/bench_kept.c.
 */
#include "tests/lib/cable.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#define CARRY_BYTES (256u * 1024)
#define POLL_MS 20

static struct sockaddr_in loopback(uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons(port),
				     .sin_addr = { htonl(INADDR_LOOPBACK) } };
}

static void pair_close(struct cable *cable, unsigned i)
{
	close(cable->near[i]);
	close(cable->far[i]);
	cable->near[i] = -1;
	cable->far[i] = -1;
	atomic_fetch_sub(&cable->open, 1);
}

static void pair_open(struct cable *cable, int near)
{
	struct sockaddr_in where = loopback(cable->target_port);
	int far = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const int on = 1;
	unsigned i = 0;

	while (i < CABLE_PAIRS && cable->near[i] >= 0)
		i++;
	if (i == CABLE_PAIRS || atomic_load(&cable->is_cut) ||
	    connect(far, (struct sockaddr *)&where, sizeof where) != 0) {
		close(near);
		close(far);
		return;
	}
	setsockopt(near, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	setsockopt(far, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	cable->near[i] = near;
	cable->far[i] = far;
	cable->last_way = -1;
	atomic_fetch_add(&cable->connections, 1);
	atomic_fetch_add(&cable->open, 1);
}

/* False when this end is through. */
static bool carry(struct cable *cable, int from, int to, int way)
{
	static uint8_t bytes[CARRY_BYTES];
	ssize_t got = recv(from, bytes, sizeof bytes, 0);
	ssize_t sent = 0;

	if (got <= 0)
		return false;
	atomic_fetch_add(&cable->ways[way], (uint64_t)got);
	if (cable->wire != NULL)
		fwrite(bytes, 1, (size_t)got, cable->wire);
	if (way != cable->last_way)
		atomic_fetch_add(&cable->turns, 1);
	cable->last_way = way;
	while (sent < got) {
		ssize_t n = send(to, bytes + sent, (size_t)(got - sent),
				 MSG_NOSIGNAL);

		if (n <= 0)
			return false;
		sent += n;
	}
	return true;
}

static void pair_turn(struct cable *cable, unsigned i,
		      const struct pollfd *near, const struct pollfd *far)
{
	if (atomic_load(&cable->is_cut) ||
	    (near->revents != 0 &&
	     !carry(cable, cable->near[i], cable->far[i], 0)) ||
	    (far->revents != 0 &&
	     !carry(cable, cable->far[i], cable->near[i], 1)))
		pair_close(cable, i);
}

static void *run(void *context)
{
	struct cable *cable = context;
	struct pollfd fds[1 + 2 * CABLE_PAIRS];
	unsigned i;

	while (!atomic_load(&cable->is_over)) {
		fds[0] = (struct pollfd){ cable->door, POLLIN, 0 };
		for (i = 0; i < CABLE_PAIRS; i++) {
			fds[1 + 2 * i] =
				(struct pollfd){ cable->near[i], POLLIN, 0 };
			fds[2 + 2 * i] =
				(struct pollfd){ cable->far[i], POLLIN, 0 };
		}
		if (poll(fds, KEPT_ARRAY_COUNT(fds), POLL_MS) < 0)
			break;
		for (i = 0; i < CABLE_PAIRS; i++) {
			if (cable->near[i] >= 0)
				pair_turn(cable, i, &fds[1 + 2 * i],
					  &fds[2 + 2 * i]);
		}
		if (fds[0].revents != 0)
			pair_open(cable, accept(cable->door, NULL, NULL));
	}
	return NULL;
}

void cable_start(struct cable *cable, uint16_t target_port, FILE *wire)
{
	struct sockaddr_in where = loopback(0);
	socklen_t len = sizeof where;
	unsigned i;

	memset(cable, 0, sizeof *cable);
	for (i = 0; i < CABLE_PAIRS; i++) {
		cable->near[i] = -1;
		cable->far[i] = -1;
	}
	cable->target_port = target_port;
	cable->wire = wire;
	cable->door = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(cable->door, (struct sockaddr *)&where, sizeof where) != 0 ||
	    listen(cable->door, 8) != 0 ||
	    getsockname(cable->door, (struct sockaddr *)&where, &len) != 0 ||
	    pthread_create(&cable->thread, NULL, run, cable) != 0) {
		fputs("cable: loopback can't be had\n", stderr);
		exit(1);
	}
	cable->port = ntohs(where.sin_port);
}

void cable_stop(struct cable *cable)
{
	unsigned i;

	atomic_store(&cable->is_over, true);
	pthread_join(cable->thread, NULL);
	for (i = 0; i < CABLE_PAIRS; i++) {
		if (cable->near[i] >= 0)
			pair_close(cable, i);
	}
	close(cable->door);
}

void cable_cut(struct cable *cable)
{
	const struct timespec pause = { .tv_nsec = 5000000 };

	atomic_store(&cable->is_cut, true);
	while (atomic_load(&cable->open) > 0)
		nanosleep(&pause, NULL);
}

void cable_mend(struct cable *cable)
{
	atomic_store(&cable->is_cut, false);
}

uint64_t cable_bytes(struct cable *cable)
{
	return atomic_load(&cable->ways[0]) + atomic_load(&cable->ways[1]);
}
